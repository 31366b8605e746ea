"""What the SageMaker tests share: archives, and jobs and endpoints made through the API."""

import io
import tarfile
import time
from collections.abc import Mapping
from typing import Any

from tests.local.emulator.conftest import Emulator

BUCKET = "sagemaker-tests"
ROLE = "arn:aws:iam::000000000000:role/sagemaker"
# Handlers that answer with the model's name.
CODE = """
def model_fn(model_dir):
    return open(model_dir + "/name").read()
def input_fn(body, content_type):
    return bytes(body).decode()
def predict_fn(data, model):
    return f"{model}: {data}"
def output_fn(prediction, accept):
    return prediction
"""


def archive(files: Mapping[str, str], *, link: str = "") -> bytes:
    """Return a tar.gz of texts, and with `link` a symbolic link that leaves the folder."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for path, text in files.items():
            member = tarfile.TarInfo(path)
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
        if link:
            member = tarfile.TarInfo(link)
            member.type, member.linkname = tarfile.SYMTYPE, "../../../etc/passwd"
            tar.addfile(member)
    return buffer.getvalue()


class SageMaker:
    """The API's clients and the steps that tests repeat."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.s3 = emulator.client("s3")
        self.api = emulator.client("sagemaker")
        self.runtime = emulator.client("sagemaker-runtime")

    def upload(self, key: str, content: bytes) -> str:
        """Store an object and return its URI."""
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=content)
        return f"s3://{BUCKET}/{key}"

    def train(self, name: str, script: str, *, seconds: int = 120, **changes: Any) -> None:
        """Start a job that runs a script with one channel, `training`, of one file."""
        source = self.upload(f"{name}/source.tar.gz", archive({"train.py": script}))
        channel = self.upload(f"{name}/data/rows.txt", b"one\ntwo\n").removesuffix("rows.txt")
        request: dict[str, Any] = {
            "TrainingJobName": name,
            "RoleArn": ROLE,
            "AlgorithmSpecification": {
                "TrainingImage": "image",
                "TrainingInputMode": "File",
                "MetricDefinitions": [{"Name": "rows", "Regex": "rows=([0-9]+)"}],
            },
            "HyperParameters": {
                "sagemaker_program": "train.py",
                "sagemaker_submit_directory": source,
                "word": "fine",
            },
            "InputDataConfig": [
                {
                    "ChannelName": "training",
                    "DataSource": {
                        "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": channel}
                    },
                }
            ],
            "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models/"},
            "ResourceConfig": {
                "InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1,
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": seconds},
        }  # fmt: skip
        self.api.create_training_job(**{**request, **changes})

    def ended(self, name: str) -> dict[str, Any]:
        """Wait for a job's end and return its description."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            job: dict[str, Any] = self.api.describe_training_job(TrainingJobName=name)
            if job["TrainingJobStatus"] not in {"InProgress", "Stopping"}:
                return job
            time.sleep(0.2)
        raise TimeoutError(name)

    def configuration(self, name: str, uri: str) -> str:
        """Make a model and a serverless configuration of the same name, and return it."""
        container = {
            "Image": "image",
            "ModelDataUrl": uri,
            "Environment": {"SAGEMAKER_PROGRAM": "inference.py"},
        }
        self.api.create_model(ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer=container)
        variant = {
            "VariantName": "AllTraffic",
            "ModelName": name,
            "ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 5},
        }
        self.api.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
        return name

    def settled(self, endpoint: str) -> dict[str, Any]:
        """Wait until an endpoint is neither made nor changed and return its description."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            found: dict[str, Any] = self.api.describe_endpoint(EndpointName=endpoint)
            if found["EndpointStatus"] in {"InService", "Failed"}:
                return found
            time.sleep(0.1)
        raise TimeoutError(endpoint)

    def ask(self, endpoint: str, body: bytes = b"hello") -> str:
        """Invoke an endpoint."""
        answer = self.runtime.invoke_endpoint(
            EndpointName=endpoint, Body=body, ContentType="text/plain"
        )
        return str(answer["Body"].read().decode())
