"""An event for each Lambda package, and a call of the package alone, without the repository."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

from tests.stacks.assembly import Assembly, Resource
from tests.stacks.lambda_runtime import invoke
from tests.stacks.literals import literal
from training_job.request import TrainingRequest

TOPIC = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
JOB = "sentiment-dev-0a1b2c3d4e5f"
TRAINING = {
    "JobName": JOB,
    "RoleArn": "arn:aws:iam::111122223333:role/training",
    "Image": "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch:2.6.0-cpu-py312",
    "Hyperparameters": {"sagemaker_program": "train.py"},
    "Channels": {"training": "s3://data/datasets/1/"},
    "OutputPath": "s3://data/models",
    "InstanceType": "ml.m5.xlarge",
    "InstanceCount": "1",
    "VolumeSizeGiB": "30",
    "MaxRuntimeSeconds": "2700",
    "MinimumAccuracy": "0.8",
}
REQUEST = {
    "RequestType": "Create",
    "StackId": "arn:aws:cloudformation:us-east-1:111122223333:stack/sentiment-dev-model/1",
    "RequestId": "1",
    "LogicalResourceId": "Resource",
}
HEALTH = {
    "resource": "/health",
    "path": "/health",
    "httpMethod": "GET",
    "headers": {"Accept": "application/json"},
    "queryStringParameters": None,
    "requestContext": {"requestId": "request-1"},
    "body": None,
    "isBase64Encoded": False,
}
SCHEDULED = {"source": "aws.events", "time": "2026-03-01T12:00:00Z", "detail": {}}
# An event for each handler in the templates, and a part of its answer
EVENTS: dict[str, tuple[dict[str, Any], str]] = {
    "training_job.handler.on_event": (
        {**REQUEST, "ResourceType": "Custom::TrainingJob", "ResourceProperties": TRAINING},
        f'{{"PhysicalResourceId": "{JOB}"}}',
    ),
    "training_job.handler.is_complete": (
        {
            **REQUEST,
            "RequestType": "Delete",
            "ResourceType": "Custom::TrainingJob",
            "PhysicalResourceId": JOB,
            "ResourceProperties": TRAINING,
        },
        '{"IsComplete": true}',
    ),
    "trial.handler.on_event": (
        {
            **REQUEST,
            "RequestType": "Delete",
            "ResourceType": "Custom::Candidate",
            "ResourceProperties": {},
        },
        "{}",
    ),
    "trial.handler.is_complete": (
        {
            **REQUEST,
            "RequestType": "Delete",
            "ResourceType": "Custom::Candidate",
            "PhysicalResourceId": "candidate",
            "ResourceProperties": {"EndpointName": "sentiment-dev-candidate"},
        },
        '{"IsComplete": true}',
    ),
    "trial.handler.on_schedule": (SCHEDULED, '{"failed": 0}'),
    "release_test.handler.on_event": (
        {
            **REQUEST,
            "RequestType": "Delete",
            "ResourceType": "Custom::ReleaseTest",
            "ResourceProperties": {},
        },
        '{"PhysicalResourceId": "release-test"}',
    ),
    "expiry.handler.on_schedule": (SCHEDULED, '{"kept": "own last changed'),
    "predict_api.handler.handler": (HEALTH, '"statusCode": 200'),
}


@contextmanager
def second_aws() -> Iterator[str]:
    """Start moto with a finished training job and a stack, and yield its URL."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    url = "http://{}:{}".format(*server.get_host_and_port())
    session = boto3.session.Session("test", "test", region_name="us-east-1")
    sagemaker, s3, cloudformation = (
        session.client(service, endpoint_url=url)
        for service in ("sagemaker", "s3", "cloudformation")
    )
    sagemaker.create_training_job(**TrainingRequest.from_properties(TRAINING).job(JOB))
    job = sagemaker.describe_training_job(TrainingJobName=JOB)
    s3.create_bucket(Bucket="data")
    key = job["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://data/")
    s3.put_object(Bucket="data", Key=key, Body=b"model")
    cloudformation.create_stack(StackName="own", TemplateBody=TOPIC)
    yield url
    server.stop()


def functions(assembly: Assembly) -> dict[str, tuple[Resource, dict[str, Any]]]:
    """Return properties and resources of each function whose code is ours, by its handler."""
    return {
        resource["Properties"]["Handler"]: (
            resource["Properties"],
            assembly.template(name.partition("/")[0])["Resources"],
        )
        for name, resource in assembly.resources("AWS::Lambda::Function").items()
        if not resource["Properties"]["Handler"].startswith(("framework.", "index."))
    }


def answers_alone(
    assembly: Assembly, handler: str, aws: str, packages: Path, python: str = sys.executable
) -> None:
    """Check that a function's package answers its event in AWS's runtime interface client.

    Args:
        assembly: the output of CDK with the package.
        handler: the function's handler.
        aws: URL of AWS.
        packages: folder of the packages that Lambda's runtime has.
        python: the interpreter.
    """
    properties, resources = functions(assembly)[handler]
    variables = properties.get("Environment", {}).get("Variables", {})
    event, expected = EVENTS[handler]
    outcome, answer = invoke(
        package=assembly.folder / f"asset.{properties['Code']['S3Key'].removesuffix('.zip')}",
        packages=packages,
        handler=handler,
        variables={
            **literal(variables, resources),
            **({"STACK_ID": "own"} if "STACK_ID" in variables else {}),
            "AWS_ENDPOINT_URL": aws,
        },
        event=event,
        python=python,
    )
    assert (outcome, expected in json.dumps(answer)) == ("response", True), answer
