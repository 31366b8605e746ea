"""Broken models: the deployment fails with the reason, and the old model keeps serving."""

from collections.abc import Callable

import pytest

from local_aws.cdk import CdkError
from tests.proof import artifacts
from tests.proof.artifacts import Files
from tests.proof.outcome import SECTION, SETTLED, serving, statuses, the_reason
from tests.proof.table import ProofTable
from tests.proof.traffic import traffic
from tests.support.deployment import Deployment

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (artifacts.answers_nonsense, "classifies the clearly positive review"),
        (artifacts.knows_one_label, "without known reviews of several labels"),
        # The following cases wait for the container's start-up time.
        (artifacts.no_code, "does not answer"),
        (artifacts.raises_at_start, "does not answer"),
        (artifacts.no_metadata, "does not answer"),
    ],
)
def test_a_broken_model_never_serves(
    deployment: Deployment,
    proof_table: ProofTable,
    capfd: pytest.CaptureFixture[str],
    spoil: Callable[[Files], Files],
    reason: str,
) -> None:
    outputs = dict(deployment.outputs)
    spoiled = spoil(artifacts.served_files(deployment))
    uri = artifacts.store(deployment, spoiled, f"broken/{spoil.__name__}.tar.gz")
    served = serving(deployment)
    with traffic(deployment) as stream, pytest.raises(CdkError):
        deployment.deploy(f"training.model_data={uri}", "rollout.patience_seconds=15")
    shown = capfd.readouterr().out
    assert reason in the_reason(shown)
    assert set(statuses(deployment).values()) <= SETTLED
    assert serving(deployment) == served == ("InService", served[1])
    deployment.outputs = outputs
    with traffic(deployment):
        deployment.deploy()
    name = spoil.__name__.replace("_", " ")
    result = f"refused: “{reason}”; {stream.summary}; the next deployment succeeds"
    proof_table.add(SECTION, f"Model: {name}", result)
