"""The n-gram artifact in the server of SageMaker's scikit-learn image, without a network.

Every response must equal that of the embedded AWS's server for that image byte for byte. Start and
latency are compared with those of the PyTorch image's TorchServe in the same run.
"""

import statistics
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from shutil import copytree

import pytest

from stacks.settings.images import SCIKIT_LEARN
from tests.local_aws.conftest import processes_naming
from tests.proof.containers import pythons
from tests.proof.containers.conftest import Trained
from tests.proof.containers.questions import JSON, TEXT, Question, questions
from tests.proof.containers.servers import Server, embedded, scikit_learn, torchserve
from tests.proof.table import ProofTable

SECTION = "The same artifact in AWS's scikit-learn image"
MEASURED = 300
# Code with a model only, and requests to it
SUMS = """
class Sums:
    def predict(self, rows):
        return rows.sum(axis=1)

def model_fn(model_dir):
    return Sums()
"""
SUMMED = [
    (body, {"Content-Type": kind, "Accept": accept})
    for accept in ("*/*", JSON, "text/csv", TEXT)
    for body, kind in (
        (b"[[1, 2], [3, 4.5]]", JSON),
        (b"[1, 2]", JSON),
        (b"1,2\n3,4\n", "text/csv"),
        (b"1,2", "text/csv"),
        (b"1,\n2,x\n", "text/csv"),
        (b"words", TEXT),
    )
]

pytestmark = pytest.mark.slow
Serve = Callable[[Path, Path, Path], AbstractContextManager[Server]]


def due(question: Question) -> int:
    """Return the status that this image's toolkit gives, which differs for two bad requests."""
    if question.headers == {}:  # it takes JSON for granted, and TorchServe text
        return 400
    if question.status == 500:  # it replaces bytes that are not UTF-8
        return 400
    return question.status


def test_the_scikit_learn_image_answers_as_the_embedded_aws(
    trained: dict[str, Trained], unseen: list[str], tmp_path: Path, proof_table: ProofTable
) -> None:
    python = _python(proof_table)
    asked = questions(unseen)
    model = tmp_path / "ml" / "model"
    copytree(trained["ngrams"].model, model)
    with scikit_learn(python, model, tmp_path / "server") as server:
        answers = [server.ask(question.body, question.headers) for question in asked]
    assert processes_naming(tmp_path) == {}
    with embedded(Path(sys.executable), model, tmp_path / "embedded", SCIKIT_LEARN) as server:
        expected = [server.ask(question.body, question.headers) for question in asked]
    assert [answer.status for answer in answers] == [due(question) for question in asked]
    assert {answer.content_type for answer in answers} == {TEXT, JSON}
    assert answers == expected
    proof_table.add(
        SECTION,
        f"{len(unseen):,} unseen reviews in every form and bad requests, sent to gunicorn and "
        "sagemaker-containers 2.8.6.post2 without torch and without a package index",
        f"all {len(asked):,} responses equal those of the embedded AWS byte for byte",
    )


def test_the_image_answers_as_the_embedded_aws_for_functions_that_the_code_lacks(
    tmp_path: Path, proof_table: ProofTable
) -> None:
    python = _python(proof_table)
    model = tmp_path / "ml" / "model"
    (model / "code").mkdir(parents=True)
    (model / "code" / "predict_transform.py").write_text(SUMS, "utf-8")
    with scikit_learn(python, model, tmp_path / "server") as server:
        answers = [server.ask(*request) for request in SUMMED]
    with embedded(Path(sys.executable), model, tmp_path / "embedded", SCIKIT_LEARN) as server:
        assert [server.ask(*request) for request in SUMMED] == answers
    assert {answer.status for answer in answers} == {200, 500}


def test_start_and_latency_are_measured(
    trained: dict[str, Trained], unseen: list[str], tmp_path: Path, proof_table: ProofTable
) -> None:
    """Both servers, one after the other on the same machine, with one worker each."""
    candidates: list[tuple[str, Path, Serve]] = [
        ("scikit-learn", _python(proof_table), scikit_learn)
    ]
    default = pythons.ENVIRONMENTS["2.13"]
    if default.missing() is None:
        candidates.append(("PyTorch (TorchServe)", default.python, torchserve))
    for name, python, serve in candidates:
        model = tmp_path / name.split()[0] / "ml" / "model"
        copytree(trained["ngrams"].model, model)
        started = time.monotonic()
        with serve(python, model, tmp_path / name.split()[0] / "server") as server:
            _classify(server, unseen[0])
            start = time.monotonic() - started
            seconds = [_timed(server, review) for review in unseen[:MEASURED]]
        seconds.sort()
        proof_table.add(
            SECTION,
            f"{name}: from the start of the container's process to the first answer; {MEASURED} "
            "requests one after the other, on this machine",
            f"{start:.1f} s; median {statistics.median(seconds) * 1000:.1f} ms, "
            f"p95 {seconds[int(0.95 * MEASURED)] * 1000:.1f} ms",
        )


def _timed(server: Server, review: str) -> float:
    started = time.perf_counter()
    _classify(server, review)
    return time.perf_counter() - started


def _classify(server: Server, review: str) -> None:
    assert server.ask(review.encode(), {"Content-Type": TEXT}).body in {b"0", b"1"}


def _python(proof_table: ProofTable) -> Path:
    missing = pythons.SCIKIT_LEARN.missing()
    if missing:
        proof_table.add(SECTION, "the image's toolkit", f"untested: {missing}")
        pytest.skip(missing)
    return pythons.SCIKIT_LEARN.python
