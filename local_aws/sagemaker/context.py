"""Folder, store and clients that all parts of the local SageMaker share."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.loaders import create_loader

from local_aws.credentials import ACCOUNT_KEYS, AssumeRole, Credentials, RoleError, without_roles
from local_aws.sagemaker import arns
from local_aws.sagemaker.errors import invalid
from local_aws.sagemaker.events import SendEvent, unsent
from local_aws.sagemaker.store import Store

# Descriptions of the services, shared by all sessions: reading one takes a tenth of a second.
DESCRIPTIONS = create_loader()


def _stay_in_region(*, request: Any, region_name: str, **_: object) -> None:
    """Refuse to follow S3's redirect to a bucket in another region, as SageMaker does.

    Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html
    """
    region = request.context.get("signing", {}).get("region", region_name)
    if region not in {region_name, "*"}:
        message = f"The bucket is in this region: {region}. Please use this region to retry"
        raise ClientError({"Error": {"Code": "PermanentRedirect", "Message": message}}, "S3")


@dataclass(frozen=True)
class Context:
    """SageMaker's folder and store, and its access to the rest of the embedded AWS."""

    folder: Path
    store: Store
    endpoint_url: str
    region: str
    account: str
    assume: AssumeRole = without_roles
    send: SendEvent = unsent

    def client(self, service: str, *, role: str | None = None) -> Any:
        """Return a boto3 client of the embedded AWS.

        Args:
            service: the service's name, such as s3.
            role: ARN of the role whose keys it uses; None for the account's keys.

        Raises:
            SageMakerError: when SageMaker may not assume the role.
        """
        session = botocore.session.Session()
        session.register_component("data_loader", DESCRIPTIONS)
        client = boto3.session.Session(botocore_session=session).client(
            service,
            region_name=self.region,
            endpoint_url=self.endpoint_url,
            **self.credentials(role).arguments,
            # A refused connection on the loopback interface means that the emulator is ending.
            config=Config(retries={"total_max_attempts": 1}),
        )
        if service == "s3":
            client.meta.events.register("before-sign.s3", _stay_in_region)
        return client

    def credentials(self, role: str | None) -> Credentials:
        """Return the keys of a role, or the account's keys for None.

        Raises:
            SageMakerError: when SageMaker may not assume the role.
        """
        if role is None:
            return ACCOUNT_KEYS
        try:
            return self.assume(role)
        except RoleError as error:
            raise invalid(str(error)) from None

    def arn(self, kind: str, name: str) -> str:
        """Return a resource's ARN, such as arn:aws:sagemaker:us-east-1:0…0:model/name."""
        return arns.arn(kind, name, region=self.region, account=self.account)


def now() -> float:
    """Return the time in seconds since 1970, as in SageMaker's protocol."""
    return round(time.time(), 3)
