"""CloudFormation handlers of SageMaker's models, registry, endpoint configurations, endpoints."""

import time
import uuid

from local_aws.emulator.patches.cloudformation import (
    Created,
    Properties,
    ResourceHandler,
    deployed,
)
from local_aws.sagemaker import SageMakerError, SageMakerService

SETTLE_SECONDS = 600.0
POLL_SECONDS = 0.2
MAX_NAME = 63
OF_UPDATES = (
    "DeploymentConfig", "ExcludeRetainedVariantProperties", "RetainAllVariantProperties",
    "RetainDeploymentConfig",
)  # fmt: skip
NOT_YET = ("Could not find endpoint", "Could not assume role")
GROUP = "ModelPackageGroup"


class Requests:
    """Requests of CloudFormation, which waits until AWS knows the resources that they name.

    Attributes:
        once: carries out an operation without a repetition.
    """

    def __init__(self, service: SageMakerService, lag: float) -> None:
        """Repeat refused requests to the service for twice its lag."""
        self.once, self._seconds = service.call, 2 * lag

    def call(self, operation: str, request: Properties) -> Properties:
        """Carry out an operation and return its answer.

        Raises:
            SageMakerError: the error that remains.
        """
        deadline = time.monotonic() + self._seconds
        while True:
            try:
                return self.once(operation, request)
            except SageMakerError as error:
                late = time.monotonic() >= deadline
                if late or not error.message.startswith(NOT_YET):
                    raise
            time.sleep(POLL_SECONDS)


def resource_handlers(service: SageMakerService, lag: float = 0.0) -> dict[str, ResourceHandler]:
    """Return resource type to handler, for the SageMaker types in use.

    Args:
        service: SageMaker.
        lag: seconds for which it does not see a new resource.
    """
    requests = Requests(service, lag)
    return {
        "AWS::SageMaker::Model": _replaced_on_change(requests, "Model"),
        "AWS::SageMaker::EndpointConfig": _replaced_on_change(requests, "EndpointConfig"),
        "AWS::SageMaker::Endpoint": _endpoint(requests),
        "AWS::SageMaker::ModelPackageGroup": _model_package_group(requests),
    }


def _replaced_on_change(service: Requests, kind: str) -> ResourceHandler:
    """Return the handler of a resource that cannot change: CloudFormation creates a new one."""

    def create(logical_id: str, properties: Properties, stack: str) -> Created:
        generated = f"{stack}-{logical_id}"[: MAX_NAME - 13] + f"-{uuid.uuid4().hex[:12]}"
        name = properties.get(f"{kind}Name", generated)
        answer = service.call(f"Create{kind}", {**properties, f"{kind}Name": name})
        return str(answer[f"{kind}Arn"]), {f"{kind}Name": name, "Id": answer[f"{kind}Arn"]}

    def name_of(arn: str) -> str:
        """Return the name in an ARN, which has it in lower case."""
        name = arn.rpartition("/")[2]
        page: Properties = service.call(f"List{kind}s", {"NameContains": name, "MaxResults": 100})
        found = (s[f"{kind}Name"] for s in page[f"{kind}s"] if s[f"{kind}Arn"] == arn)
        return str(next(found, name))

    def update(arn: str, old: Properties, new: Properties, stack: str, logical: str) -> Created:
        if not _retagged(service, arn, old, new):
            return create(logical, new, stack)
        return arn, {f"{kind}Name": name_of(arn), "Id": arn}

    def delete(arn: str, _properties: Properties) -> None:
        _delete(service, kind, name_of(arn))

    return {
        "create": create, "update": update, "delete": delete,
        "update_with_logical_id": True,  # type: ignore[dict-item]
    }  # fmt: skip


def _model_package_group(service: Requests) -> ResourceHandler:
    """Return the handler of a group, whose name and description cannot change.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sagemaker-modelpackagegroup.html
    """

    def created(arn: str) -> Created:
        found = service.once("DescribeModelPackageGroup", {"ModelPackageGroupName": arn})
        return arn, {key: found[key] for key in (
            "ModelPackageGroupArn", "CreationTime", "ModelPackageGroupStatus",
        )}  # fmt: skip

    def create(_logical_id: str, properties: Properties, _stack: str) -> Created:
        return created(str(service.call("CreateModelPackageGroup", properties)[f"{GROUP}Arn"]))

    def adopt(identifier: Properties) -> Created:
        return created(str(identifier[f"{GROUP}Arn"]))

    def update(arn: str, old: Properties, new: Properties, stack: str) -> Created:
        return created(arn) if _retagged(service, arn, old, new) else create("", new, stack)

    def delete(arn: str, _properties: Properties) -> None:
        try:
            service.once("DeleteModelPackageGroup", {"ModelPackageGroupName": arn})
        except SageMakerError as error:
            if "does not exist" not in error.message:
                raise

    return {
        "create": create, "update": update, "delete": delete, "import": adopt,
    }  # fmt: skip


def _endpoint(service: Requests) -> ResourceHandler:
    def create(_logical_id: str, properties: Properties, _stack: str) -> Created:
        request = _request(properties, "EndpointName", "DeploymentConfig", "Tags")
        arn = str(service.call("CreateEndpoint", request)["EndpointArn"])
        name = str(properties["EndpointName"])
        try:
            _wait(service, name)
        except Exception:
            delete(arn, properties)  # the stack does not own a resource that failed to be created
            raise
        return arn, {"EndpointName": name, "Id": arn}

    def update(arn: str, old: Properties, new: Properties, stack: str) -> Created:
        if new["EndpointName"] != old["EndpointName"]:
            return create("", new, stack)
        name = str(new["EndpointName"])
        if not _retagged(service, arn, old, new):
            _refuse_another_scaled_instance(service, old, new)
            service.call("UpdateEndpoint", _request(new, "EndpointName", *OF_UPDATES))
            _wait(service, name)
        return arn, {"EndpointName": name, "Id": arn}

    def delete(_arn: str, properties: Properties) -> None:
        name = str(properties["EndpointName"])
        _delete(service, "Endpoint", name)
        _wait_until_gone(service, name)

    return {"create": create, "update": update, "delete": delete}


def _refuse_another_scaled_instance(service: Requests, old: Properties, new: Properties) -> None:
    """Refuse another instance type while Application Auto Scaling scales the endpoint.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html
    """
    variants = f"endpoint/{new['EndpointName']}/variant/"
    targets = deployed("AWS::ApplicationAutoScaling::ScalableTarget")
    scaled = any(str(one.get("ResourceId", "")).startswith(variants) for one in targets)
    before, after = (_instance_types(service, one) for one in (old, new))
    if scaled and before != after:
        raise ValueError(
            f"The variant(s) {sorted(before)} must be deregistered as scalable targets with AWS "
            "Auto Scaling before they can be removed or have their instance type updated."
        )


def _instance_types(service: Requests, endpoint: Properties) -> set[tuple[str, str]]:
    """Return the variants of an endpoint's configuration with their instance types."""
    config = service.call("DescribeEndpointConfig", _request(endpoint))
    return {
        (str(one["VariantName"]), str(one.get("InstanceType", "serverless")))
        for one in config["ProductionVariants"]
    }


def _retagged(service: Requests, arn: str, old: Properties, new: Properties) -> bool:
    """Change a resource's tags; return whether nothing else has changed."""
    before, after = (
        {tag["Key"]: tag["Value"] for tag in one.get("Tags", [])} for one in (old, new)
    )
    if gone := sorted(before.keys() - after.keys()):
        service.call("DeleteTags", {"ResourceArn": arn, "TagKeys": gone})
    if after != before:
        service.call("AddTags", {"ResourceArn": arn, "Tags": new.get("Tags", [])})
    return {**old, "Tags": None} == {**new, "Tags": None}


def _delete(service: Requests, kind: str, name: str) -> None:
    """Delete a resource unless it is gone."""
    try:
        service.once(f"Delete{kind}", {f"{kind}Name": name})
    except SageMakerError as error:
        if "Could not find" not in error.message:
            raise


def _wait_until_gone(service: Requests, name: str) -> None:
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        try:
            service.once("DescribeEndpoint", {"EndpointName": name})
        except SageMakerError:
            return
        time.sleep(POLL_SECONDS)
    raise TimeoutError(f"Endpoint {name} was not deleted in {SETTLE_SECONDS:.0f} s")


def _request(properties: Properties, *members: str) -> Properties:
    """Return some members of an endpoint's properties, with the name of its configuration.

    Templates may give the configuration's ARN instead.
    """
    config = str(properties["EndpointConfigName"]).rpartition("/")[2]
    kept = {key: properties[key] for key in members if key in properties}
    return {**kept, "EndpointConfigName": config}


def _wait(service: Requests, name: str) -> None:
    """Wait until an endpoint is in service, with the new configuration or the old one.

    SageMaker itself returns to the old one when an update fails.
    """
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        endpoint = service.call("DescribeEndpoint", {"EndpointName": name})
        if endpoint["EndpointStatus"] in {"InService", "Failed"}:
            if endpoint["EndpointStatus"] == "InService":
                return
            raise RuntimeError(f"Endpoint {name}: {endpoint.get('FailureReason', 'failed')}")
        time.sleep(POLL_SECONDS)
    raise TimeoutError(f"Endpoint {name} did not settle in {SETTLE_SECONDS:.0f} s")
