"""Failed updates roll back and report the reason."""

from datetime import UTC, datetime, timedelta

import pytest

from local_aws.cdk import CdkError
from tests.proof.outcome import MODEL, SECTION, serving, statuses, the_reason, training_jobs
from tests.proof.table import ProofTable
from tests.proof.traffic import traffic
from tests.proof.use import answers
from tests.support.deployment import Deployment

pytestmark = pytest.mark.slow

OTHER_IMAGE = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:2.5.1-cpu-py311"


def test_a_failed_training_job_fails_the_deployment_with_its_reason(
    deployment: Deployment,
    proof_table: ProofTable,
    capfd: pytest.CaptureFixture[str],
) -> None:
    outputs = dict(deployment.outputs)
    # Reviews on this machine would be refused by the synthesis.
    bucket, key = outputs["DataBucketName"], "bad/bad.jsonl"
    rows = b'{"text": "a fine film", "label": 1}\n{"text": "", "label": 0}\n'
    s3 = deployment.client("s3")
    s3.put_object(Bucket=bucket, Key=key, Body=rows)
    with traffic(deployment) as stream, pytest.raises(CdkError):
        deployment.deploy(f"dataset.training=s3://{bucket}/bad/")
    s3.delete_object(Bucket=bucket, Key=key)
    shown = capfd.readouterr().out
    assert "bad.jsonl, line 2: the review is empty" in shown
    assert statuses(deployment)[MODEL] == "UPDATE_ROLLBACK_COMPLETE"
    deployment.outputs = outputs
    assert answers(deployment)
    result = f"refused with file, line and reason; {stream.summary}"
    proof_table.add(SECTION, "A review without a text", result)


def test_an_alarm_rolls_a_new_model_back_without_training(
    deployment: Deployment, proof_table: ProofTable, capfd: pytest.CaptureFixture[str]
) -> None:
    """As in prod, the canary is rolled back, the stack fails, and the old model keeps serving.

    To CloudFormation the endpoint is in service again; the smoke test checks its configuration.
    """
    canary = [
        "endpoint.kind=real_time", "endpoint.instance_count=2", "rollout.strategy=canary", "operations.alarms=true",
        "rollout.latency_p99_ms=60000",  # on a busy machine, no alarm but the one below may fire
    ]  # fmt: skip
    outputs = deployment.deploy(*canary)
    jobs, served = training_jobs(deployment), serving(deployment)
    assert served[0] == "InService"
    cloudwatch = deployment.client("cloudwatch")
    (alarm,) = [
        one
        for one in cloudwatch.describe_alarms(AlarmNamePrefix=MODEL)["MetricAlarms"]
        if one["MetricName"] == "FailedProbes"
    ]
    cloudwatch.put_metric_data(
        Namespace=alarm["Namespace"],
        MetricData=[
            {
                "MetricName": alarm["MetricName"],
                "Dimensions": alarm["Dimensions"],
                "Value": 1,
                # A future timestamp keeps the alarm on during the whole deployment.
                "Timestamp": datetime.now(UTC) + timedelta(minutes=10),
            }
        ],
    )
    with traffic(deployment) as stream, pytest.raises(CdkError):
        deployment.deploy(*canary, f"endpoint.image={OTHER_IMAGE}")
    assert f"serves configuration {served[1]}, not " in the_reason(capfd.readouterr().out)
    assert statuses(deployment)[MODEL] == "UPDATE_ROLLBACK_COMPLETE"
    assert serving(deployment) == served
    assert training_jobs(deployment) == jobs
    deployment.outputs = outputs
    assert answers(deployment)
    proof_table.add(
        SECTION,
        "An alarm during the canary, after which SageMaker rolls back without an error",
        "reported: “serves configuration” with the old configuration's name; "
        f"{stream.summary}; no training job",
    )
    deployment.deploy()
