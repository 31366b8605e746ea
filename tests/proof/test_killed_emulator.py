"""The embedded AWS killed as by a power cut, with all that was deployed to it, and started again."""

import os
import signal
from http import HTTPStatus
from pathlib import Path

import psutil
import pytest

from local_aws import process
from local_aws.urls import send
from tests.conftest import Deployment, embedded_aws
from tests.local.emulator.conftest import run_cli
from tests.proof.outcome import SECTION, until
from tests.proof.table import ProofTable
from tests.proof.traffic import KNOWN

pytestmark = pytest.mark.slow


def test_what_was_deployed_serves_on(tmp_path: Path, proof_table: ProofTable) -> None:
    with embedded_aws(tmp_path) as deployed:
        outputs = deployed.deploy()
        assert answers(deployed) == list(KNOWN.values())
        sagemaker = deployed.client("sagemaker")
        jobs = sagemaker.list_training_jobs()["TrainingJobSummaries"]
        kill(deployed)
        up = run_cli("up", "--port", str(deployed.port), "--state", str(deployed.state))
        assert "going on with what was deployed" in up.stdout
        until(lambda: None not in answers(deployed))
        assert answers(deployed) == list(KNOWN.values())
        assert send(deployed.outputs["SiteUrl"])[0] == HTTPStatus.OK
        # What was not changed is found unchanged, what was is deployed, and neither trains.
        assert deployed.deploy() == outputs
        deployed.deploy("api.max_review_characters=50000")
        assert sagemaker.list_training_jobs()["TrainingJobSummaries"] == jobs
        assert answers(deployed) == list(KNOWN.values())
    proof_table.add(
        SECTION,
        "Embedded AWS killed and started again",
        "page, API and model answer as before; the next ones deploy; no training",
    )


def kill(deployed: Deployment) -> None:
    """Do what a power cut does."""
    running = process.find(deployed.state)
    assert running is not None
    os.kill(running.pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(running.pid)], timeout=10)


def answers(deployed: Deployment) -> list[bytes | None]:
    """Return the API's answers to known reviews; None for one that is refused."""
    url, text = deployed.outputs["SiteUrl"] + "api/predict", {"Content-Type": "text/plain"}
    found = [send(url, body=review, headers=text) for review in KNOWN]
    return [body if status == HTTPStatus.OK else None for status, _, body in found]
