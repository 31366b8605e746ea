"""`make evaluate` against a deployment on the embedded AWS."""

import json
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from scripts.evaluate.__main__ import main
from tests.support.commands import run
from tests.support.deployment import SAMPLE_ROWS, Deployment
from tests.support.reviews import packaged_reviews

SINGLES = 20
HELD_OUT = SAMPLE_ROWS // 5 - 1  # one of the test rows is repeated


def evaluate(deployment: Deployment, folder: Path, *arguments: str) -> CompletedProcess[str]:
    return run(
        main, "--output", str(folder / "out"), "--port", str(deployment.port),
        "--singles", str(SINGLES), *arguments,
    )  # fmt: skip


def reviews_file(deployment: Deployment, folder: Path) -> str:
    """Write the reviews that were not trained on to a file."""
    data = folder / "unseen.jsonl"
    rows = [{"text": text, "label": label} for text, label in deployment.held_back]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(data)


def replies(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / "out" / "last-replies.jsonl").read_text().splitlines()[1:]
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("way", ["site", "endpoint"])
def test_evaluation_on_given_reviews(deployment: Deployment, tmp_path: Path, way: str) -> None:
    arguments = {
        "site": ["--site", deployment.outputs["SiteUrl"]],
        "endpoint": ["--endpoint", deployment.outputs["EndpointName"], "--local"],
    }[way]
    done = evaluate(deployment, tmp_path, "--data", reviews_file(deployment, tmp_path), *arguments)
    assert done.returncode == 0, done.stderr
    labels = [label for _, label in deployment.held_back]
    (all_of_them,) = [row for row in replies(tmp_path) if row["kind"] == "lists"]
    judged = zip(all_of_them["indices"], all_of_them["reply"]["verdicts"], strict=True)
    right = sum((one["positive"] >= 0.5) == labels[index] for index, one in judged)
    assert f"accuracy={right / len(labels):.4f} of {len(labels)} reviews" in done.stdout
    assert right / len(labels) >= 0.7
    assert f"{SINGLES} sent both ways, 0 differ" in done.stdout
    assert f"model {deployment.outputs['TrainingJobName']}, on {tmp_path}" in done.stdout
    page = (tmp_path / "out" / "report.html").read_text()
    assert f"{right / len(labels) * 100:.2f}&nbsp;% of 200 test reviews judged correctly" in page


def test_evaluation_on_the_held_out_reviews_and_its_resumption(
    deployment: Deployment, tmp_path: Path
) -> None:
    context = [option for entry in deployment.context for option in ("-c", entry)]
    first = evaluate(deployment, tmp_path, *context)
    assert first.returncode == 0, first.stderr
    accuracy = deployment.outputs["Accuracy"]
    assert f"accuracy={accuracy} of {HELD_OUT} reviews" in first.stdout
    assert f"its training measured {accuracy} on the same reviews" in first.stdout

    # The file of a killed process: some replies, one of them marked, and half a line.
    done = tmp_path / "out" / "last-replies.jsonl"
    lines = done.read_text().splitlines(keepends=True)
    marked = json.loads(lines[1])
    marked["reply"]["seconds"] = 123.0
    left = [lines[0], json.dumps(marked) + "\n", *lines[2:8], lines[8][:20]]
    (tmp_path / "out" / "replies.jsonl").write_text("".join(left))
    again = evaluate(deployment, tmp_path, *context)
    assert "continuing after 7 replies" in again.stderr
    assert f"accuracy={accuracy} of {HELD_OUT} reviews" in again.stdout
    rows = replies(tmp_path)
    assert rows[0]["reply"]["seconds"] == 123.0
    asked = [(row["kind"], index) for row in rows for index in row["indices"]]
    assert len(asked) == len(set(asked)) == HELD_OUT + SINGLES


def test_reviews_that_may_have_been_trained_on_are_refused(
    deployment: Deployment, tmp_path: Path
) -> None:
    done = evaluate(deployment, tmp_path)  # cdk.json names other reviews than those trained on
    assert done.returncode == 1
    assert "it may have been trained on these; name test reviews with DATA=" in done.stderr
    assert done.stderr.count("\n") == 1


def test_evaluation_on_a_month_of_feedback(deployment: Deployment, tmp_path: Path) -> None:
    s3, bucket = deployment.client("s3"), deployment.outputs["DataBucketName"]
    rows = [*deployment.held_back[:30], (deployment.held_back[0][0], 1)]
    for number, (text, label) in enumerate(rows):
        line = {"text": text, "label": label, "predicted": "positive", "request_id": "x"}
        body = json.dumps(line | {"label": ("negative", "positive")[label]}) + "\n"
        s3.put_object(Bucket=bucket, Key=f"feedback/2020-02/{number:02}.jsonl", Body=body.encode())
    done = evaluate(deployment, tmp_path, "--feedback", "2020-02")
    assert done.returncode == 0, done.stderr
    assert "of 30 reviews" in done.stdout  # the last word counts on the one judged twice
    assert "on the feedback of 2020-02" in done.stdout
    for month, reason in {
        "2020-03": f"FEEDBACK=2020-03: s3://{bucket}/feedback/2020-03/ has no feedback",
        "2020-13": "FEEDBACK=2020-13: must be a month, such as 2026-10",
    }.items():
        done = evaluate(deployment, tmp_path, "--feedback", month)
        assert (done.returncode, done.stderr) == (1, reason + "\n")
    for number, (text, _) in enumerate(packaged_reviews()[:40]):  # most of which are trained on
        body = json.dumps({"text": text, "label": "positive"})
        s3.put_object(Bucket=bucket, Key=f"feedback/2020-04/{number:02}.jsonl", Body=body.encode())
    done = evaluate(deployment, tmp_path, "--feedback", "2020-04")
    assert "reviews left out: the model was trained on them" in done.stderr
    assert "of 40 reviews" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--endpoint", "no-such-endpoint", "--local"], "ENDPOINT=no-such-endpoint: "),
        (["--site", "SITE/nothing/"], "no API found there or at /nothing/api/"),
        (["--environment", "prod", "--data", "DATA"], "no stack sentiment-prod-web is deployed"),
    ],
)  # fmt: skip
def test_an_unknown_target_is_reported_in_one_line(
    deployment: Deployment, tmp_path: Path, arguments: list[str], reason: str
) -> None:
    data = reviews_file(deployment, tmp_path)
    known = {"SITE": deployment.outputs["SiteUrl"].rstrip("/"), "DATA": data}
    for name, value in known.items():
        arguments = [argument.replace(name, value) for argument in arguments]
    done = evaluate(deployment, tmp_path, *arguments, "--data", data)
    assert (done.returncode, done.stdout) == (1, "")
    assert reason in done.stderr
    assert done.stderr.count("\n") == 1
