"""`make score` against a deployment on the embedded AWS."""

import csv
import json
import re
from collections.abc import Sequence
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from scripts.evaluate.__main__ import main as evaluate
from scripts.score.__main__ import main
from tests.support.commands import run
from tests.support.deployment import Deployment
from tests.support.reviews import packaged_reviews

ODD = ["", "  ", "<br />", "x" * 100_001, "\u2028", 'a "quoted", text\nof two lines', "映画は最高"]


def score(
    deployment: Deployment, data: object, output: object, *arguments: str
) -> CompletedProcess[str]:
    where = ("--port", str(deployment.port), "--data", str(data), "--output", str(output))
    return run(main, *where, "--yes", *arguments)


def csv_file(file: Path, rows: Sequence[tuple[str, int | str]]) -> Path:
    with file.open("w", newline="", encoding="utf-8") as text:
        writer = csv.writer(text)
        writer.writerow(["id", "Review", "stars"])
        writer.writerows([number, review, label] for number, (review, label) in enumerate(rows))
    return file


def read_csv(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as text:
        return list(csv.DictReader(text))


def verdicts(deployment: Deployment, reviews: list[str]) -> list[dict[str, Any]]:
    """Return the endpoint's own answers."""
    answer = deployment.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=deployment.outputs["EndpointName"], ContentType="application/json",
        Body=json.dumps({"reviews": reviews}),
    )  # fmt: skip
    predictions: list[dict[str, Any]] = json.loads(answer["Body"].read())["predictions"]
    return predictions


def jobs(deployment: Deployment) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = deployment.client("sagemaker").list_transform_jobs(
        NameContains="score", MaxResults=100
    )["TransformJobSummaries"]
    return found


def test_each_row_gets_the_endpoints_verdict(deployment: Deployment, tmp_path: Path) -> None:
    rows = [*deployment.held_back, *((review, 1) for review in ODD)]
    data = csv_file(tmp_path / "reviews.csv", rows)
    output = tmp_path / "scored.csv"
    done = score(deployment, data, output, "--all")
    assert done.returncode == 0, done.stderr
    scored = read_csv(output)
    assert list(scored[0]) == [
        "id", "Review", "stars", "label", "probability", "probability_negative",
        "probability_positive", "known_words", "error",
    ]  # fmt: skip
    assert [(row["id"], row["Review"], row["stars"]) for row in scored] == [
        (str(number), review, str(label)) for number, (review, label) in enumerate(rows)
    ]
    for row, verdict in zip(scored, verdicts(deployment, [row[0] for row in rows]), strict=True):
        if "error" in verdict:
            assert (row["label"], row["error"]) == ("", verdict["error"]["message"])
        else:
            assert row["label"] == verdict["sentiment"]
            assert float(row["probability"]) == pytest.approx(verdict["probability"], abs=1e-9)
            assert row["known_words"] == str(verdict["known_words"])
    judged = [row for row in scored if row["label"]]
    right = sum((row["label"] == "positive") == (row["stars"] == "1") for row in judged)
    assert f"accuracy={right / len(judged):.4f} of {len(judged)} reviews" in done.stdout

    before = len(jobs(deployment))
    again = score(deployment, data, output, "--all", "--overwrite")
    assert again.returncode == 0, again.stderr
    assert read_csv(output) == scored
    assert len(jobs(deployment)) == before  # all parts have their answers already


def test_reviews_that_the_model_was_trained_on_do_not_measure_it(
    deployment: Deployment, tmp_path: Path
) -> None:
    rows = [*packaged_reviews()[:40], *deployment.held_back[:20]]
    data = csv_file(tmp_path / "reviews.csv", rows)
    scored = score(deployment, data, tmp_path / "scored.csv").stdout
    measured = run(
        evaluate, "--data", str(data), "--port", str(deployment.port), "--singles", "0",
        "--output", str(tmp_path), "-c", "dataset.label_column=stars",
    )  # fmt: skip
    [trained] = re.findall(r"(\d+) labelled rows left out of the accuracy: the model", scored)
    assert 20 <= int(trained) <= 40
    assert f"{trained} reviews left out: the model was trained on them\n" in measured.stderr
    for output in (scored, measured.stdout):
        assert f" of {60 - int(trained)} reviews (95 % interval " in output


def test_folders_and_prefixes_keep_their_files(deployment: Deployment, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    (folder / "deeper").mkdir(parents=True)
    reviews = [review for review, _ in deployment.held_back[:20]]
    csv_file(folder / "a.csv", [(review, 1) for review in reviews[:10]])
    lines = [json.dumps({"text": review, "label": "x", "n": 1}) for review in reviews[10:]]
    (folder / "deeper" / "b.jsonl").write_text("\n".join(lines))
    done = score(deployment, folder, tmp_path / "out", "--explain")
    assert done.returncode == 0, done.stderr
    assert len(read_csv(tmp_path / "out" / "a.csv")) == 10
    phrases = json.loads(read_csv(tmp_path / "out" / "a.csv")[0]["phrases"])
    assert phrases[0]["phrase"] in reviews[0]
    answers = [
        json.loads(line)
        for line in (tmp_path / "out" / "deeper" / "b.jsonl").read_text().splitlines()
    ]
    assert [answer["text"] for answer in answers] == reviews[10:]
    assert {answer["label"] for answer in answers} == {"x"}
    assert {answer["scored_label"] for answer in answers} <= {"positive", "negative"}

    s3 = deployment.client("s3")
    bucket = "scored-reviews"
    s3.create_bucket(Bucket=bucket)
    s3.upload_file(str(folder / "a.csv"), bucket, "in/x/a.csv")
    done = score(deployment, f"s3://{bucket}/in/", f"s3://{bucket}/out", "--explain")
    assert done.returncode == 0, done.stderr
    body = s3.get_object(Bucket=bucket, Key="out/x/a.csv")["Body"].read()
    assert body == (tmp_path / "out" / "a.csv").read_bytes()
    refused = score(deployment, f"s3://{bucket}/in/", f"s3://{bucket}/out", "--explain")
    assert (
        refused.stderr
        == f"OUTPUT=s3://{bucket}/out/x/a.csv: exists; set OVERWRITE=1 to replace it\n"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "a.csv: no rows"),
        ("id\n1\n", "a.csv, line 1: no column text; found id"),
        (None, "no such file or folder"),
    ],
)
def test_input_that_cannot_be_scored_is_one_line(
    deployment: Deployment, tmp_path: Path, content: str | None, message: str
) -> None:
    if content is not None:
        (tmp_path / "a.csv").write_text(content)
    done = score(deployment, tmp_path / "a.csv", tmp_path / "out.csv")
    assert done.returncode == 1
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.glob("out*")) == []


def test_existing_output_missing_bucket_and_endpoint_are_one_line(
    deployment: Deployment, tmp_path: Path
) -> None:
    data = csv_file(tmp_path / "a.csv", [("A fine film", 1)])
    existing = tmp_path / "out.csv"
    existing.write_text("mine")
    for arguments, message in (
        ([data, existing], "out.csv: exists; set OVERWRITE=1"),
        (["s3://no-such-bucket/x", existing], "DATA=s3://no-such-bucket/x: no such bucket"),
        ([data, tmp_path / "new.csv", "--environment", "prod"], "no endpoint sentiment-prod in"),
        (
            [data, tmp_path / "no" / "such.csv", "-c", "scoring.instance_type=x"],
            "scoring.instance_type",
        ),
    ):
        done = score(deployment, *arguments)
        assert done.returncode == 1
        assert message in done.stderr
        assert done.stderr.count("\n") == 1, done.stderr
    assert existing.read_text() == "mine"
