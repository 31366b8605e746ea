"""`destroy` leaves only the resources that the README lists."""

import json
from typing import Any

import pytest

from local_aws.environment import ACCOUNT, DEFAULT_REGION
from tests.proof.leftovers import LISTINGS, leftovers
from tests.proof.table import ProofTable
from tests.proof.use import use
from tests.support.deployment import Deployment, embedded_aws
from tests.support.waiting import until

pytestmark = pytest.mark.slow
SECTION = "Clean destroy"
DEV = ("feedback.enabled=true",)
PROD = (
    "environment=prod",
    "feedback.enabled=true",
    "operations.alarm_email=somebody@example.com",
)
SHARED = {"log groups": {"/aws/sagemaker/TrainingJobs"}}
# API Gateway's account-wide setting names one of these roles; other APIs may use it.
LOG_ROLES = (
    "sentiment-dev-web-PredictApiAccountLogRole",
    "sentiment-prod-web-PredictApiAccountLogRole",
)
KEPT_OF_PROD = {
    "buckets": {f"sentiment-prod-{name}-{ACCOUNT}-{DEFAULT_REGION}" for name in ("data", "logs")},
    "keys": {
        "Alarms of the sentiment web app",
        "Logs of the sentiment web app's functions, API and endpoint",
        "Reviews, models and volumes of the sentiment web app",
    },
}
# Kinds that the environments certainly have, to prove that their listings work.
DEPLOYED = {
    "REST APIs", "alarms", "buckets", "dashboards", "distributions", "endpoint configurations", "endpoints",
    "event rules", "functions", "key aliases", "keys", "layers", "log groups", "models", "parameters", "roles",
    "secrets", "stacks", "state machines", "subscriptions", "topics", "web ACLs",
}  # fmt: skip
STOP_SECONDS = 120.0


def test_destroy_leaves_what_is_kept_on_purpose(
    tmp_path_factory: pytest.TempPathFactory, proof_table: ProofTable
) -> None:
    with embedded_aws(tmp_path_factory.mktemp("destroyed")) as deployed:
        before = leftovers(deployed.client)
        dev = deployed.deploy(*DEV)
        use(deployed)
        deployed.deploy(*PROD)
        use(deployed)
        everything = leftovers(deployed.client)
        stored = objects(deployed, f"sentiment-prod-data-{ACCOUNT}-{DEFAULT_REGION}")
        interrupted = begin_training(deployed, dev)
        # CloudFormation cancels like this when the function has not returned the job's name yet.
        made_up = {"RequestType": "Delete", "PhysicalResourceId": "sentiment-dev-model-Made-Up"}
        send_event(deployed, {**interrupted, **made_up})
        deployed.destroy(*DEV)
        assert [
            name for name in flat(leftovers(deployed.client)) if "sentiment-dev" in name
        ] == log_roles(deployed)[:1]
        wait_until_stopped(deployed, "sentiment-dev-cut-off")
        deployed.unprotect("prod")
        deployed.destroy(*PROD)
        left = leftovers(deployed.client)
        assert sorted(left.pop("roles")) == log_roles(deployed)
        tagged = left.pop("tagged", set())
        assert {arn.rpartition(":")[2] for arn in tagged} <= KEPT_OF_PROD["buckets"]
        assert left == {**SHARED, **KEPT_OF_PROD}
        assert objects(deployed, f"sentiment-prod-data-{ACCOUNT}-{DEFAULT_REGION}") >= stored
    assert before == {}
    assert everything.keys() >= DEPLOYED
    proof_table.add(
        SECTION,
        "dev and prod deployed and used, a training job started and cancelled as CloudFormation does "
        "in an interrupted deployment, both destroyed; kinds of resources searched for: "
        f"{', '.join(sorted(LISTINGS))} and keys",
        f"{len(flat(everything))} resources of {len(everything)} kinds before. The training job "
        "stopped. Only API Gateway's log role is left of dev; of prod, its log role, the data and log "
        "buckets with all their objects and their three keys; of the account, the log group of "
        "training jobs. The embedded AWS cannot list scaling targets; they were deleted with their "
        "stacks",
    )


def log_roles(deployed: Deployment) -> list[str]:
    """Return the roles that API Gateway's account-wide setting names or has named."""
    found = sorted(
        role["RoleName"]
        for page in deployed.client("iam").get_paginator("list_roles").paginate()
        for role in page["Roles"]
        if role["RoleName"].startswith(LOG_ROLES)
    )
    assert len(found) == len(LOG_ROLES)
    return found


def begin_training(deployed: Deployment, outputs: dict[str, str]) -> dict[str, Any]:
    """Start a training job as a deployment does, and return CloudFormation's event."""
    done = deployed.client("sagemaker").describe_training_job(
        TrainingJobName=outputs["TrainingJobName"]
    )
    machine = done["ResourceConfig"]
    event = {
        "RequestType": "Create",
        "ResourceProperties": {
            "JobName": "sentiment-dev-cut-off",
            "RoleArn": done["RoleArn"],
            "Image": done["AlgorithmSpecification"]["TrainingImage"],
            "Hyperparameters": {**done["HyperParameters"], "architecture": "lstm"},
            "Channels": {
                channel["ChannelName"]: channel["DataSource"]["S3DataSource"]["S3Uri"]
                for channel in done["InputDataConfig"]
            },
            "OutputPath": done["OutputDataConfig"]["S3OutputPath"],
            "InstanceType": machine["InstanceType"],
            "InstanceCount": str(machine["InstanceCount"]),
            "VolumeSizeGiB": str(machine["VolumeSizeInGB"]),
            "MaxRuntimeSeconds": str(done["StoppingCondition"]["MaxRuntimeInSeconds"]),
            "MinimumAccuracy": "0.7",
        },
    }
    assert send_event(deployed, event) == {"PhysicalResourceId": "sentiment-dev-cut-off"}
    assert status(deployed, "sentiment-dev-cut-off") == "InProgress"
    return event


def send_event(deployed: Deployment, event: dict[str, Any]) -> Any:
    """Send a CloudFormation event to the function that starts and stops training jobs."""
    functions = deployed.client("lambda")
    (name,) = [
        str(function["FunctionName"])
        for function in functions.list_functions()["Functions"]
        if function["FunctionName"].startswith("sentiment-dev-model-TrainingJobOnEvent")
    ]
    answer = functions.invoke(FunctionName=name, Payload=json.dumps(event).encode())
    assert "FunctionError" not in answer
    return json.loads(answer["Payload"].read())


def status(deployed: Deployment, job: str) -> str:
    """Return the status of a training job."""
    found = deployed.client("sagemaker").describe_training_job(TrainingJobName=job)
    return str(found["TrainingJobStatus"])


def wait_until_stopped(deployed: Deployment, job: str) -> None:
    """Wait until a stopping job has stopped."""
    until(lambda: status(deployed, job) != "Stopping", seconds=STOP_SECONDS)
    assert status(deployed, job) == "Stopped"


def objects(deployed: Deployment, bucket: str) -> set[str]:
    """Return the keys in a bucket."""
    pages = deployed.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return {str(item["Key"]) for page in pages for item in page.get("Contents", [])}


def flat(found: dict[str, set[str]]) -> set[str]:
    """Return the names of all kinds."""
    return {name for names in found.values() for name in names}
