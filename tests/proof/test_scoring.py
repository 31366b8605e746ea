"""`make score` of 200,000 rows: no row is lost, doubled or moved, whatever happens meanwhile."""

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts import ROOT
from tests.local_aws.conftest import processes_naming
from tests.support.deployment import Deployment, embedded_aws
from tests.support.reviews import packaged_reviews

ROWS = 200_000
DISTINCT = 500
PROCESSES = 2
DEADLINE_SECONDS = 900.0


@pytest.fixture(scope="module")
def scoring(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A deployment with a small model."""
    with embedded_aws(tmp_path_factory.mktemp("scoring")) as deployment:
        deployment.deploy()
        yield deployment


@pytest.fixture(scope="module")
def reviews(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of few distinct reviews in a random order."""
    distinct = sorted({text for text, _ in packaged_reviews()}, key=len)[:DISTINCT]
    file = tmp_path_factory.mktemp("reviews") / "reviews.csv"
    chosen = random.Random(1)  # noqa: S311 - a repeatable choice
    with file.open("w", newline="", encoding="utf-8") as text:
        writer = csv.writer(text)
        writer.writerow(["id", "text"])
        writer.writerows([number, chosen.choice(distinct)] for number in range(ROWS))
    return file


class Scoring:
    """A running `make score`."""

    def __init__(self, deployment: Deployment, data: Path, output: Path) -> None:
        """Start it."""
        self._deployment = deployment
        self._process = subprocess.Popen(
            [
                sys.executable, "-m", "scripts.score", "--port", str(deployment.port), "--yes",
                "--data", str(data), "--output", str(output), "-c",
                f"scoring.instance_count={PROCESSES}",
            ],
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True,
        )  # fmt: skip

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self._process.send_signal(signal.SIGINT)

    def ended(self) -> tuple[int, str, str]:
        """Wait for its end; return its code and what it printed."""
        printed, errors = self._process.communicate(timeout=DEADLINE_SECONDS)
        return self._process.returncode, printed, errors


def answers(deployment: Deployment) -> dict[str, Any]:
    """Return the key of each answered part, and when it was written."""
    bucket = deployment.outputs["DataBucketName"]
    pages = (
        deployment.client("s3")
        .get_paginator("list_objects_v2")
        .paginate(Bucket=bucket, Prefix="scoring/out/")
    )
    return {o["Key"]: o["LastModified"] for page in pages for o in page.get("Contents", [])}


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def check_rows(deployment: Deployment, data: Path, output: Path) -> None:
    """Compare every row with the input, and its probability with the endpoint's."""
    with data.open(newline="", encoding="utf-8") as text:
        given = list(csv.DictReader(text))
    with output.open(newline="", encoding="utf-8") as text:
        scored = list(csv.DictReader(text))
    assert [(row["id"], row["text"]) for row in scored] == [(r["id"], r["text"]) for r in given]
    distinct = sorted({row["text"] for row in given})
    answer = deployment.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=deployment.outputs["EndpointName"], ContentType="application/json",
        Body=json.dumps({"reviews": distinct}),
    )  # fmt: skip
    predictions = json.loads(answer["Body"].read())["predictions"]
    expected = {text: one["probability"] for text, one in zip(distinct, predictions, strict=True)}
    wrong = [row for row in scored if abs(float(row["probability"]) - expected[row["text"]]) > 1e-9]
    assert wrong == []


@pytest.mark.slow
def test_no_row_is_lost_when_work_is_interrupted_killed_and_repeated(
    scoring: Deployment, reviews: Path, tmp_path: Path
) -> None:
    output = tmp_path / "scored.csv"
    first = Scoring(scoring, reviews, output)
    wait_for(lambda: answers(scoring))
    first.interrupt()
    code, _, errors = first.ended()
    assert code == 130
    assert "run the same command again to continue" in errors
    assert list(tmp_path.iterdir()) == []
    jobs = scoring.client("sagemaker").list_transform_jobs()["TransformJobSummaries"]
    wait_for(
        lambda: scoring.client("sagemaker").describe_transform_job(
            TransformJobName=jobs[0]["TransformJobName"]
        )["TransformJobStatus"] == "Stopped"
    )  # fmt: skip
    kept = answers(scoring)

    second = Scoring(scoring, reviews, output)
    wait_for(lambda: len(answers(scoring)) > len(kept))
    workers = [
        number
        for number, command in processes_naming(scoring.state).items()
        if "model_server.py" in command
    ]
    os.kill(max(workers), signal.SIGKILL)
    code, printed, errors = second.ended()
    assert code == 0, errors
    assert f"{ROWS:,} rows" in printed
    check_rows(scoring, reviews, output)
    whole = answers(scoring)
    assert {key: whole[key] for key in kept} == kept  # they were not judged again

    (lost, *_) = sorted(whole)
    bucket = scoring.outputs["DataBucketName"]
    scoring.client("s3").delete_object(Bucket=bucket, Key=lost)
    output.unlink()
    code, _, errors = Scoring(scoring, reviews, output).ended()
    assert code == 0, errors
    check_rows(scoring, reviews, output)
    again = answers(scoring)
    assert {key for key in whole if again[key] != whole[key]} == {lost}
