"""A host that fails without a reason: the reason of its job names it, and not the other hosts."""

from collections.abc import Iterator

import pytest

from local_aws.testing import free_port
from tests.local_aws.conftest import Emulator, ended, started
from tests.local_aws.support import jobs
from tests.local_aws.test_sagemaker_cluster import put_inputs, request

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """An emulator that runs all jobs of these tests concurrently."""
    state = tmp_path_factory.mktemp("failing") / "state"
    emulator = started(free_port(), state)
    try:
        put_inputs(emulator)
        for behaviour in ("crash", "vanish"):
            emulator.client("sagemaker").create_training_job(**request(behaviour, behaviour))
        yield emulator
    finally:
        ended(state)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        # Rank 0 fails only because rank 1 did.
        ("crash", "ValueError: rank 1 found a defect"),
        # Rank 1 wrote nothing; the toolkit reports the command that it ran on that host.
        ("vanish", "--node_rank 1 train.py"),
    ],
)
def test_the_reason_is_that_of_the_host_that_failed(
    failing: Emulator, name: str, reason: str
) -> None:
    job = jobs.ended(failing, name)
    assert job["TrainingJobStatus"] == "Failed"
    assert reason in job["FailureReason"]
