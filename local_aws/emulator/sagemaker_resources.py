"""SageMaker's CloudFormation resources: model, endpoint configuration, endpoint."""

import time
import uuid
from typing import Any

from local_aws.emulator.patches.cloudformation import ResourceHandler
from local_aws.sagemaker import SageMakerError, SageMakerService

Properties = dict[str, Any]
Created = tuple[str, dict[str, str]]
SETTLE_SECONDS = 600.0
POLL_SECONDS = 0.2
MAX_NAME = 63


def resource_handlers(service: SageMakerService) -> dict[str, ResourceHandler]:
    """Return resource type to handler, for CloudFormation's three SageMaker types used here."""
    return {
        "AWS::SageMaker::Model": _replaced_on_change(service, "Model"),
        "AWS::SageMaker::EndpointConfig": _replaced_on_change(service, "EndpointConfig"),
        "AWS::SageMaker::Endpoint": _endpoint(service),
    }


def _replaced_on_change(service: SageMakerService, kind: str) -> ResourceHandler:
    """Models and endpoint configurations cannot change: CloudFormation makes new ones."""

    def create(logical_id: str, properties: Properties, stack: str) -> Created:
        generated = f"{stack}-{logical_id}"[: MAX_NAME - 13] + f"-{uuid.uuid4().hex[:12]}"
        name = properties.get(f"{kind}Name", generated)
        answer = service.call(f"Create{kind}", {**properties, f"{kind}Name": name})
        return str(answer[f"{kind}Arn"]), {f"{kind}Name": name, "Id": answer[f"{kind}Arn"]}

    def name_of(arn: str) -> str:
        """Return the name behind an ARN, which has it in lower case."""
        name = arn.rpartition("/")[2]
        page: Properties = service.call(f"List{kind}s", {"NameContains": name, "MaxResults": 100})
        found = (s[f"{kind}Name"] for s in page[f"{kind}s"] if s[f"{kind}Arn"] == arn)
        return str(next(found, name))

    def update(_arn: str, _old: Properties, new: Properties, stack: str, logical: str) -> Created:
        return create(logical, new, stack)

    def delete(arn: str, _properties: Properties) -> None:
        try:
            service.call(f"Delete{kind}", {f"{kind}Name": name_of(arn)})
        except SageMakerError as error:
            if "Could not find" not in error.message:
                raise

    return {
        "create": create, "update": update, "delete": delete,
        "update_with_logical_id": True,  # type: ignore[dict-item]
    }  # fmt: skip


def _endpoint(service: SageMakerService) -> ResourceHandler:
    def create(_logical_id: str, properties: Properties, _stack: str) -> Created:
        known = {key: properties[key] for key in _CREATE_KEYS if key in properties}
        arn = str(service.call("CreateEndpoint", _by_name(known))["EndpointArn"])
        name = str(properties["EndpointName"])
        try:
            _wait(service, name)
        except Exception:
            delete(arn, properties)  # a resource that failed to be created is not the stack's
            raise
        return arn, {"EndpointName": name, "Id": arn}

    def update(arn: str, old: Properties, new: Properties, stack: str) -> Created:
        if new["EndpointName"] != old["EndpointName"]:
            return create("", new, stack)
        name = str(new["EndpointName"])
        known = {key: new[key] for key in _UPDATE_KEYS if key in new}
        service.call("UpdateEndpoint", _by_name(known))
        _wait(service, name)
        return arn, {"EndpointName": name, "Id": arn}

    def delete(_arn: str, properties: Properties) -> None:
        try:
            service.call("DeleteEndpoint", {"EndpointName": properties["EndpointName"]})
        except SageMakerError as error:
            if "Could not find" not in error.message:
                raise

    return {"create": create, "update": update, "delete": delete}


_CREATE_KEYS = ("EndpointName", "EndpointConfigName", "DeploymentConfig", "Tags")
_UPDATE_KEYS = ("EndpointName", "EndpointConfigName", "DeploymentConfig")


def _by_name(request: Properties) -> Properties:
    return {**request, "EndpointConfigName": _config(request)}


def _config(properties: Properties) -> str:
    """Return the configuration's name; templates may also have its ARN."""
    return str(properties["EndpointConfigName"]).rpartition("/")[2]


def _wait(service: SageMakerService, name: str) -> None:
    """Wait for an endpoint to be in service, with whichever configuration.

    SageMaker goes back to the old one by itself, and is in service again.
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
