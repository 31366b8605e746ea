"""What all parts of the local SageMaker share."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from local_aws.environment import DUMMY_KEY
from local_aws.sagemaker.store import Store


@dataclass(frozen=True)
class Context:
    """Where SageMaker keeps its things and how it reaches the rest of the embedded AWS."""

    folder: Path
    store: Store
    endpoint_url: str
    region: str
    account: str

    def client(self, service: str) -> Any:
        """Return a boto3 client of the embedded AWS."""
        return boto3.session.Session().client(
            service,
            region_name=self.region,
            endpoint_url=self.endpoint_url,
            aws_access_key_id=DUMMY_KEY,
            aws_secret_access_key=DUMMY_KEY,
            # On the loopback interface a refused connection stays refused: the emulator ends.
            config=Config(retries={"total_max_attempts": 1}),
        )

    def arn(self, kind: str, name: str) -> str:
        """Return a resource's ARN, such as arn:aws:sagemaker:us-east-1:0…0:model/name."""
        return f"arn:aws:sagemaker:{self.region}:{self.account}:{kind}/{name.lower()}"


def now() -> float:
    """Return the time as SageMaker's protocol writes it: seconds since 1970."""
    return round(time.time(), 3)
