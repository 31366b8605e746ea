"""Training jobs of a small script, started and watched as by a user of SageMaker."""

from typing import Any

from tests.local_aws.conftest import Emulator
from tests.local_aws.support.archives import archive, wheel
from tests.local_aws.support.endpoints import ROLE
from tests.support.waiting import until

BUCKET = "training-jobs"
LOG_GROUP = "/aws/sagemaker/TrainingJobs"
HIVE = "data/dt=2026-11-28/a+b@c:d, e/"  # a prefix with every kind of character
SCRIPT = """
import argparse, json, os, pathlib, signal, subprocess, sys, time
import onlyhere

options = argparse.ArgumentParser()
options.add_argument("--behaviour")
behaviour = options.parse_known_args()[0].behaviour
model = pathlib.Path(os.environ["SM_MODEL_DIR"])
reason = pathlib.Path(os.environ["SM_OUTPUT_DIR"], "failure")


def say(text):
    sys.stdout.write(text + "\\n")


def save_and_exit(number, frame):
    (model / "saved").write_text("in time")
    sys.exit(0)


def complete():
    (model / "code").mkdir()
    (model / "code" / "inference.py").write_text("def model_fn(model_dir): ...")
    (model / "name").write_text("trained")
    pathlib.Path(os.environ["SM_OUTPUT_DATA_DIR"], "report.txt").write_text("report")
    channels = pathlib.Path(os.environ["SM_INPUT_DIR"], "data")
    seen = {
        "files": sorted(str(f.relative_to(channels)) for f in channels.rglob("*") if f.is_file()),
        "arguments": sys.argv[1:],
        "aws": {key: value for key, value in os.environ.items() if key.startswith("AWS_")},
        "environment": os.environ.get("GREETING"),
        "value": onlyhere.VALUE,
        "module": onlyhere.__file__,
    }
    (model / "seen.json").write_text(json.dumps(seen))
    say("loss=not-a-number")
    say("loss=0.5")
    say("loss=inf")
    say("loss=0.25 accuracy=0.75")
    # A process that outlives its job would fill the machine.
    nothing = subprocess.DEVNULL
    subprocess.Popen(["sleep", "613"], stdout=nothing, stderr=nothing)


def wait():
    signal.signal(signal.SIGTERM, save_and_exit)
    say("waiting")
    while True:
        time.sleep(0.1)


def escape():
    # It leaves the process group, the session and the variables of the container.
    subprocess.Popen(["setsid", "sleep", "614"], env={})
    ignore()


def ignore():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    say("waiting")
    time.sleep(600)


def explain():
    reason.write_bytes(b"the data \\xff is wrong" + b"." * 2000)
    sys.exit(3)


def crash():
    raise ValueError("a defect")


globals()[behaviour]()
"""
METRICS = [
    {"Name": "train:loss", "Regex": "loss=(\\S+)"},
    {"Name": "test:accuracy", "Regex": "accuracy=([0-9.]+)"},
    {"Name": "never:seen", "Regex": "never=([0-9.]+)"},
]


def put_source(emulator: Emulator) -> None:
    """Upload the script and the data that every job of `request` uses."""
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    wheels = {f"wheels/{name}": content for name, content in wheel("onlyhere").items()}
    requirements = "--no-index\n--find-links wheels\nonlyhere==1.0\n"
    source: dict[str, str | bytes] = {"train.py": SCRIPT, "requirements.txt": requirements}
    s3.put_object(Bucket=BUCKET, Key="source.tar.gz", Body=archive(source | wheels))
    for key in (
        "data/train/a.csv", "data/train/deep/b.csv", "data/train.csv", "other/c.csv", f"{HIVE}a b.csv",
    ):  # fmt: skip
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"text,label\n")


def channel(name: str, prefix: str) -> dict[str, Any]:
    """Return an input channel of a job."""
    source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/{prefix}"}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}}


def request(name: str, behaviour: str, *, limit: int = 300, **changes: Any) -> dict[str, Any]:
    """Return CreateTrainingJob's parameters for a job whose script behaves as given."""
    return {
        "TrainingJobName": name,
        "RoleArn": ROLE,
        "AlgorithmSpecification": {
            "TrainingImage": "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training",
            "TrainingInputMode": "File",
            "MetricDefinitions": METRICS,
        },
        "HyperParameters": {
            "sagemaker_program": "train.py",
            "sagemaker_submit_directory": f"s3://{BUCKET}/source.tar.gz",
            "behaviour": behaviour,
        },
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/output/"},
        "ResourceConfig": {
            "InstanceType": "ml.m5.large",
            "InstanceCount": 1,
            "VolumeSizeInGB": 5,
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": limit},
        **changes,
    }


def ended(emulator: Emulator, name: str) -> dict[str, Any]:
    """Wait for a job's end and return its description."""
    sagemaker = emulator.client("sagemaker")

    def described() -> dict[str, Any] | None:
        job: dict[str, Any] = sagemaker.describe_training_job(TrainingJobName=name)
        return None if job["TrainingJobStatus"] in {"InProgress", "Stopping"} else job

    return until(described, explain=lambda: lines(emulator, name))


def lines(emulator: Emulator, name: str) -> list[str]:
    """Return the lines that a job has logged so far."""
    logs = emulator.client("logs")
    try:
        streams = logs.describe_log_streams(logGroupName=LOG_GROUP, logStreamNamePrefix=f"{name}/")
    except logs.exceptions.ResourceNotFoundException:  # the first job creates the group
        return []
    return [
        event["message"]
        for stream in streams["logStreams"]
        for event in logs.get_log_events(
            logGroupName=LOG_GROUP, logStreamName=stream["logStreamName"], startFromHead=True
        )["events"]
    ]


def stored(emulator: Emulator, key: str) -> bytes:
    """Return an object of the jobs' bucket."""
    content: bytes = emulator.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()
    return content


def exists(emulator: Emulator, uri: str) -> bool:
    """Return whether an object exists."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    found = emulator.client("s3").list_objects_v2(Bucket=bucket, Prefix=key)
    return bool(found["KeyCount"])
