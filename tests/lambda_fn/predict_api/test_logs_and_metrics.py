"""Logs, metrics and correlation ids; no review is ever logged."""

import json

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
