"""Fixture of the API's function."""

import pytest

from tests.lambda_fn.predict_api.api import ENDPOINT, LIMIT, SESSION, Api


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Api:
    """Import the function with its environment, as in a cold start."""
    for name, value in {
        "ENDPOINT_NAME": ENDPOINT,
        "MAX_REVIEW_CHARACTERS": str(LIMIT),
        "POWERTOOLS_SERVICE_NAME": "predict_api",
        "POWERTOOLS_METRICS_NAMESPACE": "sentiment-test",
        "POWERTOOLS_TRACE_DISABLED": "true",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(name, value)
    from predict_api import handler, model  # noqa: PLC0415 - reads the environment

    runtime = SESSION.client("sagemaker-runtime", region_name="us-east-1")
    monkeypatch.setattr(model, "runtime", lambda: runtime)
    return Api(handler, runtime)
