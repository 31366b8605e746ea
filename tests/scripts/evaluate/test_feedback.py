"""A month of feedback, without the reviews that the model was trained on."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest

from scripts.evaluate import EvaluationError
from scripts.evaluate.feedback import read_month
from sentiment.errors import DatasetError
from tests.lambda_fn.fake_aws import client_error
from tests.lambda_fn.test_trial_comparison import output

LABELS = ("negative", "positive")
JOB = "sentiment-dev-new-1"
ARRIVED = datetime(2026, 10, 3, tzinfo=UTC)


class Bucket:
    """A data bucket with a month of feedback and the output of a training."""

    def __init__(self, texts: list[str], trained: list[str]) -> None:
        """Hold feedback on `texts`, of a model that was trained on `trained`."""
        self.lines = [json.dumps({"text": text, "label": "positive"}) for text in texts]
        self.output = output(trained=trained)

    def get_paginator(self, _operation: str) -> "Bucket":
        """Return what lists objects."""
        return self

    def paginate(self, **request: str) -> list[dict[str, Any]]:
        """List the feedback of a month."""
        keys = [f"{request['Prefix']}object-{number}.jsonl" for number in range(len(self.lines))]
        return [{"Contents": [{"Key": key, "LastModified": ARRIVED} for key in keys]}]

    def download_file(self, _bucket: str, key: str, path: str) -> None:
        """Download a line of feedback."""
        Path(path).write_text(self.lines[int(Path(key).stem.partition("-")[2])], "utf-8")

    def get_object(self, **request: str) -> dict[str, Any]:
        """Return the output of the training."""
        if request["Key"] != f"models/{JOB}/output/output.tar.gz":
            raise client_error("NoSuchKey", "The key does not exist.", "GetObject", 404)
        return {"Body": io.BytesIO(self.output)}


def read(monkeypatch: pytest.MonkeyPatch, bucket: Bucket, version: str = JOB) -> list[str]:
    """Return the texts to measure with."""
    monkeypatch.setattr(boto3, "client", lambda _: bucket)
    return read_month("2026-10", "data", LABELS, version).dataset.texts


def test_reviews_that_the_model_was_trained_on_are_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bucket = Bucket(["Known.", "New.", "Half \ud800"], ["Known.", "Half \ud83d\ude00"])
    assert read(monkeypatch, bucket) == ["New.", "Half \ud800"]
    assert capsys.readouterr().err == "1 reviews left out: the model was trained on them\n"


def test_a_month_that_the_model_was_trained_on_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EvaluationError, match="FEEDBACK=2026-10: the model was trained on it; "):
        read(monkeypatch, Bucket(["Known."], ["Known."]))


def test_a_malformed_object_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = Bucket(["New.", "Broken."], [])
    bucket.lines[1] = "{"
    with pytest.raises(DatasetError, match=r"^000000001-object-1\.jsonl"):
        read(monkeypatch, bucket)


@pytest.mark.parametrize("version", ["sentiment-dev-0", "None"])
def test_a_model_without_an_output_is_measured_with_all(
    monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    assert read(monkeypatch, Bucket(["Known."], ["Known."]), version) == ["Known."]
