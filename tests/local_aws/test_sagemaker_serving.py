"""Endpoints that SageMaker's handlers serve, as their callers see them."""

import io
import json
import os
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from local_aws.environment import DEFAULT_REGION, DUMMY_KEY, endpoint_url
from tests.local_aws.conftest import Emulator
from tests.local_aws.support import endpoints
from tests.local_aws.support.archives import archive, wheel
from tests.local_aws.support.processes import model_servers
from tests.support.waiting import until

SERVED = "serves"
REQUIREMENTS = "--no-index\n--find-links wheels\nservedonly==1.0\n"


@pytest.fixture(scope="module")
def serving(emulator: Emulator) -> Emulator:
    """An emulator with one endpoint of each kind, started together."""
    emulator.client("s3").create_bucket(Bucket=endpoints.BUCKET)
    wheels = {f"code/wheels/{name}": content for name, content in wheel("servedonly").items()}
    requirements = {"code/requirements.txt": REQUIREMENTS}
    served = endpoints.artifact(SERVED, image=endpoints.PYTORCH, **requirements, **wheels)
    artifacts = {
        SERVED: served,
        "serverless": endpoints.artifact("serverless", image=endpoints.PYTORCH),
        "cannot-load": endpoints.artifact("x", **{"code/inference.py": endpoints.BROKEN}),
        "damaged": served[: len(served) // 2],
        "no-archive": b"not an archive",
        "leaves-folder": endpoints.artifact("x", **{"../../escaped": "x"}),
        "links-outside": archive({}, links={"name": "/etc/passwd"}),
        "lacks-wheel": endpoints.artifact("x", **requirements),
        "scikit-learn": endpoints.artifact("sk"),
        "scikit-learn-broken": endpoints.artifact("x", **{"code/inference.py": "import torch"}),
        "scikit-learn-both": endpoints.artifact(
            "x", **{"code/inference.py": f"{endpoints.SUMS}input_fn = transform_fn = print\n"}
        ),
        "scikit-learn-sums": archive(
            {"code/inference.py": endpoints.SUMS, "code/errors.py": "NONE = 0"}
        ),
    }
    for name, packed in artifacts.items():
        variant = endpoints.SERVERLESS if name == "serverless" else endpoints.INSTANCE
        image = endpoints.SCIKIT_LEARN if name.startswith("scikit-learn") else endpoints.PYTORCH
        if name == "scikit-learn-sums":
            image = f"{image.partition(':')[0]}@sha256:{'0' * 64}"
        config = endpoints.define(emulator, name, packed, variant=variant, image=image)
        emulator.client("sagemaker").create_endpoint(EndpointName=name, EndpointConfigName=config)
    assert endpoints.settled(emulator, SERVED)["EndpointStatus"] == "InService"
    return emulator


def npy(values: object) -> bytes:
    """Return an array in NumPy's format."""
    file = io.BytesIO()
    np.save(file, np.array(values))
    return file.getvalue()


def error_of(emulator: Emulator, name: str, text: str) -> dict[str, Any]:
    with pytest.raises(ClientError) as raised:
        endpoints.ask(emulator, name, text)
    return dict(raised.value.response)


def test_endpoint_in_service_describes_its_variant(serving: Emulator) -> None:
    endpoint = endpoints.settled(serving, SERVED)
    assert endpoint["EndpointStatus"] == "InService"
    assert endpoint["EndpointConfigName"] == SERVED
    assert "FailureReason" not in endpoint
    variant = endpoint["ProductionVariants"][0]
    assert variant["VariantName"] == "blue"
    assert variant["CurrentInstanceCount"] == variant["DesiredInstanceCount"] == 1
    assert variant["CurrentWeight"] == 1.0


def test_text_and_json_are_answered_in_kind(serving: Emulator) -> None:
    assert endpoints.ask(serving, SERVED, "grüße") == "serves: grüße"
    reply = endpoints.ask_json(serving, SERVED, "hello")
    assert reply["Body"] == {"answer": "serves: hello"}
    assert reply["ContentType"] == "application/json"
    assert reply["InvokedProductionVariant"] == "blue"


def test_container_has_the_environment_of_the_model(serving: Emulator) -> None:
    assert endpoints.ask(serving, SERVED, "environment GREETING") == "serves: hello"
    assert endpoints.ask(serving, SERVED, "environment AWS_PROFILE") == "serves: unset"


def test_requirements_are_installed_for_one_endpoint_only(serving: Emulator) -> None:
    assert endpoints.ask(serving, SERVED, "module servedonly").startswith(
        f"serves: {serving.state}/"
    )
    assert "ModuleNotFoundError" in error_of(serving, "serverless", "module servedonly")["Error"]["Message"]  # fmt: skip


def test_error_raised_by_a_handler_reaches_the_caller(serving: Emulator) -> None:
    error = error_of(serving, SERVED, "refuse")
    assert error["Error"]["Code"] == "ModelError"
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert error["OriginalStatusCode"] == 422
    # The toolkit appends the traceback to the message.
    assert json.loads(error["OriginalMessage"].splitlines()[0]) == {"code": "refused"}
    assert "Received client error (422) from primary" in error["Error"]["Message"]


def test_defect_in_a_handler_is_a_server_error(serving: Emulator) -> None:
    error = error_of(serving, SERVED, "fail")
    assert error["OriginalStatusCode"] == 500
    assert "Received server error (500) from primary" in error["Error"]["Message"]
    assert endpoints.ask(serving, SERVED, "again") == "serves: again"


def test_the_scikit_learn_image_calls_transform_fn(serving: Emulator) -> None:
    assert endpoints.settled(serving, "scikit-learn")["EndpointStatus"] == "InService"
    assert endpoints.ask(serving, "scikit-learn", "grüße") == "sk: grüße"
    refused = error_of(serving, "scikit-learn", "refuse")
    assert (refused["OriginalStatusCode"], refused["OriginalMessage"]) == (422, "refused")


@pytest.mark.parametrize(
    ("body", "kind", "accept", "answer"),
    [
        (b"[[1, 2], [3, 4.5]]", "application/json", "*/*", (b"[3.0, 7.5]", "application/json")),
        (b"1,2\n3,4\n", "text/csv", "text/csv", (b"3.0\n7.0\n", "text/csv; charset=utf-8")),
        (npy([[1, 2]]), "application/x-npy", "application/x-npy", (npy([3]), "application/x-npy")),
    ],
)
def test_the_scikit_learn_image_has_functions_for_what_the_code_lacks(
    serving: Emulator, body: bytes, kind: str, accept: str, answer: tuple[bytes, str]
) -> None:
    assert endpoints.settled(serving, "scikit-learn-sums")["EndpointStatus"] == "InService"
    reply = serving.client("sagemaker-runtime").invoke_endpoint(
        EndpointName="scikit-learn-sums", Body=body, ContentType=kind, Accept=accept
    )
    assert (reply["Body"].read(), reply["ContentType"]) == answer


@pytest.mark.parametrize(("kind", "accept"), [("text/plain", "*/*"), ("text/csv", "text/plain")])
def test_the_scikit_learn_image_fails_for_other_types(
    serving: Emulator, kind: str, accept: str
) -> None:
    endpoints.settled(serving, "scikit-learn-sums")
    with pytest.raises(ClientError) as raised:
        serving.client("sagemaker-runtime").invoke_endpoint(
            EndpointName="scikit-learn-sums", Body=b"1,2\n3,4", ContentType=kind, Accept=accept
        )
    assert raised.value.response["OriginalStatusCode"] == 500


def test_the_scikit_learn_image_refuses_functions_that_exclude_one_another(
    serving: Emulator,
) -> None:
    assert endpoints.settled(serving, "scikit-learn-both")["EndpointStatus"] == "Failed"


def test_the_scikit_learn_image_has_no_torch(serving: Emulator) -> None:
    assert endpoints.settled(serving, "scikit-learn")["EndpointStatus"] == "InService"
    assert error_of(serving, "scikit-learn", "module torch")["OriginalStatusCode"] == 500


def test_the_scikit_learn_image_fails_its_health_check_without_a_model(serving: Emulator) -> None:
    endpoint = endpoints.settled(serving, "scikit-learn-broken")
    assert endpoint["EndpointStatus"] == "Failed"
    assert "health check" in endpoint["FailureReason"]


@pytest.mark.parametrize(("name", "limit"), [(SERVED, 6_291_456), ("serverless", 4 * 1024**2)])
def test_bodies_up_to_the_limit_are_accepted(serving: Emulator, name: str, limit: int) -> None:
    endpoints.settled(serving, name)
    assert len(endpoints.ask(serving, name, "x" * limit)) == limit + len(f"{name}: ")
    error = error_of(serving, name, "x" * (limit + 1))
    assert error["Error"]["Code"] == "ValidationError"
    assert f"the limit is {limit}" in error["Error"]["Message"]


def test_serverless_endpoint_describes_its_size(serving: Emulator) -> None:
    variant = endpoints.settled(serving, "serverless")["ProductionVariants"][0]
    assert variant["CurrentServerlessConfig"] == {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
    assert "CurrentInstanceCount" not in variant


def test_serverless_endpoint_limits_concurrent_requests(serving: Emulator, tmp_path: Path) -> None:
    endpoints.settled(serving, "serverless")
    gate = tmp_path / "gate"
    impatient = boto3.client(
        "sagemaker-runtime",
        region_name=DEFAULT_REGION,
        endpoint_url=endpoint_url(serving.port),
        aws_access_key_id=DUMMY_KEY,
        aws_secret_access_key=DUMMY_KEY,
        config=Config(retries={"total_max_attempts": 1}),
    )
    request = {"EndpointName": "serverless", "Body": f"await {gate}", "Accept": "text/plain"}
    with ThreadPoolExecutor(6) as callers:
        asked = [callers.submit(impatient.invoke_endpoint, **request) for _ in range(6)]
        refused = next(as_completed(asked)).exception()
        gate.touch()
    assert isinstance(refused, ClientError)
    assert refused.response["Error"] == {"Code": "ThrottlingException", "Message": "Rate exceeded"}
    answers = [each.result()["Body"].read() for each in asked if each.exception() is None]
    assert answers == [f"serverless: await {gate}".encode()] * 5


def test_model_that_cannot_load_is_in_service_and_fails_every_request(serving: Emulator) -> None:
    assert endpoints.settled(serving, "cannot-load")["EndpointStatus"] == "InService"
    error = error_of(serving, "cannot-load", "hello")
    assert error["Error"]["Code"] == "ModelError"
    assert error["OriginalStatusCode"] == 500
    wait_for_log(serving, "cannot-load", "cannot load")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("damaged", "cannot be unpacked"),
        ("no-archive", "cannot be unpacked"),
        ("leaves-folder", "cannot be unpacked"),
        ("links-outside", "cannot be unpacked"),
        ("lacks-wheel", "could not install its requirements"),
    ],
)
def test_unusable_artifact_fails_the_endpoint(serving: Emulator, name: str, reason: str) -> None:
    endpoint = endpoints.settled(serving, name)
    assert endpoint["EndpointStatus"] == "Failed"
    assert reason in endpoint["FailureReason"]
    # Other endpoints' folders come and go meanwhile, which `rglob` cannot handle.
    assert not any("escaped" in folders + files for _, folders, files in os.walk(serving.state))
    assert error_of(serving, name, "hello")["Error"]["Code"] == "ValidationError"


def test_failed_endpoint_can_only_be_deleted(serving: Emulator) -> None:
    endpoints.settled(serving, "no-archive")
    sagemaker = serving.client("sagemaker")
    with pytest.raises(ClientError, match="can only be deleted"):
        sagemaker.update_endpoint(EndpointName="no-archive", EndpointConfigName=SERVED)
    sagemaker.delete_endpoint(EndpointName="no-archive")
    deleted = sagemaker.get_waiter("endpoint_deleted")
    deleted.wait(EndpointName="no-archive", WaiterConfig={"Delay": 1})
    with pytest.raises(ClientError, match=r'Could not find endpoint "arn:.*/no-archive"'):
        sagemaker.describe_endpoint(EndpointName="no-archive")


def test_container_logs_to_the_group_of_the_endpoint(serving: Emulator) -> None:
    wait_for_log(serving, SERVED, "loading ")


def test_names_are_unique_and_unknown_ones_are_refused(serving: Emulator) -> None:
    sagemaker = serving.client("sagemaker")
    variant = [{"VariantName": "blue", "ModelName": "absent", **endpoints.INSTANCE}]
    calls: list[tuple[Any, dict[str, Any], str]] = [
        (sagemaker.create_endpoint, {"EndpointName": SERVED, "EndpointConfigName": SERVED}, 'Cannot create already existing endpoint "arn:'),
        (sagemaker.create_endpoint, {"EndpointName": "new", "EndpointConfigName": "absent"}, 'Could not find endpoint configuration "arn:'),
        (sagemaker.update_endpoint, {"EndpointName": SERVED, "EndpointConfigName": "absent"}, 'Could not find endpoint configuration "arn:'),
        (sagemaker.describe_model, {"ModelName": "absent"}, 'Could not find model "arn:'),
        (sagemaker.delete_model, {"ModelName": "absent"}, 'Could not find model "arn:'),
        (sagemaker.delete_endpoint, {"EndpointName": "absent"}, 'Could not find endpoint "arn:'),
        (sagemaker.create_endpoint_config, {"EndpointConfigName": SERVED, "ProductionVariants": variant}, 'Cannot create already existing endpoint configuration "arn:'),
    ]  # fmt: skip
    for operation, parameters, message in calls:
        with pytest.raises(ClientError, match=message) as raised:
            operation(**parameters)
        assert raised.value.response["Error"]["Code"] == "ValidationException"
    error = error_of(serving, "absent", "hello")
    assert error["Error"]["Code"] == "ValidationError"
    assert "Endpoint absent of account 000000000000 not found" in error["Error"]["Message"]


def test_missing_model_data_is_refused_at_once(serving: Emulator) -> None:
    with pytest.raises(ClientError, match="Could not find model data at s3://served-models/absent"):
        serving.client("sagemaker").create_model(
            ModelName="absent",
            ExecutionRoleArn=endpoints.ROLE,
            PrimaryContainer={
                "Image": "pytorch-inference",
                "ModelDataUrl": "s3://served-models/absent.tar.gz",
            },
        )


def test_deleted_endpoint_leaves_no_process(serving: Emulator) -> None:
    sagemaker = serving.client("sagemaker")
    until(lambda: not sagemaker.list_endpoints(StatusEquals="Creating")["Endpoints"])
    folder = serving.state / "sagemaker" / "endpoints"
    before = len(model_servers(folder))
    sagemaker.delete_endpoint(EndpointName="cannot-load")
    assert len(model_servers(folder)) == before - 1
    assert error_of(serving, "cannot-load", "hello")["Error"]["Code"] == "ValidationError"


def wait_for_log(emulator: Emulator, name: str, text: str) -> None:
    """Wait until a text is in an endpoint's log, which is sent about every second."""
    logs = emulator.client("logs")
    group = f"/aws/sagemaker/Endpoints/{name}"

    def found() -> bool:
        streams = logs.describe_log_streams(logGroupName=group)["logStreams"]
        events = (
            event
            for stream in streams
            for event in logs.get_log_events(
                logGroupName=group, logStreamName=stream["logStreamName"]
            )["events"]
        )
        return any(text in event["message"] for event in events)

    until(found)
