"""Names that are ours to give and that stacks share as plain text.

Everything else is named by CloudFormation, which can then replace it.
"""

from dataclasses import dataclass

from aws_cdk import Aws


@dataclass(frozen=True)
class Names:
    """The names of one environment in one region."""

    environment: str
    region: str

    @property
    def prefix(self) -> str:
        """What every name begins with."""
        return f"sentiment-{self.environment}"

    @property
    def endpoint(self) -> str:
        """The SageMaker endpoint."""
        return self.prefix

    @property
    def endpoint_log_group(self) -> str:
        """The log group that SageMaker writes the endpoint's output to."""
        return f"/aws/sagemaker/Endpoints/{self.endpoint}"

    @property
    def data_bucket(self) -> str:
        """The bucket of datasets and model artifacts."""
        return self._bucket("data")

    @property
    def log_bucket(self) -> str:
        """The bucket of the other buckets' access logs."""
        return self._bucket("logs")

    @property
    def site_bucket(self) -> str:
        """The bucket of the page."""
        return self._bucket("site")

    def stack(self, name: str) -> str:
        """Return the name of the stack `storage`, `model` or `web`."""
        return f"{self.prefix}-{name}"

    def _bucket(self, purpose: str) -> str:
        # Bucket names are unique in the world: the account and the region make them so.
        return f"{self.prefix}-{purpose}-{Aws.ACCOUNT_ID}-{self.region}"
