"""`make evaluate` against a deployment on the embedded AWS."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.evaluate.answer import Answer, EvaluationError
from scripts.evaluate.answers_file import AnswersFile
from scripts.evaluate.run import CHUNK, chunks, sample
from scripts.evaluate.site import Site
from tests.conftest import ROOT, Deployment

SINGLES = 20


def evaluate(deployment: Deployment, folder: Path, *arguments: str) -> str:
    """Run the command on the reviews that the training never saw; return what it prints."""
    data = folder / "test.jsonl"
    rows = [{"text": text, "label": label} for text, label in deployment.held_back]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = subprocess.run(
        [
            sys.executable, "-m", "scripts.evaluate", "--data", data, "--output", folder / "out",
            "--port", str(deployment.port), "--singles", str(SINGLES), *arguments,
        ],
        cwd=ROOT, env=deployment.environment, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def answers(folder: Path) -> list[dict[str, object]]:
    lines = (folder / "out" / "last-answers.jsonl").read_text().splitlines()[1:]
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("target", ["local", "site", "endpoint"])
def test_accuracy_of_each_way_in(deployment: Deployment, tmp_path: Path, target: str) -> None:
    arguments = {
        "local": [],
        "site": ["--site", deployment.outputs["SiteUrl"]],
        "endpoint": ["--endpoint", deployment.outputs["EndpointName"]],
    }[target]
    printed = evaluate(deployment, tmp_path, *arguments)
    rows = answers(tmp_path)
    labels = [label for _, label in deployment.held_back]
    judged = {row["index"]: row["answer"] for row in rows if row["kind"] == "chunks"}
    right = sum(
        (judged[index]["probability"] >= 0.5) == label  # type: ignore[index]
        for index, label in enumerate(labels)
    )
    assert f"accuracy={right / len(labels):.4f} of {len(labels)} reviews" in printed
    assert right / len(labels) >= 0.7
    assert f"{SINGLES} sent in both ways, 0 differ" in printed
    assert deployment.outputs["TrainingJobName"] in printed
    assert f"{right / len(labels) * 100:.2f}" in (tmp_path / "out" / "report.html").read_text()


def test_an_interrupted_evaluation_goes_on(deployment: Deployment, tmp_path: Path) -> None:
    evaluate(deployment, tmp_path)
    done = tmp_path / "out" / "last-answers.jsonl"
    lines = done.read_text().splitlines(keepends=True)
    # Half a line is what a killed process leaves; one answer is marked, to be found again.
    first = json.loads(lines[1])
    first["answer"]["seconds"] = 123.0
    part = [lines[0], json.dumps(first) + "\n", *lines[2:50], lines[50][:20]]
    (tmp_path / "out" / "answers.jsonl").write_text("".join(part))
    done.unlink()
    evaluate(deployment, tmp_path)
    rows = answers(tmp_path)
    assert rows[0]["answer"]["seconds"] == 123.0  # type: ignore[index]
    assert len(rows) == len({(row["kind"], row["index"]) for row in rows}) == 200 + SINGLES


def test_what_is_no_api_is_refused(deployment: Deployment) -> None:
    with pytest.raises(EvaluationError, match="no API answers there"):
        Site(deployment.outputs["SiteUrl"] + "nothing/", connections=1, attempts=0)


def test_answers_of_another_model_are_not_used(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    first = AnswersFile(path, {"version": "1"})
    first.add("singles", {0: Answer(0.5, "1")})
    first.close()
    again = AnswersFile(path, {"version": "1"})
    again.close()
    assert again.answers == {("singles", 0): Answer(0.5, "1")}
    other = AnswersFile(path, {"version": "2"})
    other.close()
    assert other.answers == {}


def test_chunks_hold_what_a_request_can_carry() -> None:
    reviews = ["x"] * 1000 + ["y" * 100_000] * 30
    parts = list(chunks(reviews, range(len(reviews))))
    assert [index for part in parts for index in part] == list(range(len(reviews)))
    assert max(map(len, parts)) == CHUNK
    assert max(sum(len(reviews[i]) for i in part) for part in parts) <= 1_000_000
    assert sample(1000, 10) == sample(1000, 10) != list(range(10))
