"""Updates that fail and roll back, with their reason."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local_aws.cdk import CdkError
from local_aws.urls import send
from tests.conftest import Deployment
from tests.proof.table import ProofTable
from tests.proof.test_needless_work import training_jobs

pytestmark = pytest.mark.slow
SECTION = "Deployments that go wrong"

OTHER_IMAGE = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:2.5.1-cpu-py311"
MODEL_STACK = "sentiment-dev-model"


def served_config(deployment: Deployment) -> str:
    endpoint = deployment.client("sagemaker").describe_endpoint(EndpointName="sentiment-dev")
    assert endpoint["EndpointStatus"] == "InService"
    return str(endpoint["EndpointConfigName"])


def answers(deployment: Deployment) -> bool:
    status, _, body = send(
        deployment.outputs["ApiUrl"] + "predict",
        body=b"A wonderful film, superb and moving.",
        headers={"Content-Type": "text/plain"},
    )
    return (status, body) == (200, b"1")


def test_a_failed_training_job_fails_the_deployment_with_its_reason(
    deployment: Deployment,
    proof_table: ProofTable,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    outputs = dict(deployment.outputs)
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"text": "a fine film", "label": 1}\n{"text": "a dull film", "label": "meh"}\n')
    with pytest.raises(CdkError):
        deployment.deploy(f"dataset.training={bad}")
    shown = capfd.readouterr().out
    assert "bad.jsonl" in shown
    assert "line 2" in shown
    assert "meh" in shown
    assert stack_status(deployment) == "UPDATE_ROLLBACK_COMPLETE"
    deployment.outputs = outputs
    assert answers(deployment)
    proof_table.add(SECTION, "A review with a wrong label", "refused: file, line and label named")


def test_an_alarm_rolls_a_new_model_back_without_training(
    deployment: Deployment, proof_table: ProofTable
) -> None:
    """What prod does: the canary is called back, the stack fails, and the old model serves on."""
    canary = [
        "endpoint.kind=real_time", "endpoint.instance_count=2", "rollout.strategy=canary", "operations.alarms=true",
        "rollout.latency_p99_ms=60000",  # a busy machine shall set off no other alarm than the one below
    ]  # fmt: skip
    outputs = deployment.deploy(*canary)
    jobs, config = training_jobs(deployment), served_config(deployment)
    cloudwatch = deployment.client("cloudwatch")
    (alarm,) = [
        one
        for one in cloudwatch.describe_alarms(AlarmNamePrefix=MODEL_STACK)["MetricAlarms"]
        if one["MetricName"] == "FailedProbes"
    ]
    cloudwatch.put_metric_data(
        Namespace=alarm["Namespace"],
        MetricData=[
            {
                "MetricName": alarm["MetricName"],
                "Dimensions": alarm["Dimensions"],
                "Value": 1,
                # Dated ahead, it counts for as long as the deployment takes.
                "Timestamp": datetime.now(UTC) + timedelta(minutes=10),
            }
        ],
    )
    with pytest.raises(CdkError):
        deployment.deploy(*canary, f"endpoint.image={OTHER_IMAGE}")
    assert stack_status(deployment) == "UPDATE_ROLLBACK_COMPLETE"
    assert served_config(deployment) == config
    assert training_jobs(deployment) == jobs
    deployment.outputs = outputs
    assert answers(deployment)
    proof_table.add(SECTION, "An alarm during the canary", "the old model back, no training job")
    deployment.deploy()


def stack_status(deployment: Deployment) -> str:
    cloudformation: Any = deployment.client("cloudformation")
    stack = cloudformation.describe_stacks(StackName=MODEL_STACK)["Stacks"][0]
    return str(stack["StackStatus"])
