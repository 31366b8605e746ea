"""SageMaker's API on one machine: its operations and its wire protocol."""

import json
import traceback
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from local_aws.credentials import AssumeRole, without_roles
from local_aws.environment import ACCOUNT
from local_aws.sagemaker import descriptions
from local_aws.sagemaker.arns import PASSED_ROLES
from local_aws.sagemaker.capacity import Quota, unlimited
from local_aws.sagemaker.context import Context
from local_aws.sagemaker.endpoints import Endpoints
from local_aws.sagemaker.errors import SageMakerError
from local_aws.sagemaker.events import SendEvent, unsent
from local_aws.sagemaker.invocation_metrics import Publish, unpublished
from local_aws.sagemaker.model_packages import ModelPackages
from local_aws.sagemaker.models import NamedResources
from local_aws.sagemaker.serving_request import check_endpoint_config, check_model
from local_aws.sagemaker.store import Record, Store
from local_aws.sagemaker.tags import Tags, check_tags
from local_aws.sagemaker.training_jobs import TrainingJobs
from local_aws.sagemaker.transform_jobs import TransformJobs
from local_aws.sagemaker.validation import validate

JSON = "application/x-amz-json-1.1"
# Status, headers and body of an HTTP answer
Answer = tuple[int, dict[str, str], bytes]


class SageMakerService:
    """Jobs, models, their registry, endpoint configurations and endpoints of one region.

    Attributes:
        operations: the operations that it carries out, by name.
    """

    def __init__(  # noqa: PLR0913 - what the emulator connects it to
        self,
        state_dir: Path,
        endpoint_url: str,
        region: str,
        *,
        assume: AssumeRole = without_roles,
        publish: Publish = unpublished,
        send: SendEvent = unsent,
        quota: Quota = unlimited,
        lag: float = 0.0,
    ) -> None:
        """Read the state in `state_dir`.

        Args:
            state_dir: folder for state and working files.
            endpoint_url: the embedded AWS, for S3 and CloudWatch Logs.
            region: the only region that is served.
            assume: returns the keys of a job's or a model's role.
            publish: publishes a metric in CloudWatch.
            send: sends an event to the account's bus.
            quota: returns a quota of the account by its name.
            lag: seconds for which requests do not see a new resource.
        """
        store = Store(state_dir / "records", lag)
        context = Context(state_dir, store, endpoint_url, region, ACCOUNT, assume, send)
        self._context = context
        self._jobs = TrainingJobs(context, publish)
        packages, tags = ModelPackages(context), Tags(store)
        models = NamedResources(
            context, kind="model", noun="model", prefix="Model", plural="Models",
            describe=descriptions.model,
            check=lambda request: check_model(
                request,
                context.client("s3", role=request.get("ExecutionRoleArn")),
                packages.container,
            ),
        )  # fmt: skip
        configs = NamedResources(
            context, kind="endpoint-config", noun="endpoint configuration",
            prefix="EndpointConfig", plural="EndpointConfigs", check=check_endpoint_config,
            describe=descriptions.endpoint_config,
        )  # fmt: skip
        self._endpoints = Endpoints(context, models, configs, publish, quota)
        self._transforms = TransformJobs(context, models, publish)
        self.operations = self._operations(models, configs, packages, tags)
        # Events that AWS itself causes
        self._events = {"InterruptTrainingJob": self._jobs.interrupt}

    def _operations(
        self, models: NamedResources, configs: NamedResources, packages: ModelPackages, tags: Tags
    ) -> dict[str, Callable[[Record], Record]]:
        return {
            "CreateTrainingJob": self._jobs.create,
            "DescribeTrainingJob": self._jobs.describe,
            "ListTrainingJobs": self._jobs.list,
            "StopTrainingJob": self._jobs.stop,
            "CreateTransformJob": self._transforms.create,
            "DescribeTransformJob": self._transforms.describe,
            "ListTransformJobs": self._transforms.list,
            "StopTransformJob": self._transforms.stop,
            "Search": self._jobs.search,
            "CreateModel": models.create,
            "DescribeModel": models.describe,
            "ListModels": models.list,
            "DeleteModel": models.delete,
            "CreateEndpointConfig": configs.create,
            "DescribeEndpointConfig": configs.describe,
            "ListEndpointConfigs": configs.list,
            "DeleteEndpointConfig": configs.delete,
            "CreateEndpoint": self._endpoints.create,
            "DescribeEndpoint": self._endpoints.describe,
            "ListEndpoints": self._endpoints.list,
            "UpdateEndpoint": self._endpoints.update,
            "DeleteEndpoint": self._endpoints.delete,
            "CreateModelPackageGroup": packages.create_group,
            "DescribeModelPackageGroup": packages.describe_group,
            "ListModelPackageGroups": packages.list_groups,
            "DeleteModelPackageGroup": packages.delete_group,
            "CreateModelPackage": packages.create,
            "DescribeModelPackage": packages.describe,
            "ListModelPackages": packages.list,
            "UpdateModelPackage": packages.update,
            "DeleteModelPackage": packages.delete,
            "AddTags": tags.add,
            "DeleteTags": tags.delete,
            "ListTags": tags.list,
        }

    def start(self) -> None:
        """Resume from the state of an earlier process."""
        self._jobs.restore()
        self._transforms.restore()
        self._endpoints.restore()

    def close(self) -> None:
        """Stop all jobs and containers."""
        self._jobs.close()
        self._transforms.close()
        self._endpoints.close()

    def call(self, operation: str, request: Record) -> Record:
        """Carry out one operation of the control plane.

        Raises:
            SageMakerError: the error that AWS would return.
        """
        if operation in self._events:
            return self._events[operation](request)
        if operation not in self.operations:
            raise SageMakerError(
                "UnknownOperationException", f"The embedded SageMaker does not support {operation}."
            )
        validate(operation, request)
        check_tags(request.get("Tags", []))
        for member in PASSED_ROLES:
            if member in request:
                self._context.credentials(request[member])
        return self.operations[operation](request)

    def handle_control_plane(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer a request of the AWS JSON 1.1 protocol."""
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        status, answer = int(HTTPStatus.OK), {}
        try:
            answer = self.call(operation, _parsed(body))
        except SageMakerError as error:
            status, answer = error.status, {"__type": error.code, "message": error.message}
        except Exception:  # noqa: BLE001 - a fault here is not the caller's
            traceback.print_exc()
            status = HTTPStatus.INTERNAL_SERVER_ERROR
            answer = {"__type": "InternalFailure", "message": f"{operation} failed."}
        return status, {"Content-Type": JSON}, json.dumps(answer).encode()

    def invoke_endpoint(self, name: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Answer InvokeEndpoint; a ModelError contains the model's original error."""
        passed = {
            key: value
            for key, value in headers.items()
            if key.lower() in {"content-type", "accept"}
            or key.lower().startswith("x-amzn-sagemaker")
        }
        try:
            status, answered, answer = self._endpoints.invoke(name, body, passed)
        except SageMakerError as error:
            return runtime_error(error)
        if status == HTTPStatus.OK:
            return HTTPStatus.OK, answered, answer
        text = answer.decode(errors="replace")
        by_client = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
        message = (
            f"Received {'client' if by_client else 'server'} error "
            f'({status}) from primary with message "{text}". See /aws/sagemaker/Endpoints/{name} '
            "in CloudWatch Logs for more information."
        )
        fields = {"Message": message, "OriginalStatusCode": status, "OriginalMessage": text}
        return _runtime_answer(HTTPStatus.FAILED_DEPENDENCY, "ModelError", fields)


def _parsed(body: bytes) -> Record:
    try:
        request = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        request = None
    if not isinstance(request, dict):
        raise SageMakerError("SerializationException", "The request is not a JSON object.")
    return request


def runtime_error(error: SageMakerError) -> Answer:
    """Return an error in the wire protocol of SageMaker's runtime."""
    return _runtime_answer(error.status, error.code, {"Message": error.message})


def _runtime_answer(status: int, code: str, fields: Mapping[str, Any]) -> Answer:
    headers = {"Content-Type": "application/json", "x-amzn-ErrorType": code}
    return status, headers, json.dumps(fields).encode()
