"""The embedded AWS killed as by a power cut, with all that was deployed to it, and started again."""

import os
import signal
from http import HTTPStatus
from pathlib import Path

import psutil
import pytest

from local_aws import process
from local_aws.urls import send
from tests.local_aws.conftest import run_cli
from tests.proof.cut_off import deploying
from tests.proof.outcome import SECTION, SETTLED, statuses, training_jobs, until
from tests.proof.table import ProofTable
from tests.proof.traffic import traffic
from tests.proof.use import answers
from tests.support.deployment import Deployment, embedded_aws

pytestmark = pytest.mark.slow


def test_what_was_deployed_serves_on(tmp_path: Path, proof_table: ProofTable) -> None:
    with embedded_aws(tmp_path) as deployed:
        outputs = deployed.deploy()
        jobs, before = training_jobs(deployed), statuses(deployed)
        assert answers(deployed)
        kill_and_start_again(deployed)
        assert send(deployed.outputs["SiteUrl"])[0] == HTTPStatus.OK
        # What was not changed is found unchanged, what was is deployed, and neither trains.
        with traffic(deployed):
            assert deployed.deploy() == outputs
            deployed.deploy("api.max_review_characters=50000")
        assert training_jobs(deployed) == jobs
        assert set(statuses(deployed).values()) <= SETTLED
        after = statuses(deployed)
        with deploying(deployed, "training.seed=5"):
            kill_and_start_again(deployed)
        # Of the deployment that was cut off nothing is left, and it can be repeated.
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
        "Embedded AWS killed and started again, at rest and half-way through a deployment",
        "page, API and model answer as before; the stacks are as before; no training; the deployment "
        f"that was cut off works when it is repeated: {stream.told}",
    )


def kill_and_start_again(deployed: Deployment) -> None:
    """Do what a power cut does, start the embedded AWS again, and wait until the model answers."""
    running = process.find(deployed.state)
    assert running is not None
    os.kill(running.pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(running.pid)], timeout=10)
    up = run_cli("up", "--port", str(deployed.port), "--state", str(deployed.state))
    assert "going on with what was deployed" in up.stdout
    until(lambda: answers(deployed))
