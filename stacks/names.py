"""Names that the application chooses and the stacks share as plain text.

CloudFormation names everything else, so that it can replace it.
"""

from dataclasses import dataclass

from stacks.building_blocks.aws import ACCOUNT_ID, PARTITION, REGION

CHECKPOINTS = "checkpoints"

ARTIFACTS = "models"
CAPTURED = "captured"
FEEDBACK = "feedback"
# Folder of the data bucket with the parts that `make score` sends, and with their answers
SCORED = "scoring"


@dataclass(frozen=True)
class Names:
    """The names of one environment in one region."""

    environment: str
    region: str

    @property
    def prefix(self) -> str:
        """The prefix of every name."""
        return f"sentiment-{self.environment}"

    @property
    def in_account(self) -> str:
        """The prefix of names that are unique in the account, not only in the region."""
        return f"{self.prefix}-{self.region}"

    @property
    def tags(self) -> dict[str, str]:
        """The tags of every resource."""
        return {"application": "sentiment", "environment": self.environment}

    @property
    def endpoint(self) -> str:
        """The SageMaker endpoint."""
        return self.prefix

    @property
    def candidate(self) -> str:
        """The candidate endpoint, on which a new model is tested."""
        return f"{self.prefix}-candidate"

    @property
    def model_group(self) -> str:
        """The group of the model packages in SageMaker's registry."""
        return self.prefix

    def endpoint_log_group(self, endpoint: str) -> str:
        """Return the name of the log group for an endpoint's output."""
        return f"/aws/sagemaker/Endpoints/{endpoint}"

    @property
    def artifacts(self) -> str:
        """S3 URI of the training jobs' artifacts, with a folder for each job."""
        return f"s3://{self.data_bucket}/{ARTIFACTS}"

    @property
    def captured_data(self) -> str:
        """S3 URI of the endpoint's captured requests and answers."""
        return f"s3://{self.data_bucket}/{CAPTURED}"

    @property
    def feedback(self) -> str:
        """S3 URI of callers' feedback, with a folder for each month, such as 2026-01."""
        return f"s3://{self.data_bucket}/{FEEDBACK}"

    @property
    def scored(self) -> str:
        """S3 URI of the reviews that are scored and of their answers."""
        return f"s3://{self.data_bucket}/{SCORED}"

    @property
    def alarm_topic(self) -> str:
        """The topic for alarms."""
        return f"{self.prefix}-alarms"

    @property
    def alarm_topic_arn(self) -> str:
        """The topic's ARN."""
        return f"arn:{PARTITION}:sns:{REGION}:{ACCOUNT_ID}:{self.alarm_topic}"

    @property
    def metrics(self) -> str:
        """The namespace of the application's metrics."""
        return self.prefix

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

    def key(self, purpose: str) -> str:
        """Return the alias of the key for `data`, `logs` or `alarms`, without `alias/`."""
        return f"{self.prefix}-{purpose}"

    def key_parameter(self, purpose: str) -> str:
        """Return the name of the Systems Manager parameter that holds the key's ARN."""
        return f"/{self.prefix}/keys/{purpose}"

    def key_arn(self, purpose: str) -> str:
        """Return the reference that CloudFormation resolves to the key's ARN after `storage`."""
        return f"{{{{resolve:ssm:{self.key_parameter(purpose)}}}}}"

    @property
    def log_groups(self) -> list[str]:
        """Names of all log groups, with wildcards for the suffixes that CloudFormation adds."""
        return [
            f"{self.prefix}-*",
            self.endpoint_log_group(self.endpoint),
            self.endpoint_log_group(self.candidate),
            "API-Gateway-Execution-Logs_*",
            f"{self.web_acl_log_group}",
        ]

    @property
    def web_acl_log_group(self) -> str:
        """The log group of the web ACL, with the prefix that WAF requires."""
        return f"aws-waf-logs-{self.prefix}"

    def stack(self, name: str) -> str:
        """Return the name of the stack `storage`, `model` or `web`."""
        return f"{self.prefix}-{name}"

    def _bucket(self, purpose: str) -> str:
        # Bucket names must be globally unique, so they include the account and the region.
        return f"{self.prefix}-{purpose}-{ACCOUNT_ID}-{self.region}"


VARIANT = "AllTraffic"
SERVICE = "predict_api"
