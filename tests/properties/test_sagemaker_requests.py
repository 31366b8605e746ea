"""Local SageMaker requests: carried out or refused with an AWS error, never a server error."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pytest
from botocore.model import StructureShape
from botocore.parsers import create_parser
from hypothesis import event, example, given
from hypothesis import strategies as st

from local_aws.sagemaker import SageMakerService, endpoints, training_jobs
from local_aws.sagemaker.context import Context
from local_aws.sagemaker.validation import operation_model, problems_of
from tests.lambda_fn.fake_aws import client_error
from tests.properties.json_values import JSON
from tests.properties.service_requests import of_shape, with_mistakes

OPERATIONS = [
    f"{verb}{kind}"
    for verbs, kinds in (
        (("Create", "Describe", "Stop"), ("TrainingJob",)),
        (("Create", "Describe", "Delete"), ("Model", "EndpointConfig", "Endpoint")),
        (("Update",), ("Endpoint",)),
        (("List",), ("TrainingJobs", "Models", "EndpointConfigs", "Endpoints", "Tags")),
        (("Add", "Delete"), ("Tags",)),
        (("Search",), ("",)),
    )
    for verb in verbs
    for kind in kinds
]


class S3:
    """Contains every object whose key does not include "missing"."""

    def head_object(self, *, Bucket: str, Key: str) -> None:  # noqa: N803
        if "missing" in Key or not Bucket:
            raise client_error("404", "Not Found", "HeadObject", 404)

    def list_objects_v2(self, *, Prefix: str, **_request: Any) -> dict[str, int]:  # noqa: N803
        return {"KeyCount": int("missing" not in Prefix)}


class NoRun:
    """A training run that does nothing."""

    def __init__(self, *_arguments: Any) -> None:
        """Accept any arguments."""

    def start(self) -> None:
        """Do nothing."""

    def stop(self) -> bool:
        """Report that the run has already ended."""
        return False


@pytest.fixture(scope="module", autouse=True)
def nothing_runs() -> Iterator[None]:
    with (
        patch.object(training_jobs, "TrainingRun", NoRun),
        patch.object(endpoints.Endpoints, "_change", lambda *_: None),
        patch.object(Context, "client", lambda *_, **__: S3()),
    ):
        yield


VARIANT = {"VariantName": "a", "ModelName": "a", "InstanceType": "ml.m5.large"}
ROLE = "arn:aws:iam::111122223333:role/sagemaker"
# Valid requests, whose members the generated ones replace.
GOOD: dict[str, dict[str, Any]] = {
    "CreateModel": {
        "ModelName": "a", "ExecutionRoleArn": ROLE,
        "PrimaryContainer": {"Image": "pytorch-inference", "ModelDataUrl": "s3://bucket/key.tar.gz"},
    },
    "CreateEndpointConfig": {"EndpointConfigName": "a", "ProductionVariants": [VARIANT]},
    "CreateEndpoint": {"EndpointName": "a", "EndpointConfigName": "a"},
    "UpdateEndpoint": {"EndpointName": "a", "EndpointConfigName": "a"},
    "CreateTrainingJob": {
        "TrainingJobName": "a", "RoleArn": ROLE,
        "AlgorithmSpecification": {"TrainingImage": "pytorch-training", "TrainingInputMode": "File"},
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    },
}  # fmt: skip


@cache
def requests(operation: str) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    shape = operation_model(operation).input_shape
    assert isinstance(shape, StructureShape)
    good = GOOD.get(operation, dict.fromkeys(shape.required_members, "a"))
    some = st.sets(st.sampled_from(sorted(shape.members)), max_size=2)
    over_good = st.tuples(of_shape(operation, shape), some).map(
        lambda pair: good | {key: pair[0][key] for key in pair[1] & pair[0].keys()}
    )
    return st.tuples(st.just(operation), over_good | with_mistakes(of_shape(operation, shape)))


def send(service: SageMakerService, operation: str, body: bytes) -> dict[str, Any] | None:
    """Send a request; return the response, or None for a well-formed error."""
    headers = {"x-amz-target": f"SageMaker.{operation}"}
    status, answered, answer = service.handle_control_plane(headers, body)
    content: dict[str, Any] = json.loads(answer)
    assert status < 500, content
    if status == 200:
        shape = operation_model(operation).output_shape
        if shape is not None:
            assert problems_of(content, shape) == []
        response = {"status_code": status, "headers": answered, "body": answer}
        parsed: dict[str, Any] = create_parser("json").parse(response, shape)
        return parsed
    assert content.keys() == {"__type", "message"}
    assert content["__type"].isalpha()
    return None


@given(st.lists(st.sampled_from(OPERATIONS).flatmap(requests), min_size=1, max_size=8))
@example([("ListModels", {"NextToken": "9" * 5000})])
@example([("ListModels", {"CreationTimeAfter": 1e300})])
@example(
    [
        (
            "CreateModel",
            {
                "ModelName": "a",
                "PrimaryContainer": {"Image": "pytorch", "ModelDataUrl": "s3://[b/k"},
            },
        )
    ]
)
def test_requests_are_carried_out_or_refused(asked: list[tuple[str, dict[str, Any]]]) -> None:
    with TemporaryDirectory() as folder:
        service = SageMakerService(Path(folder), "http://127.0.0.1:9", "us-east-1")
        for operation, request in asked:
            done = send(service, operation, json.dumps(request).encode())
            event(f"{operation} {'done' if done is not None else 'refused'}")
        files = [path for path in Path(folder).rglob("*") if path.is_file()]
        assert all(file.parent.parent == Path(folder, "records") for file in files)
        # The next process can read the accepted records.
        SageMakerService(Path(folder), "http://127.0.0.1:9", "us-east-1")


@given(
    st.sampled_from(OPERATIONS) | st.text(),
    st.binary() | JSON.map(lambda one: json.dumps(one).encode()),
)
@example("CreateModel", b"[" * 100_000)
def test_any_body_is_answered(operation: str, body: bytes) -> None:
    with TemporaryDirectory() as folder:
        service = SageMakerService(Path(folder), "http://127.0.0.1:9", "us-east-1")
        send(service, operation, body)


@given(st.text(), st.binary(), st.dictionaries(st.text(), st.text(), max_size=3))
def test_an_unknown_endpoint_is_reported(name: str, body: bytes, headers: dict[str, str]) -> None:
    with TemporaryDirectory() as folder:
        service = SageMakerService(Path(folder), "http://127.0.0.1:9", "us-east-1")
        status, _, answer = service.invoke_endpoint(name, body, headers)
    assert status == 400
    assert "not found" in json.loads(answer)["Message"]
