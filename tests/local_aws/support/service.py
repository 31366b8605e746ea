"""SageMaker in the test's process, next to an emulator's, with boto3's interface."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from local_aws.sagemaker import SageMakerError, SageMakerService
from tests.lambda_fn.fake_aws import client_error
from tests.local_aws.conftest import Emulator
from tests.local_aws.support import endpoints

BUCKET = "in-process-models"


class Client:
    """The operations of a service as methods, such as `describe_endpoint`."""

    def __init__(self, service: SageMakerService) -> None:
        """Call this service."""
        self._service = service

    def get_paginator(self, method: str) -> Any:
        """Return the paginator of a list operation."""

        def paginate(**request: Any) -> Iterator[dict[str, Any]]:
            token: dict[str, str] = {}
            while True:
                page = getattr(self, method)(**request, **token)
                yield page
                if "NextToken" not in page:
                    return
                token = {"NextToken": page["NextToken"]}

        return SimpleNamespace(paginate=paginate)

    def __getattr__(self, method: str) -> Any:
        """Return the method of an operation."""
        operation = method.title().replace("_", "")

        def call(**request: Any) -> dict[str, Any]:
            try:
                return self._service.call(operation, request)
            except SageMakerError as error:
                raise client_error(error.code, error.message, operation) from None

        return call


@contextmanager
def in_process(emulator: Emulator, state: Path, **options: Any) -> Iterator[Client]:
    """Run SageMaker with further options, and end it with all its containers.

    Args:
        emulator: the emulator whose S3 it uses.
        state: its state folder.
        options: arguments of SageMakerService.
    """
    s3 = emulator.client("s3")
    if BUCKET not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket=BUCKET)
        s3.put_object(Bucket=BUCKET, Key="model.tar.gz", Body=endpoints.artifact("model"))
        s3.put_object(Bucket=BUCKET, Key="broken.tar.gz", Body=b"not an archive")
    service = SageMakerService(state, f"http://127.0.0.1:{emulator.port}", "us-east-1", **options)
    try:
        yield Client(service)
    finally:
        service.close()


def define(client: Client, name: str, *, artifact: str = "model", **variant: Any) -> str:
    """Create a model and an endpoint configuration of the same name; return the name."""
    client.create_model(
        ModelName=name,
        ExecutionRoleArn=endpoints.ROLE,
        PrimaryContainer={
            "Image": endpoints.SCIKIT_LEARN,
            "ModelDataUrl": f"s3://{BUCKET}/{artifact}.tar.gz",
            "Environment": {"SAGEMAKER_PROGRAM": "inference.py"},
        },
    )
    configure(client, name, model=name, **variant)
    return name


def configure(
    client: Client, name: str, *, model: str, capture: dict[str, Any] | None = None, **variant: Any
) -> None:
    """Create an endpoint configuration."""
    blue = {"VariantName": "blue", "ModelName": model, **(variant or endpoints.INSTANCE)}
    client.create_endpoint_config(
        EndpointConfigName=name,
        ProductionVariants=[blue],
        **({"DataCaptureConfig": capture} if capture else {}),
    )
