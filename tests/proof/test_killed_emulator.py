"""The embedded AWS killed and restarted, with the whole application deployed to it."""

from http import HTTPStatus
from pathlib import Path

import pytest

from local_aws.urls import send
from tests.proof.killed import deploying, kill_and_restart
from tests.proof.outcome import SECTION, SETTLED, statuses, training_jobs
from tests.proof.table import ProofTable
from tests.proof.traffic import traffic
from tests.proof.use import answers
from tests.support.deployment import Deployment, embedded_aws
from tests.support.waiting import until

pytestmark = pytest.mark.slow


def test_the_application_survives_a_restart(tmp_path: Path, proof_table: ProofTable) -> None:
    with embedded_aws(tmp_path) as deployed:
        outputs = deployed.deploy()
        jobs, before = training_jobs(deployed), statuses(deployed)
        assert answers(deployed)
        restart(deployed)
        assert send(deployed.outputs["SiteUrl"])[0] == HTTPStatus.OK
        # Neither an unchanged nor a changed deployment starts a training job.
        with traffic(deployed):
            assert deployed.deploy() == outputs
            deployed.deploy("api.max_review_characters=50000")
        assert training_jobs(deployed) == jobs
        assert set(statuses(deployed).values()) <= SETTLED
        after = statuses(deployed)
        # A power cut ends the CLI as well; one that survived would continue with the next stack.
        with deploying(deployed, "training.seed=5"):
            pass
        restart(deployed)
        # The interrupted deployment leaves nothing and can be repeated.
        assert statuses(deployed) == after
        assert training_jobs(deployed) == jobs
        with traffic(deployed, models=2) as stream:
            deployed.deploy("training.seed=5")
        assert answers(deployed)
        assert len(training_jobs(deployed)) == len(jobs) + 1
        assert set(statuses(deployed).values()) <= SETTLED
    assert set(before.values()) == {"CREATE_COMPLETE"}
    proof_table.add(
        SECTION,
        "Embedded AWS killed and restarted, both idle and half-way through a deployment",
        "page, API and model answer as before; stacks unchanged; no training job; the interrupted "
        f"deployment succeeds when repeated: {stream.summary}",
    )


def restart(deployed: Deployment) -> None:
    """Kill and restart the embedded AWS, and wait until the model answers."""
    kill_and_restart(deployed.port, deployed.state)
    until(lambda: answers(deployed))
