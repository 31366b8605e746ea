"""A running embedded AWS, as tests use it."""

import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_aws.environment import DEFAULT_REGION, DUMMY_KEY, client_environment, endpoint_url


@dataclass(frozen=True)
class EmbeddedAws:
    """A running embedded AWS.

    Attributes:
        port: its TCP port.
        state: its state folder.
    """

    port: int
    state: Path

    def client(self, service: str, region: str = DEFAULT_REGION) -> Any:
        """Return a boto3 client of it, regardless of the environment variables."""
        import boto3  # noqa: PLC0415 - pytest imports this module for every suite

        return boto3.client(
            service,
            region_name=region,
            endpoint_url=endpoint_url(self.port),
            aws_access_key_id=DUMMY_KEY,
            aws_secret_access_key=DUMMY_KEY,
        )

    def execution_role(self, name: str = "sagemaker") -> str:
        """Return the ARN of a role for SageMaker, which is created if missing."""
        from local_aws.exports import execution_role  # noqa: PLC0415 - imports boto3

        return execution_role(name, self.client("iam"))

    @property
    def environment(self) -> dict[str, str]:
        """A whole process environment, with credentials, for programs that use it."""
        return client_environment(self.port)


def free_port() -> int:
    """Return an unused TCP port of the loopback interface."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
