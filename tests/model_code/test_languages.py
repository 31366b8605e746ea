"""Reviews in any language: trained, tried and served by the handlers."""

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import predict
from known_reviews import known_reviews
from release_test.handler import known_review
from resource_properties import FailedTestError
from sentiment import known_reviews as chosen
from tests.lambda_fn.fake_aws import Time
from tests.model_code.conftest import train_here
from tests.support.corpora import LANGUAGES, corpus, write
from trial.smoke_test import Expected, check_answers


class Runtime:
    """The handlers of a trained model in the place of its endpoint."""

    def __init__(self, folder: Path) -> None:
        """Load the model."""
        self.model = predict.model_fn(str(folder))

    def invoke_endpoint(self, **request: Any) -> dict[str, Any]:
        """Answer as the container does."""
        read = predict.input_fn(request["Body"], request["ContentType"])
        answer, _ = predict.output_fn(predict.predict_fn(read, self.model), request["Accept"])
        return {"Body": io.BytesIO(answer.encode())}


@pytest.fixture(scope="module", params=LANGUAGES)
def runtime(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Runtime:
    """Train a model of a language."""
    return trained(corpus(request.param, 400), tmp_path_factory.mktemp(request.param))


def trained(rows: Sequence[tuple[str, int | str]], folder: Path) -> Runtime:
    """Train a model with texts and their labels."""
    (folder / "data").mkdir()
    write(rows, folder / "data" / "reviews.jsonl")
    code, _, errors = train_here(folder / "data", folder, "--iterations", "20")
    assert (code, errors) == (0, "")
    return Runtime(folder / "model")


def test_a_model_of_any_language_is_accurate_and_passes_its_trial(runtime: Runtime) -> None:
    metadata = runtime.model.metadata
    assert metadata["metrics"]["accuracy"] >= 0.9
    reviews = known_reviews(metadata)
    assert [review.label for review in reviews] == ["positive"] * 2 + ["negative"] * 2
    assert all(40 <= len(review.text) <= 400 for review in reviews)
    words = runtime.model.judge([review.text for review in reviews])
    assert min(words.known_words) >= chosen.KNOWN_WORDS
    assert known_review(runtime, "sentiment-dev", 1000) == reviews[0]
    expected = Expected(metadata["model_version"], minimum_accuracy=0.9)
    check_answers(runtime, "sentiment-dev", expected, patience_seconds=0, clock=Time().clock)


def test_the_words_of_any_language_explain_a_verdict(runtime: Runtime) -> None:
    text = known_reviews(runtime.model.metadata)[0].text
    body = json.dumps({"review": text, "explain": True}).encode()
    answer = runtime.invoke_endpoint(
        Body=body, ContentType="application/json", Accept="application/json"
    )
    content = json.loads(answer["Body"].read())
    words = content["explanation"]["words"]
    shown = [text[word["start"] : word["end"]] for word in words if word["weight"] > 0]
    good = "".join(language.good for language in LANGUAGES.values())
    assert any(word in good for word in shown)
    assert all(word.strip() == word for word in shown)


def test_a_model_that_answers_nonsense_in_any_language_is_refused(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = known_reviews(runtime.model.metadata)[0].text
    monkeypatch.setattr(predict, "verdicts", lambda rows: np.zeros(len(rows), int))
    with pytest.raises(FailedTestError) as refusal:
        check_answers(
            runtime, "sentiment-dev", Expected(None), patience_seconds=0, clock=Time().clock
        )
    assert f"the clearly positive review “{text[:100].rstrip()}" in str(refusal.value)
    assert str(refusal.value).endswith(" as negative")


def test_a_model_of_other_labels_passes_its_trial(tmp_path: Path) -> None:
    rows = [(text, language) for language in LANGUAGES for text, _ in corpus(language, 40)]
    runtime = trained(rows, tmp_path)
    reviews = known_reviews(runtime.model.metadata)
    assert [review.label for review in reviews] == [
        label.lower() for label in sorted(LANGUAGES, reverse=True) for _ in range(chosen.PER_LABEL)
    ]
    check_answers(runtime, "sentiment-dev", Expected(None), patience_seconds=0, clock=Time().clock)
