"""An API that is busy, refuses, fails or is none."""

import pytest

from scripts.evaluate.errors import EvaluationError
from scripts.evaluate.patience import ATTEMPTS
from scripts.evaluate.site import Site
from tests.scripts.evaluate.conftest import Api
from tests.scripts.evaluate.serving import Prepared
from tests.support.emulator import free_port

VERDICT = {"probability": 0.75, "model": {"version": "m1"}}
GOOD: Prepared = (200, {}, VERDICT)


def test_a_busy_api_is_asked_again(api: Api) -> None:
    api.answers = [(429, {"Retry-After": "0"}, {}), (503, {}, {}), GOOD]
    reply = Site(api.url, connections=1).ask("A film.")
    assert (reply.verdicts, reply.version, reply.retries) == ([0.75], "m1", 2)
    assert api.asked == [{"review": "A film."}] * 3


def test_patience_ends(api: Api) -> None:
    api.answers = [(503, {}, {"code": "model_warming_up"})]
    with pytest.raises(EvaluationError, match=f"503: .*model_warming_up.*, {ATTEMPTS} times"):
        Site(api.url, connections=1).ask("A film.")
    assert len(api.asked) == ATTEMPTS


def test_a_refused_review_is_a_verdict_and_a_refused_caller_is_none(api: Api) -> None:
    site = Site(api.url, connections=1)
    api.answers = [(400, {}, {"code": "empty_review"}), (403, {}, {"code": "forbidden"})]
    assert site.ask(" ").verdicts == ["empty_review"]
    with pytest.raises(EvaluationError, match="answered 403"):
        site.ask("A film.")


def test_a_list_says_of_each(api: Api) -> None:
    entries = [{"probability": 1}, {"error": {"code": "empty_review", "detail": "…"}}]
    api.answers = [(200, {}, {"predictions": entries, "model": {"version": "m1"}})]
    assert Site(api.url, connections=1).ask_all(["A film.", " "]).verdicts == [1.0, "empty_review"]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("example.org", "SITE=example.org: an http or https URL is needed"),
        ("ftp://example.org/", "an http or https URL is needed"),
        ("http://127.0.0.1:PORT/", "it cannot be reached .*refused"),
        ("http://no-such-host.invalid/", "it cannot be reached"),
        ("API/nothing/", "no API answers there, nor at /nothing/api/"),
        ("API/old/", "it leads to https://new.test/: name that"),
    ],
)
def test_what_is_no_api_gets_one_line(api: Api, url: str, reason: str) -> None:
    url = url.replace("API", api.url.rstrip("/")).replace("PORT", str(free_port()))
    with pytest.raises(EvaluationError, match=reason) as refused:
        Site(url, connections=1)
    assert "\n" not in str(refused.value)
