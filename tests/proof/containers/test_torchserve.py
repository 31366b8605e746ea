"""The model artifact in TorchServe 0.12, started as in AWS's serving image.

Every response must equal that of the embedded AWS's server byte for byte, both with the torch
version of the training and with the older version in the serving image.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.local_aws.conftest import processes_naming
from tests.proof.containers.conftest import Trained
from tests.proof.containers.pythons import ENVIRONMENTS
from tests.proof.containers.questions import Question, questions
from tests.proof.containers.servers import Answer, embedded, torchserve
from tests.proof.table import ProofTable

SECTION = "The same artifact in AWS's model server"
TRACEBACK = b"\nTraceback (most recent call last):"
VERSIONS = """
import json, platform, numpy, torch, ts
print(json.dumps([ts.__version__, torch.__version__, platform.python_version(), numpy.__version__]))
"""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def asked(unseen: list[str]) -> list[Question]:
    """The requests that every server is sent."""
    return questions(unseen)


@pytest.fixture(scope="module")
def expected(
    trained: dict[str, Trained], asked: list[Question], tmp_path_factory: pytest.TempPathFactory
) -> list[Answer]:
    """The responses of the embedded AWS's server."""
    folder = tmp_path_factory.mktemp("embedded") / "server"
    with embedded(Path(sys.executable), trained["ngrams"].model, folder) as server:
        answers = [server.ask(question.body, question.headers) for question in asked]
    assert [answer.status for answer in answers] == [question.status for question in asked]
    return answers


@pytest.mark.parametrize("version", ["2.13", "2.6"])
def test_torchserve_answers_as_the_embedded_aws(
    trained: dict[str, Trained],
    unseen: list[str],
    request: pytest.FixtureRequest,
    tmp_path: Path,
    version: str,
    proof_table: ProofTable,
) -> None:
    environment = ENVIRONMENTS[version]
    if missing := environment.missing():
        proof_table.add(SECTION, f"TorchServe with torch {version}", f"untested: {missing}")
        pytest.skip(missing)
    python = environment.python
    torchserve_is, torch_is, python_is, numpy_is = _versions(python)
    assert torchserve_is.startswith("0.12.")
    assert torch_is.startswith(f"{version}.")
    asked: list[Question] = request.getfixturevalue("asked")
    expected: list[Answer] = request.getfixturevalue("expected")
    with torchserve(python, trained["ngrams"].model, tmp_path) as server:
        answers = [server.ask(question.body, question.headers) for question in asked]
    assert processes_naming(tmp_path) == {}
    different = [
        (question, answer, due)
        for question, answer, due in zip(asked, answers, expected, strict=True)
        if _without_traceback(answer) != _without_traceback(due)
    ]
    assert different == []
    trained_with = json.loads((trained["ngrams"].model / "metadata.json").read_text("utf-8"))[
        "versions"
    ]
    refused = sum(question.status != 200 for question in asked)
    proof_table.add(
        SECTION,
        f"{len(unseen):,} unseen reviews as text, as JSON with explanations and in lists, and {refused} bad "
        f"requests, sent to TorchServe {torchserve_is} with torch {torch_is}, Python {python_is} and NumPy "
        f"{numpy_is}; trained with torch {trained_with['torch']}, Python {trained_with['python']}",
        f"all {len(asked):,} responses equal those of the embedded AWS's server byte for byte: status, "
        "content type and body (tracebacks of errors excluded)",
    )


def _versions(python: Path) -> list[str]:
    """Return the versions of TorchServe, torch, Python and NumPy of an environment."""
    said = subprocess.run([python, "-c", VERSIONS], capture_output=True, text=True, check=True)
    found: list[str] = json.loads(said.stdout.splitlines()[-1])
    return found


def _without_traceback(answer: Answer) -> Answer:
    """Return an answer without the traceback of an error."""
    return answer._replace(body=answer.body.partition(TRACEBACK)[0])
