"""Transform jobs, as their callers see them: input, output, data processing, failures and logs."""

import gzip
import json
import os
import re
import signal
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.sagemaker.json_path import JsonPathError, parse, select
from local_aws.sagemaker.transform_parameters import Parameters
from local_aws.sagemaker.validation import operation_model
from scripts.score.machines import Machines
from tests.local_aws.conftest import Emulator
from tests.local_aws.support import endpoints
from tests.local_aws.support.processes import model_servers
from tests.local_aws.test_sagemaker_service import made_in
from tests.support.waiting import until

MODEL, BUCKET = "transforms", "transforms"
GROUP = "/aws/sagemaker/TransformJobs"
# Answers each line with its capitals, and a request with the number of its lines on demand.
CODE = """
import os, time
from flask import Response

def model_fn(model_dir):
    return "model"

def answer(line, kind):
    asked, _, value = line.partition(" ")
    if asked == "await":
        open(value + ".begun", "w").close()
    while asked in ("await", "compute") and not os.path.exists(value):
        time.sleep(0.02 if asked == "await" else 0)
    if asked == "environment":
        return os.environ.get(value, "unset")
    return line.upper() if kind != "application/json" else '"%d"' % len(line)

def transform_fn(model, body, content_type, accept):
    text = body if isinstance(body, str) else body.decode()
    if "refuse" in text:
        return Response("cannot be read", 415, content_type="text/plain")
    if "die once" in text and not os.path.exists("died"):
        open("died", "w").close()
        os._exit(1)
    if "fail" in text:
        raise ValueError("a defect")
    if content_type == "count/lines":
        return Response(str(text.count("\\n")), content_type=accept)
    lines = text.removesuffix("\\n").split("\\n")
    if "lose a line" in text:
        lines.pop()
    return Response("\\n".join(answer(line, content_type) for line in lines), content_type=accept)
"""


@pytest.fixture(scope="module")
def transforming(emulator: Emulator) -> Emulator:
    """An emulator with the model."""
    emulator.client("s3").create_bucket(Bucket=BUCKET)
    packed = endpoints.artifact(MODEL, **{"code/inference.py": CODE})
    emulator.client("s3").put_object(Bucket=BUCKET, Key="model.tar.gz", Body=packed)
    create_model(emulator, MODEL, "model.tar.gz")
    return emulator


def create_model(emulator: Emulator, name: str, key: str, image: str | None = None) -> None:
    emulator.client("sagemaker").create_model(
        ModelName=name, ExecutionRoleArn=endpoints.ROLE,
        PrimaryContainer={
            "Image": image or endpoints.SCIKIT_LEARN, "ModelDataUrl": f"s3://{BUCKET}/{key}",
            "Environment": {"SAGEMAKER_PROGRAM": "inference.py", "GREETING": "hello"},
        },
    )  # fmt: skip


def job(name: str, **changes: Any) -> dict[str, Any]:
    """Return the parameters of a job whose input is below the job's name."""
    source = changes.pop("source", f"s3://{BUCKET}/{name}/in/")
    kind = changes.pop("kind", "S3Prefix")
    given = {
        "DataSource": {"S3DataSource": {"S3DataType": kind, "S3Uri": source}},
        "ContentType": "text/csv", "SplitType": "Line", **changes.pop("given", {}),
    }  # fmt: skip
    target = {
        "S3OutputPath": f"s3://{BUCKET}/{name}/out", "Accept": "text/csv", "AssembleWith": "Line",
        **changes.pop("target", {}),
    }  # fmt: skip
    resources = {"InstanceType": "ml.m5.large", "InstanceCount": changes.pop("instances", 1)}
    return {
        "TransformJobName": name, "ModelName": MODEL, "TransformInput": given,
        "TransformOutput": target, "TransformResources": resources, **changes,
    }  # fmt: skip


def start(emulator: Emulator, name: str, files: dict[str, bytes], **changes: Any) -> None:
    for key, content in files.items():
        emulator.client("s3").put_object(Bucket=BUCKET, Key=f"{name}/in/{key}", Body=content)
    emulator.client("sagemaker").create_transform_job(**job(name, **changes))


def ended(emulator: Emulator, name: str) -> dict[str, Any]:
    sagemaker = emulator.client("sagemaker")

    def described() -> dict[str, Any] | None:
        job: dict[str, Any] = sagemaker.describe_transform_job(TransformJobName=name)
        return None if job["TransformJobStatus"] in {"InProgress", "Stopping"} else job

    return until(described, explain=lambda: f"{name} has not ended")


def outputs(emulator: Emulator, name: str) -> dict[str, bytes]:
    """Return the output's objects by their path below the output prefix."""
    s3 = emulator.client("s3")
    found = s3.list_objects_v2(Bucket=BUCKET, Prefix=f"{name}/out/").get("Contents", [])
    return {
        item["Key"].removeprefix(f"{name}/out/"): s3.get_object(Bucket=BUCKET, Key=item["Key"])[
            "Body"
        ].read()
        for item in found
    }


def transformed(
    emulator: Emulator, name: str, files: dict[str, bytes], **changes: Any
) -> dict[str, bytes]:
    """Run a job that must succeed and return its output."""
    start(emulator, name, files, **changes)
    assert ended(emulator, name).get("FailureReason") is None
    return outputs(emulator, name)


def data_log(emulator: Emulator, name: str) -> list[str]:
    """Return the messages of a job's data logs without their times."""
    logs = emulator.client("logs")
    found = logs.describe_log_streams(logGroupName=GROUP, logStreamNamePrefix=f"{name}/")
    return [
        event["message"].partition("[sagemaker logs]: ")[2]
        for stream in found["logStreams"]
        if stream["logStreamName"].endswith("/data-log")
        for event in logs.get_log_events(logGroupName=GROUP, logStreamName=stream["logStreamName"])[
            "events"
        ]
    ]


def test_objects_are_transformed_under_their_names(transforming: Emulator) -> None:
    files = {"a.csv": b"one\ntwo\n", "deeper/b.csv": b"three", "empty.csv": b""}
    found = transformed(transforming, "names", files, instances=2)
    assert found == {
        "a.csv.out": b"ONE\nTWO\n", "deeper/b.csv.out": b"THREE\n", "empty.csv.out": b"",
    }  # fmt: skip
    assert (
        data_log(transforming, "names")
        == ["MaxConcurrentTransforms=1, MaxPayloadInMB=6, BatchStrategy=MULTI_RECORD"] * 2
    )


def test_description_and_list_have_the_shapes_of_the_api(
    transforming: Emulator, tmp_path: Path
) -> None:
    service = made_in(transforming, tmp_path)
    try:
        service.call("CreateModel", {
            "ModelName": MODEL, "ExecutionRoleArn": endpoints.ROLE,
            "PrimaryContainer": {
                "Image": endpoints.SCIKIT_LEARN, "ModelDataUrl": f"s3://{BUCKET}/model.tar.gz",
            },
        })  # fmt: skip
        transforming.client("s3").put_object(Bucket=BUCKET, Key="shapes/in/a", Body=b"a")
        service.call("CreateTransformJob", job("shapes"))
        for operation, request in (
            ("DescribeTransformJob", {"TransformJobName": "shapes"}),
            ("ListTransformJobs", {}),
        ):
            shape = operation_model(operation).output_shape
            assert shape is not None
            answer = service.call(operation, request)
            assert answer.keys() <= shape.members.keys()
            assert answer.keys() >= set(shape.required_members)
        summary = answer["TransformJobSummaries"][0]
        assert summary.keys() <= shape.members["TransformJobSummaries"].member.members.keys()
    finally:
        service.close()


def test_manifest_names_the_objects(transforming: Emulator) -> None:
    s3 = transforming.client("s3")
    manifest = [{"prefix": f"s3://{BUCKET}/listed/in/"}, "x/1.csv", "2.csv"]
    s3.put_object(Bucket=BUCKET, Key="listed/manifest", Body=json.dumps(manifest))
    files = {"x/1.csv": b"a\n", "2.csv": b"b\n", "3.csv": b"not listed\n"}
    source = f"s3://{BUCKET}/listed/manifest"
    found = transformed(transforming, "listed", files, kind="ManifestFile", source=source)
    assert found == {"x/1.csv.out": b"A\n", "2.csv.out": b"B\n"}


def test_gzip_is_decompressed(transforming: Emulator) -> None:
    found = transformed(
        transforming,
        "packed",
        {"a.gz": gzip.compress(b"a\nb\n")},
        given={"CompressionType": "Gzip"},
    )
    assert found == {"a.gz.out": b"A\nB\n"}


@pytest.mark.parametrize(
    ("strategy", "split", "counts"),
    [
        ("MultiRecord", "Line", [2, 2, 1]),
        ("SingleRecord", "Line", [1, 1, 1, 1, 1]),
    ],
)
def test_lines_fill_requests(
    transforming: Emulator, strategy: str, split: str, counts: list[int]
) -> None:
    line = b"x" * 400_000 + b"\n"
    found = transformed(
        transforming, f"fill-{strategy}", {"a": line * 5}, BatchStrategy=strategy,
        MaxPayloadInMB=1, MaxConcurrentTransforms=3,
        given={"ContentType": "count/lines", "SplitType": split},
    )  # fmt: skip
    assert found["a.out"].decode().split() == [str(count) for count in counts]


def test_unsplit_object_is_one_request(transforming: Emulator) -> None:
    found = transformed(
        transforming, "whole", {"a": b"x\n" * 7},
        given={"ContentType": "count/lines", "SplitType": "None"}, target={"AssembleWith": "None"},
    )  # fmt: skip
    assert found == {"a.out": b"7"}


def test_answers_keep_the_order_of_the_lines(transforming: Emulator, tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    lines = [f"await {flag}", *(f"line {number}" for number in range(50))]
    start(
        transforming, "order", {"a": "\n".join(lines).encode()},
        BatchStrategy="SingleRecord", MaxConcurrentTransforms=4,
    )  # fmt: skip
    until(Path(f"{flag}.begun").exists)
    flag.touch()
    assert ended(transforming, "order")["TransformJobStatus"] == "Completed"
    assert outputs(transforming, "order")["a.out"].decode().split("\n") == [
        *(line.upper() for line in lines), ""
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("processing", "content", "expected"),
    [
        ({"InputFilter": "$[1:]"}, b"7,a\n8,b\n", b"A\nB\n"),
        ({"InputFilter": "$[1]", "JoinSource": "Input"}, b"7,a\n8,b\n", b"7,a,A\n8,b,B\n"),
        (
            {"InputFilter": "$[1]", "JoinSource": "Input", "OutputFilter": "$[0,-1:]"},
            b'7,"a, c"\n8,b\n',
            b'7,"A, C"\n8,B\n',
        ),
    ],
)
def test_rows_are_filtered_and_joined(
    transforming: Emulator, processing: dict[str, str], content: bytes, expected: bytes
) -> None:
    name = f"rows-{len(str(processing))}"
    assert transformed(
        transforming, name, {"a": content}, DataProcessing=processing
    ) == {"a.out": expected}  # fmt: skip


@pytest.mark.parametrize(
    ("processing", "content", "expected"),
    [
        (
            {"InputFilter": "$.text", "JoinSource": "Input"},
            ['{"id": 1, "text": "a"}', '{"id": 2, "text": "b"}'],
            ['{"id": 1, "text": "a", "SageMakerOutput": "A"}',
             '{"id": 2, "text": "b", "SageMakerOutput": "B"}'],
        ),
        (
            {"InputFilter": "$['text']", "JoinSource": "Input",
             "OutputFilter": "$['id','SageMakerOutput']"},
            ['{"id": 1, "text": "a"}'],
            ['{"id": 1, "SageMakerOutput": "A"}'],
        ),
        (
            {"JoinSource": "Input"},
            ['"a"'],
            ['{"SageMakerInput": "a", "SageMakerOutput": "A"}'],
        ),
    ],
)  # fmt: skip
def test_json_lines_are_filtered_and_joined(
    transforming: Emulator, processing: dict[str, str], content: list[str], expected: list[str]
) -> None:
    name = f"json-{len(str(processing))}"
    lines = {"ContentType": "application/jsonlines"}
    target = {"Accept": "application/jsonlines"}
    found = transformed(
        transforming, name, {"a": "\n".join(content).encode()},
        given=lines, target=target, DataProcessing=processing,
    )  # fmt: skip
    assert found["a.out"].decode().splitlines() == expected


def test_json_document_is_joined(transforming: Emulator) -> None:
    kind = "application/json"
    found = transformed(
        transforming, "document", {"a": b'{"id": 1,\n "text": [1, 2]}'},
        given={"ContentType": kind, "SplitType": "None"},
        target={"Accept": kind, "AssembleWith": "None"},
        DataProcessing={"InputFilter": "$.text", "JoinSource": "Input"},
    )  # fmt: skip
    assert json.loads(found["a.out"]) == {"id": 1, "text": [1, 2], "SageMakerOutput": "6"}


@pytest.mark.parametrize(
    ("name", "content", "reason", "logged"),
    [
        ("refused", b"refuse\n", "ClientError", "Bad HTTP status received from algorithm: 415"),
        ("defect", b"fail\n", "AlgorithmError", "Bad HTTP status received from algorithm: 500"),
        ("lost", b"a\nlose a line\n", "ClientError", "Fail to join data: mismatched line count"),
        ("large", b"x" * 1_100_000, "ClientError", "Too much data for max payload size"),
    ],
)
def test_failing_object_fails_the_job_and_keeps_the_others(
    transforming: Emulator, name: str, content: bytes, reason: str, logged: str
) -> None:
    joins = {"DataProcessing": {"JoinSource": "Input"}} if name == "lost" else {}
    files = {"a.csv": content, "b.csv": b"good\n"}
    retries = {"InvocationsMaxRetries": 1, "InvocationsTimeoutInSeconds": 60}
    start(transforming, name, files, ModelClientConfig=retries, MaxPayloadInMB=1, **joins)
    described = ended(transforming, name)
    assert described["TransformJobStatus"] == "Failed"
    assert described["FailureReason"] == f"{reason}: See job logs for more information"
    assert list(outputs(transforming, name)) == ["b.csv.out"]
    assert any(
        line.startswith(f"{BUCKET}/{name}/in/a.csv: {logged}")
        for line in data_log(transforming, name)
    )


def test_container_that_dies_is_started_again(transforming: Emulator) -> None:
    found = transformed(transforming, "dies", {"a": b"one\ndie once\nthree\n"})
    assert found == {"a.out": b"ONE\nDIE ONCE\nTHREE\n"}


def test_killed_container_loses_no_line(transforming: Emulator, tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    lines = [*(f"line {number}" for number in range(200)), f"await {flag}", "last"]
    before = set(model_servers(transforming.state))
    start(
        transforming, "killed", {"a": "\n".join(lines).encode()},
        BatchStrategy="SingleRecord", MaxConcurrentTransforms=2,
    )  # fmt: skip
    until(Path(f"{flag}.begun").exists)
    (process,) = set(model_servers(transforming.state)) - before
    os.kill(process, signal.SIGKILL)
    flag.touch()
    assert ended(transforming, "killed")["TransformJobStatus"] == "Completed"
    written = outputs(transforming, "killed")["a.out"].decode()
    assert written == "".join(f"{line.upper()}\n" for line in lines)


def test_stopped_job_keeps_finished_objects(transforming: Emulator, tmp_path: Path) -> None:
    files = {"a": b"done\n", "b": f"await {tmp_path / 'never'}\n".encode(), "c": b"later\n"}
    start(transforming, "stopped", files)
    until(lambda: outputs(transforming, "stopped"))
    sagemaker = transforming.client("sagemaker")
    sagemaker.stop_transform_job(TransformJobName="stopped")
    assert ended(transforming, "stopped")["TransformJobStatus"] == "Stopped"
    assert outputs(transforming, "stopped") == {"a.out": b"DONE\n"}
    with pytest.raises(ClientError, match="in status Stopped"):
        sagemaker.stop_transform_job(TransformJobName="stopped")


def test_utilization_of_each_instance_is_in_cloudwatch(
    transforming: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scripts.score.machines.ASK_SECONDS", 0)
    go = tmp_path / "go"
    start(transforming, "used", {name: f"compute {go}\n".encode() for name in "ab"}, instances=2)
    machines = Machines(transforming.client("cloudwatch"), "used")
    pattern = r"2 machines, CPU [1-9]\d*%, memory \d+%"
    until(lambda: re.fullmatch(pattern, machines.describe()), explain=machines.describe)
    go.touch()
    assert ended(transforming, "used").get("FailureReason") is None
    # The metrics of a job are not those of one whose name begins alike.
    assert Machines(transforming.client("cloudwatch"), "use").describe() == ""


def test_time_out_is_an_error_without_response(transforming: Emulator, tmp_path: Path) -> None:
    limits = {"InvocationsTimeoutInSeconds": 1, "InvocationsMaxRetries": 0}
    files = {"a": f"await {tmp_path / 'never'}\n".encode()}
    start(transforming, "timed-out", files, ModelClientConfig=limits)
    assert ended(transforming, "timed-out")["FailureReason"].startswith("AlgorithmError")
    assert "Unable to get response from algorithm" in data_log(transforming, "timed-out")[-1]


def test_container_has_the_variables_of_model_job_and_batch(transforming: Emulator) -> None:
    content = b"environment GREETING\nenvironment MINE\nenvironment SAGEMAKER_BATCH\n"
    found = transformed(transforming, "variables", {"a": content}, Environment={"MINE": "yes"})
    assert found["a.out"].split() == [b"hello", b"yes", b"True"]


def test_model_that_does_not_start_fails_the_job(transforming: Emulator) -> None:
    broken = endpoints.artifact("x", **{"code/inference.py": endpoints.BROKEN})
    transforming.client("s3").put_object(Bucket=BUCKET, Key="broken.tar.gz", Body=broken)
    create_model(transforming, "broken-transform", "broken.tar.gz")
    start(transforming, "no-ping", {"a": b"a"}, ModelName="broken-transform")
    reason = ended(transforming, "no-ping")["FailureReason"]
    assert reason.startswith("AlgorithmError: Model container failed to respond to ping")


def test_encryption_key_encrypts_the_output(transforming: Emulator) -> None:
    key = transforming.client("kms").create_key()["KeyMetadata"]["KeyId"]
    transformed(transforming, "encrypted", {"a": b"a"}, target={"KmsKeyId": key})
    head = transforming.client("s3").head_object(Bucket=BUCKET, Key="encrypted/out/a.out")
    assert head["ServerSideEncryption"] == "aws:kms"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ModelName": "none"}, 'Could not find model "arn:'),
        ({"source": f"s3://{BUCKET}/nothing/"}, "No S3 objects found under S3 URL"),
        ({"source": "s3://no-such-bucket/x", "kind": "ManifestFile"}, "No S3 objects found"),
        ({"given": {"SplitType": "RecordIO"}}, "SplitType RecordIO"),
        ({"given": {"SplitType": "TFRecord"}}, "SplitType TFRecord"),
        ({"kind": "AugmentedManifestFile"}, "S3DataType AugmentedManifestFile"),
        ({"MaxPayloadInMB": 101}, "MaxPayloadInMB 101 must be at most 100"),
        ({"MaxPayloadInMB": 6, "MaxConcurrentTransforms": 17}, "at most 100 MB"),
        ({"instances": 21}, "up to 20 instances"),
        ({"DataProcessing": {"InputFilter": "text"}}, "'text' must begin with"),
        ({"DataProcessing": {"OutputFilter": "$[?(@.x)]"}}, "not supported"),
        (
            {"DataProcessing": {"JoinSource": "Input"}, "target": {"Accept": "text/plain"}},
            "Accept that equals the ContentType",
        ),
        (
            {"DataProcessing": {"JoinSource": "Input"}, "given": {"SplitType": "None"}},
            "needs SplitType Line",
        ),
        ({"DataCaptureConfig": {"DestinationS3Uri": "s3://x/y"}}, "DataCaptureConfig"),
        ({"ModelClientConfig": {"InvocationsMaxRetries": 4}}, "InvocationsMaxRetries"),
        ({"TransformJobName": "x" * 64}, "TransformJobName"),
    ],
)
def test_jobs_that_cannot_run_are_refused(
    transforming: Emulator, changes: dict[str, Any], reason: str
) -> None:
    transforming.client("s3").put_object(Bucket=BUCKET, Key="refusals/in/a", Body=b"a")
    with pytest.raises(ClientError, match=reason.replace("[", r"\[").replace("?", r"\?")):
        transforming.client("sagemaker").create_transform_job(**job("refusals", **changes))


def test_names_are_unique_and_jobs_are_listed_and_tagged(transforming: Emulator) -> None:
    sagemaker = transforming.client("sagemaker")
    tags = [{"Key": "team", "Value": "films"}]
    transformed(transforming, "once", {"a": b"a"}, Tags=tags)
    with pytest.raises(sagemaker.exceptions.ResourceInUse):
        sagemaker.create_transform_job(**job("once"))
    (found,) = sagemaker.list_transform_jobs(NameContains="once")["TransformJobSummaries"]
    assert found["TransformJobStatus"] == "Completed"
    assert sagemaker.list_tags(ResourceArn=found["TransformJobArn"])["Tags"] == tags
    with pytest.raises(ClientError, match="Could not find requested job with name: never"):
        sagemaker.describe_transform_job(TransformJobName="never")


def test_execution_parameters_fill_what_the_job_leaves_open() -> None:
    answer = (
        b'{"MaxConcurrentTransforms": 8, "BatchStrategy": "SINGLE_RECORD", "MaxPayloadInMB": 2}'
    )
    assert Parameters.of({}, answer) == Parameters(8, 2, "SingleRecord")
    assert Parameters.of({"MaxConcurrentTransforms": 0}, answer).concurrent == 8
    own = {"MaxConcurrentTransforms": 2, "MaxPayloadInMB": 0, "BatchStrategy": "MultiRecord"}
    assert Parameters.of(own, answer) == Parameters(2, 0, "MultiRecord")
    assert Parameters.of({}, b"<html>") == Parameters(1, 6, "MultiRecord")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$", {"a": [1, 2, 3], "b": {"c": "d"}}),
        ("$.a", [1, 2, 3]),
        ("$.a[0]", 1),
        ("$.a[-1]", 3),
        ("$.a[1:]", [2, 3]),
        ("$.a[0,1:]", [1, 2, 3]),
        ("$['a','b']", {"a": [1, 2, 3], "b": {"c": "d"}}),
        ("$.b.c", "d"),
        ("$.b.*", ["d"]),
        ("$.a[*]", [1, 2, 3]),
    ],
)
def test_json_paths_select(path: str, expected: Any) -> None:
    assert select({"a": [1, 2, 3], "b": {"c": "d"}}, parse(path)) == expected


@pytest.mark.parametrize("path", ["$.c", "$.a[3]", "$.a.b", "$[0]", "$.b[1:]"])
def test_json_paths_that_select_nothing_are_errors(path: str) -> None:
    with pytest.raises(JsonPathError):
        select({"a": [1, 2, 3], "b": {"c": "d"}}, parse(path))
