"""Endpoints of a small model, created and invoked as by a user of SageMaker."""

import json
from collections.abc import Mapping
from typing import Any

from tests.local_aws.conftest import Emulator
from tests.local_aws.support.archives import archive
from tests.support.waiting import until

BUCKET = "served-models"
ROLE = "arn:aws:iam::000000000000:role/service-role/sagemaker"
KEY = "run=7/{}, a+b@c:d.tar.gz"  # every kind of character that a key may have
INSTANCE: dict[str, Any] = {"InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
SERVERLESS: dict[str, Any] = {"ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}}
PYTORCH = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:2.6.0-cpu-py312"
# Its containers start faster, since they do not import PyTorch.
SCIKIT_LEARN = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.9-0-cpu-py3"
# A request's text selects an answer, a delay, a defect or the origin of a module.
ANSWER = """
import json, os, time

def model_fn(model_dir):
    print("loading", model_dir)
    return open(model_dir + "/name").read()

def answer(model, text):
    asked, _, value = text.partition(" ")
    if asked == "await":
        open(value + ".begun", "w").close()
    while asked == "await" and not os.path.exists(value):
        time.sleep(0.05)
    if asked == "fail":
        raise ValueError("a defect")
    if asked == "environment":
        return model + ": " + os.environ.get(value, "unset")
    if asked == "module":
        return model + ": " + __import__(value).__file__
    return model + ": " + text
"""
CODE = {
    PYTORCH: ANSWER
    + """
from sagemaker_inference.errors import BaseInferenceToolkitError

def input_fn(body, content_type):
    if content_type == "application/json":  # already a str
        return json.loads(body)["text"]
    return bytes(body).decode()

def predict_fn(text, model):
    if text == "refuse":
        raise BaseInferenceToolkitError(422, '{"code": "refused"}', "Refused")
    return answer(model, text)

def output_fn(prediction, accept):
    if accept == "application/json":
        return json.dumps({"answer": prediction}), accept
    return prediction, "text/plain"
""",
    SCIKIT_LEARN: ANSWER
    + """
from flask import Response

def transform_fn(model, body, content_type, accept):
    text = body if isinstance(body, str) else body.decode()
    if text == "refuse":
        return Response("refused", 422, content_type="application/json")
    return Response(answer(model, text), content_type=f"text/plain; for={accept}")
""",
}
# Functions for the scikit-learn image, which has the others, next to a module of a common name
SUMS = """
import scipy.stats  # looks for torch
import errors

class Sums:
    def predict(self, rows):
        return rows.sum(axis=1) + errors.NONE

def model_fn(model_dir):
    return Sums()
"""
BROKEN = CODE[PYTORCH].replace("print(", "raise RuntimeError('cannot load',")


def artifact(name: str, *, image: str = SCIKIT_LEARN, **files: str | bytes) -> bytes:
    """Return a model.tar.gz for an image that answers with `name`; `files` replace or add files."""
    content: dict[str, str | bytes] = {"name": name, "code/inference.py": CODE[image]}
    return archive({**content, **files})


def define(
    emulator: Emulator,
    name: str,
    packed: bytes | None = None,
    *,
    variant: Mapping[str, Any] = INSTANCE,
    image: str = SCIKIT_LEARN,
) -> str:
    """Create a model and an endpoint configuration for an artifact; return their name."""
    emulator.client("s3").put_object(
        Bucket=BUCKET,
        Key=KEY.format(name),
        Body=artifact(name, image=image) if packed is None else packed,
    )
    sagemaker = emulator.client("sagemaker")
    sagemaker.create_model(
        ModelName=name,
        ExecutionRoleArn=ROLE,
        PrimaryContainer={
            "Image": image,
            "ModelDataUrl": f"s3://{BUCKET}/{KEY.format(name)}",
            "Environment": {"SAGEMAKER_PROGRAM": "inference.py", "GREETING": "hello"},
        },
    )
    sagemaker.create_endpoint_config(
        EndpointConfigName=name,
        ProductionVariants=[{"VariantName": "blue", "ModelName": name, **variant}],
    )
    return name


def settled(emulator: Emulator, name: str) -> dict[str, Any]:
    """Wait until an endpoint has settled and return its description."""
    sagemaker = emulator.client("sagemaker")

    def described() -> dict[str, Any] | None:
        endpoint: dict[str, Any] = sagemaker.describe_endpoint(EndpointName=name)
        return None if endpoint["EndpointStatus"] in {"Creating", "Updating"} else endpoint

    return until(described, explain=lambda: f"{name} has not settled")


def ask(emulator: Emulator, name: str, text: str) -> str:
    """Send a text to an endpoint and return its text."""
    reply = emulator.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=name, Body=text.encode(), ContentType="text/plain", Accept="text/plain"
    )
    return str(reply["Body"].read().decode())


def ask_json(emulator: Emulator, name: str, text: str) -> dict[str, Any]:
    """Send JSON to an endpoint and return the whole reply, its body parsed."""
    reply = emulator.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=name,
        Body=json.dumps({"text": text}),
        ContentType="application/json",
        Accept="application/json",
    )
    return {**reply, "Body": json.loads(reply["Body"].read())}
