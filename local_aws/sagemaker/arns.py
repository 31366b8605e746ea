"""ARNs of SageMaker's resources, and which of them a request is about."""

from collections.abc import Mapping
from typing import Any

# The member of a request that names what it is about, and the kind in the ARN; longer names first,
# since those of endpoint configurations begin with those of endpoints.
NAMED = {
    "TrainingJobName": "training-job",
    "EndpointConfigName": "endpoint-config",
    "EndpointName": "endpoint",
    "ModelName": "model",
}


def arn(kind: str, name: str, *, region: str, account: str) -> str:
    """Return a resource's ARN, such as arn:aws:sagemaker:us-east-1:0…0:model/name."""
    return f"arn:aws:sagemaker:{region}:{account}:{kind}/{name.lower()}"


def resource_arn(operation: str, request: Mapping[str, Any], *, region: str, account: str) -> str:
    """Return the ARN that a request's permission is checked on; * where it names no resource.

    Args:
        operation: such as CreateEndpoint.
        request: its parameters.
        region: where it is sent.
        account: whose it is.
    """
    for member, kind in NAMED.items():
        if operation.endswith(member.removesuffix("Name")) and member in request:
            return arn(kind, str(request[member]), region=region, account=account)
    return "*"
