"""APIs that are busy, refuse or fail, and URLs without an API."""

import pytest

from local_aws.testing import free_port
from scripts.evaluate import EvaluationError
from scripts.evaluate.targets import ATTEMPTS, Site, classify
from tests.scripts.evaluate.answers import shares
from tests.scripts.evaluate.conftest import Api
from tests.scripts.evaluate.predictions import predict
from tests.scripts.evaluate.serving import Prepared

VERDICT = {"probabilities": shares(0.75), "model": {"version": "m1"}}
GOOD: Prepared = (200, {}, VERDICT)


def test_a_request_to_a_busy_api_is_repeated(api: Api) -> None:
    api.answers = [(429, {"Retry-After": "0"}, {}), (503, {}, {}), GOOD]
    assert predict(Site(api.url, connections=1)) == (([shares(0.75)], "m1"), 2)
    assert api.asked == [{"review": "A film."}] * 3


def test_a_request_to_a_busy_api_is_attempted_eight_times(api: Api) -> None:
    api.answers = [(503, {}, {"code": "model_warming_up"})]
    with pytest.raises(EvaluationError, match=f"503: .*model_warming_up.*, {ATTEMPTS} times"):
        predict(Site(api.url, connections=1))
    assert len(api.asked) == ATTEMPTS == 8


def test_a_refused_review_has_a_verdict_and_a_refused_caller_gets_an_error(api: Api) -> None:
    site = Site(api.url, connections=1)
    api.answers = [(400, {}, {"code": "empty_review"}), (403, {}, {"code": "forbidden"})]
    assert classify(site, [" "], in_list=False) == (["empty_review"], "")
    with pytest.raises(EvaluationError, match="answered 403"):
        predict(site)


def test_a_list_has_a_verdict_for_each_review(api: Api) -> None:
    entries = [{"probabilities": shares(1)}, {"error": {"code": "empty_review", "detail": "…"}}]
    api.answers = [(200, {}, {"predictions": entries, "model": {"version": "m1"}})]
    site = Site(api.url, connections=1)
    assert classify(site, ["A film.", " "], in_list=True) == ([shares(1.0), "empty_review"], "m1")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("example.org", "SITE=example.org: must be an http or https URL"),
        ("ftp://example.org/", "must be an http or https URL"),
        ("http://127.0.0.1:PORT/", "cannot be reached .*refused"),
        ("http://no-such-host.invalid/", "cannot be reached"),
        ("API/nothing/", "no API found there or at /nothing/api/"),
        ("API/old/", "redirects to https://new.test/; use that URL"),
    ],
)
def test_a_url_without_an_api_is_reported_in_one_line(api: Api, url: str, reason: str) -> None:
    url = url.replace("API", api.url.rstrip("/")).replace("PORT", str(free_port()))
    with pytest.raises(EvaluationError, match=reason) as refused:
        Site(url, connections=1)
    assert "\n" not in str(refused.value)
