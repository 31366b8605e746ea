"""Logs, metrics and correlation ids; no review is ever logged."""

import json
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from tests.lambda_fn.predict_api.api import (
    ENDPOINT,
    VERDICT,
    Api,
)


def test_the_review_is_never_logged(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    api.model_answers(review="Private words")
    api.post(b"Private words")
    message = "ValueError: no tensor of 'Private words'"
    api.stubber.add_client_error(
        "invoke_endpoint",
        "ModelError",
        message,
        modeled_fields={"OriginalStatusCode": 500, "OriginalMessage": message},
    )
    api.post(b"Private words")
    logged = " ".join(str(vars(record)) for record in caplog.records)
    assert "answered" in logged
    assert "the endpoint failed" in logged
    assert "Private words" not in logged


@pytest.mark.parametrize(
    ("name", "value"), [("ENDPOINT_NAME", ""), ("MAX_REVIEW_CHARACTERS", "many")]
)
def test_an_invalid_environment_variable_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    from predict_api.settings import read_settings  # noqa: PLC0415

    monkeypatch.setenv("ENDPOINT_NAME", ENDPOINT)
    monkeypatch.setenv("MAX_REVIEW_CHARACTERS", "1")
    monkeypatch.setenv(name, value)
    with pytest.raises(RuntimeError, match=name):
        read_settings()


@pytest.mark.parametrize(
    ("given", "used"),
    [("page-7f", "page-7f"), ("", "request-1"), ("a b", "request-1"), ("x" * 65, "request-1")],
)
def test_logs_carry_the_correlation_id_of_the_caller(api: Api, given: str, used: str) -> None:
    api.model_answers(correlation_id=used)
    assert api.post(b"A fine film", correlation_id=given)["statusCode"] == 200
    api.stubber.assert_no_pending_responses()
    assert api.module.logger.get_current_keys()["correlation_id"] == used


@pytest.mark.parametrize(("label", "counted"), [("positive", "positive"), ("gut é", "gut \\xe9")])
def test_verdicts_are_counted_by_label(
    api: Api, capsys: pytest.CaptureFixture[str], label: str, counted: str
) -> None:
    api.model_answers({**VERDICT, "label": label, "probabilities": {label: 0.9, "other": 0.1}})
    api.post(b"A fine film")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    verdicts, requests = lines
    (directive,) = verdicts["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "sentiment-test"
    assert sorted(directive["Dimensions"][0]) == ["label", "service"]
    assert [metric["Name"] for metric in directive["Metrics"]] == ["Verdicts"]
    assert verdicts["label"] == counted
    assert (verdicts["Verdicts"], verdicts["service"]) == ([1.0], "predict_api")
    (directive,) = requests["_aws"]["CloudWatchMetrics"]
    assert directive["Dimensions"] == [["service"]]
    assert [metric["Name"] for metric in directive["Metrics"]] == ["Requests"]


def test_quarters_are_counted_if_drift_is_monitored(
    api: Api, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [
        {**VERDICT, "quarters": {"certainty": certainty, "unknown_words": 4}}
        for certainty in (1, 3, 3)
    ]
    reviews = ["One", "Two", "Three"]

    def counted() -> dict[str, Any]:
        api.model_answers({"predictions": answers}, asked={"reviews": reviews})
        answer = api.post(
            json.dumps({"reviews": reviews}).encode(), "application/json", path="/predict/batch"
        )
        assert "quarters" not in answer["body"]
        lines = [one for one in capsys.readouterr().out.splitlines() if "_aws" in one]
        assert not any(review in line for line in lines for review in reviews)
        return {
            key: value
            for line in lines
            for key, value in json.loads(line).items()
            if "Quarter" in key
        }

    assert counted() == {}
    settings = replace(api.module.SETTINGS, drift=True)
    monkeypatch.setattr(api.module, "SETTINGS", settings)
    assert counted() == {
        **{f"CertaintyQuarter{n}": [count] for n, count in enumerate((1, 0, 2, 0), 1)},
        **{f"UnknownWordsQuarter{n}": [count] for n, count in enumerate((0, 0, 0, 3), 1)},
    }
    for answer in answers:
        del answer["quarters"]  # a model of an earlier version of the training
    assert counted() == {}


def test_feedback_is_counted_for_the_version_that_serves(
    api: Api, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from predict_api import operations, serving  # noqa: PLC0415 - read the environment

    seen = serving.Serving(labels=["negative", "positive"])
    monkeypatch.setattr(serving, "serving", seen)
    monkeypatch.setattr(operations, "store", lambda *_, **__: None)
    take = partial(operations.take_feedback, "bucket")
    monkeypatch.setattr(api.module, "OPERATIONS", {"/feedback": {"POST": take}})

    def counted(correct: str) -> tuple[float, str] | None:
        sent = {
            "review": "Fine", "predicted": "positive", "correct": correct, "request_id": "a-1",
        }  # fmt: skip
        answer = api.post(json.dumps(sent).encode(), "application/json", path="/feedback")
        assert answer["statusCode"] == 201
        lines = [
            json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line
        ]
        found = [
            (line["Agreement"][0], line["model_version"]) for line in lines if "Agreement" in line
        ]
        return found[0] if found else None

    api.model_fails("ModelNotReadyException")
    assert counted("positive") is None  # stored, but of no known version
    card = {"model_version": "sentiment-dev-1", "labels": ["negative", "positive"]}
    api.model_answers(card, asked={"card": True})
    assert counted("positive") == (100.0, "sentiment-dev-1")
    assert counted("negative") == (0.0, "sentiment-dev-1")
