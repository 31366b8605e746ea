"""Models that must not come into service: the deployment says why, and nobody who asks notices."""

from collections.abc import Callable

import pytest

from local_aws.cdk import CdkError
from tests.conftest import Deployment
from tests.proof import artifacts
from tests.proof.artifacts import Files
from tests.proof.outcome import SECTION, SETTLED, serving, statuses, the_reason
from tests.proof.table import ProofTable
from tests.proof.traffic import traffic

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (artifacts.answers_nonsense, "classifies a clearly positive review as negative"),
        # Each waits until the container would have had its time to start.
        (artifacts.no_code, "does not answer"),
        (artifacts.raises_at_start, "does not answer"),
        (artifacts.knows_nothing_of_itself, "does not answer"),
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
    held = f"refused: “{reason}”; {stream.told}; the next one deploys"
    proof_table.add(SECTION, f"Model: {name}", held)
