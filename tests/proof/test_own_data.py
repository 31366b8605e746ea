"""Data as people have them: rated reviews with other names of columns, in a zip."""

import csv
import io
import zipfile
from pathlib import Path

import pytest

from tests.proof.table import ProofTable
from tests.proof.use import answers
from tests.support.deployment import Deployment
from tests.support.reviews import packaged_reviews

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
NEUTRAL = 25  # of the rated reviews


def rated(file: Path) -> None:
    """Write reviews with 1, 3 or 5 stars as a spreadsheet saves them, in a zip from a desktop."""
    rows = [(text, 5 if label else 1) for text, label in packaged_reviews()[:600]]
    rows += [(f"{text} So-so.", 3) for text, _ in rows[:NEUTRAL]]
    table = io.StringIO()
    writer = csv.writer(table, delimiter=";")
    writer.writerows([("Nº", "Film's review", "Étoiles"), *((1, *row) for row in rows)])
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("reviews.csv", table.getvalue().encode("utf-8-sig"))
        packed.writestr("__MACOSX/._reviews.csv", b"\0\5\x16\7")


def logged(deployment: Deployment) -> list[str]:
    """Return the lines of the deployed model's training."""
    logs, job = deployment.client("logs"), deployment.outputs["TrainingJobName"]
    streams = logs.describe_log_streams(logGroupName=LOG_GROUP, logStreamNamePrefix=f"{job}/")
    return [
        event["message"]
        for stream in streams["logStreams"]
        for event in logs.get_log_events(
            logGroupName=LOG_GROUP, logStreamName=stream["logStreamName"], startFromHead=True
        )["events"]
    ]


@pytest.mark.slow
def test_rated_reviews_in_a_zip_are_trained_on(
    deployment: Deployment, proof_table: ProofTable, tmp_path: Path
) -> None:
    rated(tmp_path / "reviews.zip")
    deployment.deploy(
        f"dataset.training={tmp_path / 'reviews.zip'}",
        "dataset.text_column=film's review",
        "dataset.label_column=étoiles",
        'dataset.labels={"1": "negative", "3": null, "5": "positive"}',
    )
    assert answers(deployment)
    (line,) = [line for line in logged(deployment) if "train rows" in line]
    assert line.startswith("reviews.zip:reviews.csv: 625 train rows (")
    assert f"{NEUTRAL} '3'" in line
    assert line.endswith(
        "semicolons, columns \"Film's review\" and 'Étoiles'; skipped 25 rows labelled '3'"
    )
    proof_table.add("Own data", "Rated reviews in a zip, with three settings", line)
