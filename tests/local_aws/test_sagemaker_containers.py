"""Containers of training jobs: their paths, commands, code and network, and their metrics."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.sagemaker import SageMakerError, SageMakerService, namespace
from tests.local_aws.conftest import Emulator
from tests.local_aws.support import endpoints, jobs
from tests.local_aws.support.archives import archive, unpacked
from tests.local_aws.support.processes import running
from tests.support.waiting import until

CODE = "s3://container-jobs/code/"
BUCKET = "container-jobs"
# A script that uses the paths of a container as they are in AWS's examples
SCRIPT = """
import json, os, socket, subprocess, sys, urllib.request
from pathlib import Path

hyperparameters = json.loads(Path("/opt/ml/input/config/hyperparameters.json").read_text())
seen = {
    "base": os.environ.get("SM_MODEL_DIR"),
    "files": sorted(os.listdir("/opt/ml/input/data/training")),
    "arguments": sys.argv[1:],
    "opt": sorted(os.listdir("/opt")),
    "processes": [int(name) for name in os.listdir("/proc") if name.isdigit()],
    "keys": sorted(name for name in os.environ if name.startswith("AWS_") and "KEY" in name),
    "job": os.environ["TRAINING_JOB_NAME"],
}
try:
    urllib.request.urlopen(hyperparameters["url"], timeout=120)
    seen["network"] = "reachable"
except OSError:
    seen["network"] = "none"
nothing = subprocess.DEVNULL
subprocess.Popen(["setsid", "sleep", "615"], env={}, stdout=nothing, stderr=nothing)
print("loss=0.5", flush=True)
print("loss=0.25", flush=True)
Path("/opt/ml/model/seen.json").write_text(json.dumps(seen))
"""
needs_namespaces = pytest.mark.skipif(
    namespace.obstacle() is not None, reason=f"no /opt/ml: {namespace.obstacle()}"
)
pytestmark = needs_namespaces


def request(emulator: Emulator, name: str, **changes: Any) -> dict[str, Any]:
    """Return a job whose code is in the channel `code`, as with an isolated network."""
    made = jobs.request(name, "none")
    source = {"S3DataType": "S3Prefix", "S3Uri": CODE}
    made["HyperParameters"] = {
        "sagemaker_program": "train.py",
        "sagemaker_submit_directory": "/opt/ml/input/data/code/sourcedir.tar.gz",
        "url": f"http://127.0.0.1:{emulator.port}/_ministack/health",
    }
    made["InputDataConfig"] = [
        {"ChannelName": "code", "DataSource": {"S3DataSource": source}},
        {
            "ChannelName": "training",
            "DataSource": {"S3DataSource": {**source, "S3Uri": f"s3://{BUCKET}/data/"}},
        },
    ]
    made["OutputDataConfig"] = {"S3OutputPath": f"s3://{BUCKET}/output"}
    algorithm = made["AlgorithmSpecification"] | changes.pop("algorithm", {})
    return {**made, "AlgorithmSpecification": algorithm, **changes}


@pytest.fixture(scope="module")
def started(emulator: Emulator) -> Emulator:
    """The emulator with all jobs of these tests, which run at the same time."""
    s3, sagemaker = emulator.client("s3"), emulator.client("sagemaker")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="data/a.csv", Body=b"a")
    s3.put_object(Bucket=BUCKET, Key="code/train.py", Body=SCRIPT.encode())
    packed = archive({"train.py": SCRIPT})
    s3.put_object(Bucket=BUCKET, Key="code/sourcedir.tar.gz", Body=packed)
    shell = ["/bin/sh", "-c", 'python3 /opt/ml/input/data/code/train.py "$@"', "entrypoint"]
    for made in (
        request(emulator, "paths"),
        request(emulator, "isolated", EnableNetworkIsolation=True),
        request(
            emulator, "entrypoint",
            algorithm={"ContainerEntrypoint": shell, "ContainerArguments": ["--epochs", "3 4"]},
        ),
        request(
            emulator, "arguments",
            algorithm={"ContainerArguments": ["python", "/opt/ml/input/data/code/train.py", "x"]},
        ),
        request(emulator, "no-such-program", algorithm={"ContainerEntrypoint": ["/no/program"]}),
    ):  # fmt: skip
        sagemaker.create_training_job(**made)
    return emulator


def seen(emulator: Emulator, name: str) -> dict[str, Any]:
    """Return what a job's script has found."""
    job = jobs.ended(emulator, name)
    assert job["TrainingJobStatus"] == "Completed", (job, jobs.lines(emulator, name))
    key = f"output/{name}/output/model.tar.gz"
    packed = emulator.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()
    found: dict[str, Any] = json.loads(unpacked(packed)["seen.json"])
    return found


def test_a_script_finds_the_paths_of_a_container(started: Emulator) -> None:
    found = seen(started, "paths")
    assert found["base"] == "/opt/ml/model"
    assert found["files"] == ["a.csv"]
    assert found["network"] == "reachable"
    assert not Path("/opt/ml/model/seen.json").exists()  # nothing is left on the machine
    assert {"ml", *(one.name for one in Path("/opt").iterdir())} == set(found["opt"])


def test_a_script_sees_only_the_processes_of_its_container(started: Emulator) -> None:
    processes = seen(started, "arguments")["processes"]
    assert processes == [1, 2]  # the script is the second


def test_no_process_of_a_script_outlives_its_job(started: Emulator) -> None:
    jobs.ended(started, "paths")
    jobs.ended(started, "isolated")
    jobs.ended(started, "entrypoint")
    jobs.ended(started, "arguments")
    assert running("sleep 615") == []


def test_no_process_of_a_models_code_outlives_its_endpoint(emulator: Emulator) -> None:
    s3, sagemaker = emulator.client("s3"), emulator.client("sagemaker")
    s3.create_bucket(Bucket=endpoints.BUCKET)
    start = "import subprocess\nsubprocess.Popen(['setsid', 'sleep', '616'], env={})\n"
    code = start + endpoints.CODE[endpoints.SCIKIT_LEARN]
    name = endpoints.define(
        emulator, "escapes", endpoints.artifact("escapes", **{"code/inference.py": code})
    )
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
    assert endpoints.settled(emulator, name)["EndpointStatus"] == "InService"
    assert len(running("sleep 616")) == 1
    sagemaker.delete_endpoint(EndpointName=name)
    until(lambda: not running("sleep 616"), seconds=20)


def test_an_isolated_job_gets_its_code_and_no_network(started: Emulator) -> None:
    found = seen(started, "isolated")
    assert found["network"] == "none"
    assert found["keys"] == []
    described = started.client("sagemaker").describe_training_job(TrainingJobName="isolated")
    assert described["EnableNetworkIsolation"] is True


def test_the_entrypoint_and_the_arguments_are_run(started: Emulator) -> None:
    found = seen(started, "entrypoint")
    assert found["arguments"] == ["--epochs", "3 4"]
    assert found["job"] == "entrypoint"
    assert found["base"] is None  # no toolkit has run


def test_arguments_alone_are_a_command(started: Emulator) -> None:
    assert seen(started, "arguments")["arguments"] == ["x"]


def test_a_program_that_is_missing_fails_the_job_by_name(started: Emulator) -> None:
    job = jobs.ended(started, "no-such-program")
    assert job["TrainingJobStatus"] == "Failed"
    assert job["FailureReason"].endswith("exit code: 127")
    (line,) = jobs.lines(started, "no-such-program")
    assert line == "/no/program cannot be started: No such file or directory"


def test_metrics_have_a_curve_in_cloudwatch(started: Emulator) -> None:
    job = jobs.ended(started, "paths")
    cloudwatch = started.client("cloudwatch")
    listed = cloudwatch.list_metrics(
        Namespace="/aws/sagemaker/TrainingJobs",
        Dimensions=[{"Name": "TrainingJobName", "Value": "paths"}],
    )["Metrics"]
    assert [metric["MetricName"] for metric in listed] == ["train:loss"]
    points = cloudwatch.get_metric_statistics(
        Namespace="/aws/sagemaker/TrainingJobs", MetricName="train:loss",
        Dimensions=[{"Name": "TrainingJobName", "Value": "paths"}],
        StartTime=job["TrainingStartTime"] - timedelta(minutes=1),
        EndTime=datetime.now(UTC) + timedelta(minutes=1),
        Period=60, Statistics=["Minimum", "SampleCount"],
    )["Datapoints"]  # fmt: skip
    assert sum(point["SampleCount"] for point in points) == 2
    assert min(point["Minimum"] for point in points) == 0.25


def test_a_machine_without_namespaces_refuses_the_paths(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(namespace, "obstacle", lambda: "darwin has no mount namespaces")
    service = SageMakerService(tmp_path, f"http://127.0.0.1:{emulator.port}", "us-east-1")
    command = {"ContainerEntrypoint": ["sh", "/opt/ml/input/data/code/train.sh"]}
    with pytest.raises(SageMakerError, match="darwin has no mount namespaces"):
        service.call("CreateTrainingJob", request(emulator, "refused", algorithm=command))


def test_without_namespaces_the_code_is_still_found(
    started: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hyperparameter names the folder that takes the place of /opt/ml."""
    monkeypatch.setattr(namespace, "obstacle", lambda: "darwin has no mount namespaces")
    code = "import os; open(os.environ['SM_MODEL_DIR'] + '/done', 'w').write('done')"
    started.client("s3").put_object(
        Bucket=BUCKET, Key="plain/sourcedir.tar.gz", Body=archive({"train.py": code})
    )
    made = request(started, "elsewhere", EnableNetworkIsolation=True)
    made["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"] = f"s3://{BUCKET}/plain/"
    service = SageMakerService(tmp_path, f"http://127.0.0.1:{started.port}", "us-east-1")
    service.call("CreateTrainingJob", made)

    def described() -> dict[str, Any]:
        return service.call("DescribeTrainingJob", {"TrainingJobName": "elsewhere"})

    until(lambda: described()["TrainingJobStatus"] != "InProgress")
    job = described()
    assert job["TrainingJobStatus"] == "Completed", job
    assert any("/opt/ml is " in line for line in jobs.lines(started, "elsewhere"))


@pytest.mark.parametrize(
    ("call", "word"),
    [
        ("invoke_endpoint_async", "InvokeEndpointAsync"),
        ("invoke_endpoint_with_response_stream", "InvokeEndpointWithResponseStream"),
    ],
)
def test_other_ways_to_invoke_are_refused_by_name(emulator: Emulator, call: str, word: str) -> None:
    runtime = emulator.client("sagemaker-runtime")
    content = {"InputLocation": "s3://b/k"} if "async" in call else {"Body": b"text"}
    with pytest.raises(ClientError, match=f"does not support {word}") as raised:
        getattr(runtime, call)(EndpointName="any", **content)
    assert raised.value.response["Error"]["Code"] == "ValidationError"


def test_a_path_of_another_api_is_refused_by_name(emulator: Emulator) -> None:
    metric = {"MetricName": "loss", "Timestamp": 1, "Value": 0.5}
    client = emulator.client("sagemaker-metrics")
    with pytest.raises(ClientError, match="does not support BatchPutMetrics"):
        client.batch_put_metrics(TrialComponentName="trial", MetricData=[metric])
