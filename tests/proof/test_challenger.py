"""A new model is compared with the one that serves, before it replaces it."""

import json

import pytest

from local_aws.cdk import CdkError
from local_aws.urls import send
from tests.proof.outcome import MODEL, SECTION, serving, statuses, the_reason
from tests.proof.table import ProofTable
from tests.proof.traffic import traffic
from tests.support.deployment import Deployment

pytestmark = pytest.mark.slow
COMPARED = "rollout.challenger=not_worse"


def test_a_worse_model_does_not_replace_a_better_one(
    deployment: Deployment, proof_table: ProofTable, capfd: pytest.CaptureFixture[str]
) -> None:
    outputs, served = dict(deployment.outputs), serving(deployment)
    worse = ["training.max_terms=300", "training.minimum_accuracy=0.5"]
    with traffic(deployment) as stream, pytest.raises(CdkError):
        deployment.deploy(COMPARED, *worse)
    reason = the_reason(capfd.readouterr().out)
    assert f"does not replace {outputs['TrainingJobName']}" in reason
    assert "Classified correctly by the old model only: " in reason
    assert statuses(deployment)[MODEL] == "UPDATE_ROLLBACK_COMPLETE"
    assert serving(deployment) == served
    deployment.outputs = outputs
    proof_table.add(
        SECTION,
        "Model: passes the quality gate, but is worse than the one that serves",
        f"refused with both accuracies, the interval and three reviews; {stream.summary}",
    )


def test_a_model_that_is_not_worse_replaces_the_old_one(
    deployment: Deployment, proof_table: ProofTable
) -> None:
    old = deployment.outputs["TrainingJobName"]
    with traffic(deployment, models=2) as stream:
        outputs = deployment.deploy(COMPARED, "training.iterations=40")
    assert "on 1199 " in outputs["Comparison"]  # the test reviews of the sample
    assert "reviews that neither was trained on" in outputs["Comparison"]
    status, _, body = send(outputs["ApiUrl"] + "model")
    assert status == 200
    comparison = json.loads(body)["comparison"]
    assert comparison["champion"] == old
    assert comparison["challenger"] == outputs["TrainingJobName"]
    assert comparison["passed"]
    assert comparison["result"] == outputs["Comparison"]
    assert "right_only_before" not in comparison
    result = f"{comparison['result'].partition(':')[0]}; {stream.summary}"
    proof_table.add(SECTION, "Model: as good as the one that serves", result)
    deployment.deploy()
