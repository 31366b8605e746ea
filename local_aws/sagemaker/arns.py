"""ARNs of SageMaker's resources, and the ARN that a request names."""

from collections.abc import Mapping
from typing import Any

# Request member that names a resource, and the resource's kind in the ARN. Longer names come first:
# operations on endpoint configurations end with EndpointConfig, those on endpoints with Endpoint.
NAMED = {
    "TrainingJobName": "training-job",
    "TransformJobName": "transform-job",
    "EndpointConfigName": "endpoint-config",
    "EndpointName": "endpoint",
    "ModelName": "model",
    "ModelPackageGroupName": "model-package-group",
    "ModelPackageName": "model-package",
}
# Operations on packages that name their group only
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
IN_GROUP = {
    "CreateModelPackage": "model-package-group/{}",
    "ListModelPackages": "model-package/{}/*",
}

# Members of requests that pass a role to SageMaker
PASSED_ROLES = ("RoleArn", "ExecutionRoleArn")


def arn(kind: str, name: str, *, region: str, account: str) -> str:
    """Return a resource's ARN, such as arn:aws:sagemaker:us-east-1:0…0:model/name."""
    return f"arn:aws:sagemaker:{region}:{account}:{kind}/{name.lower()}"


def resource_arn(operation: str, request: Mapping[str, Any], *, region: str, account: str) -> str:
    """Return the ARN that a request's permission is checked on, or * if it names no resource.

    Args:
        operation: the operation, such as CreateEndpoint.
        request: its parameters.
        region: region of the request.
        account: account of the caller.
    """
    if "ResourceArn" in request:
        return str(request["ResourceArn"])
    if "ModelPackageArn" in request:
        return str(request["ModelPackageArn"])
    if operation in IN_GROUP and "ModelPackageGroupName" in request:
        group = str(request["ModelPackageGroupName"]).rpartition("/")[2]
        kind, _, name = IN_GROUP[operation].format(group).partition("/")
        return arn(kind, name, region=region, account=account)
    for member, kind in NAMED.items():
        if operation.endswith(member.removesuffix("Name")) and member in request:
            named = str(request[member])
            return (
                named
                if named.startswith("arn:")
                else arn(kind, named, region=region, account=account)
            )
    return "*"
