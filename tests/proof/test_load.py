"""Load on a whole deployment: every answer belongs to its request, and refusals are clear.

The rates suit two processors that also run the load generator, API, function and model.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench import machine
from tests.proof.known_answers import Known, check_answers, distinct, known_answers
from tests.proof.layers import counted, layers
from tests.proof.load import LOST, Reply, latency, send_load
from tests.proof.table import ProofTable
from tests.support.deployment import Deployment, embedded_aws

SECTION = "Load"
STEADY_RATE, STEADY_SECONDS = 8.0, 60.0
BURST_RATE, BURST_SECONDS = 10 * STEADY_RATE, 10.0
# Defaults of api.throttle_rate and api.throttle_burst, which dev uses
RATE, BURST = 20, 40
WIDE = ("api.throttle_rate=500", "api.throttle_burst=1000")


def predict_url(deployment: Deployment) -> str:
    return deployment.outputs["ApiUrl"] + "predict"


def split(replies: Sequence[Reply]) -> tuple[list[Reply], list[Reply]]:
    """Return the accepted and the throttled replies; no other status may occur."""
    statuses = Counter(reply.status for reply in replies)
    assert statuses.keys() <= {200, 429}, [r for r in replies if r.status not in {200, 429}][:3]
    return [r for r in replies if r.status == 200], [r for r in replies if r.status == 429]


def check_refusals(refused: Sequence[Reply]) -> None:
    """Check that throttled requests get a clear error with Retry-After."""
    for reply in refused:
        assert reply.headers["content-type"] == "application/problem+json"
        assert reply.headers["retry-after"] == "1"
        assert reply.headers["cache-control"] == "no-store"
        assert (reply.content["code"], reply.content["status"]) == ("too_many_requests", 429)
        assert reply.content["request_id"] == reply.headers["x-request-id"]


@contextmanager
def throttled(deployment: Deployment, *, rate: int, burst: int) -> Iterator[None]:
    """Change the stage's throttle for the length of a `with` block."""
    gateway = deployment.client("apigateway")
    api_id = deployment.outputs["ApiUrl"].split("/")[-3]
    before = gateway.get_stage(restApiId=api_id, stageName="api")["methodSettings"]["*/*"]

    def limit(rate: float, burst: int) -> None:
        values = {"rateLimit": rate, "burstLimit": burst}
        gateway.update_stage(
            restApiId=api_id,
            stageName="api",
            patchOperations=[
                {"op": "replace", "path": f"/*/*/throttling/{name}", "value": str(value)}
                for name, value in values.items()
            ],
        )

    limit(rate, burst)
    try:
        yield
    finally:
        limit(before["throttlingRateLimit"], before["throttlingBurstLimit"])


def test_two_seconds_of_load(deployment: Deployment, tmp_path: Path) -> None:
    reviews = [text for text, _ in deployment.held_back[:30]]
    known = known_answers(deployment, tmp_path, reviews)
    replies = send_load(predict_url(deployment), distinct(reviews, known), rate=10, seconds=2)
    assert check_answers(replies, known) == {deployment.outputs["TrainingJobName"]: 20}


def test_throttled_requests_get_a_retry_after(deployment: Deployment, tmp_path: Path) -> None:
    reviews = [text for text, _ in deployment.held_back[:10]]
    known = known_answers(deployment, tmp_path, reviews)
    with throttled(deployment, rate=1, burst=5):
        replies = send_load(predict_url(deployment), reviews, rate=50, seconds=0.4)
    admitted, refused = split(replies)
    check_answers(admitted, known)
    check_refusals(refused)
    assert refused


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A separate deployment with the defaults of dev."""
    with embedded_aws(tmp_path_factory.mktemp("loaded")) as deployed:
        deployed.deploy()
        yield deployed


@pytest.fixture(scope="module")
def known(loaded: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Known:
    reviews = [text for text, _ in loaded.held_back]
    return known_answers(loaded, tmp_path_factory.mktemp("model"), reviews)


@pytest.fixture(scope="module")
def reviews(loaded: Deployment, known: Known) -> list[str]:
    return distinct((text for text, _ in loaded.held_back), known)


@pytest.mark.slow
def test_a_minute_of_steady_load(
    loaded: Deployment, known: Known, reviews: list[str], proof_table: ProofTable
) -> None:
    send_load(predict_url(loaded), reviews, rate=2, seconds=2)  # warms up the function
    since = datetime.now(UTC)
    replies = send_load(predict_url(loaded), reviews, rate=STEADY_RATE, seconds=STEADY_SECONDS)
    models = check_answers(replies, known)
    assert models == {loaded.outputs["TrainingJobName"]: STEADY_RATE * STEADY_SECONDS}
    assert counted(loaded, since, "5XXError") == 0
    assert counted(loaded, since, "Count") == len(replies)
    parts = layers(loaded, since)
    proof_table.add(
        SECTION,
        f"{STEADY_SECONDS:.0f} s of {STEADY_RATE:.0f} reviews per second on schedule, through API "
        f"Gateway, function and endpoint ({machine.sentence(machine.describe())})",
        f"{len(replies)} requests, 0 errors, every answer equal to the model's answer for that "
        f"review alone ({len(reviews)} distinct answers); p50 / p95 / p99 "
        f"{latency(replies)} ms after the request was due",
    )
    proof_table.add(
        SECTION,
        "Latency of each part in that run by its own metrics, p50 / p95 / p99 in ms",
        "; ".join(f"{part} {milliseconds}" for part, milliseconds in parts.items()),
    )


@pytest.mark.slow
def test_a_burst_above_the_throttle(
    loaded: Deployment, known: Known, reviews: list[str], proof_table: ProofTable
) -> None:
    began = time.monotonic()
    replies = send_load(predict_url(loaded), reviews, rate=BURST_RATE, seconds=BURST_SECONDS)
    admitted, refused = split(replies)
    check_answers(admitted, known)
    check_refusals(refused)
    seconds = max(reply.ended for reply in replies) - began
    assert BURST <= len(admitted) <= BURST + RATE * seconds + 1
    proof_table.add(
        SECTION,
        f"{BURST_SECONDS:.0f} s of {BURST_RATE:.0f} reviews per second with dev's throttle: {RATE} "
        f"per second, bursts of {BURST}",
        f"{len(replies)} requests: {len(admitted)} answered, all correct, in {latency(admitted)} ms; "
        f"{len(refused)} refused with 429 `too_many_requests` and Retry-After, in "
        f"{latency(refused)} ms; no 5XX",
    )


@pytest.mark.slow
def test_a_burst_below_the_throttle(
    loaded: Deployment, known: Known, reviews: list[str], proof_table: ProofTable
) -> None:
    loaded.deploy(*WIDE)
    since = datetime.now(UTC)
    replies = send_load(predict_url(loaded), reviews, rate=BURST_RATE, seconds=BURST_SECONDS)
    check_answers(replies, known)
    assert counted(loaded, since, "5XXError") == counted(loaded, since, "4XXError") == 0
    proof_table.add(
        SECTION,
        f"The same burst below the throttle ({', '.join(WIDE)})",
        f"{len(replies)} requests, 0 errors, all answers correct; p50 / p95 / p99 "
        f"{latency(replies)} ms; model {layers(loaded, since)['model']} ms",
    )


@pytest.mark.slow
def test_a_model_update_under_load_loses_nothing(
    loaded: Deployment,
    known: Known,
    reviews: list[str],
    tmp_path: Path,
    proof_table: ProofTable,
) -> None:
    old = loaded.outputs["TrainingJobName"]
    until = threading.Event()
    with ThreadPoolExecutor(1) as background:
        load = background.submit(
            send_load, predict_url(loaded), reviews, rate=STEADY_RATE, seconds=500, until=until
        )
        try:
            loaded.deploy(*WIDE, "training.seed=2")
            time.sleep(5)
        finally:
            until.set()
        replies = load.result()
    new = loaded.outputs["TrainingJobName"]
    both = {**known, **known_answers(loaded, tmp_path, reviews)}
    models = check_answers(replies, both)
    assert models.keys() == {old, new}
    assert LOST not in {reply.status for reply in replies}
    proof_table.add(
        SECTION,
        f"Another model trained and deployed during {STEADY_RATE:.0f} reviews per second",
        f"{len(replies)} requests, 0 errors: {models[old]} correct answers by the old model, "
        f"{models[new]} by the new one; p50 / p95 / p99 {latency(replies)} ms while the training "
        "occupies both processors",
    )
