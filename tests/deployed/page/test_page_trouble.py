"""A model that starts, a server that is busy or out of reach, and answers that are none."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.deployed.page.use import ANSWER, REVIEW, answer, classify

# Long pauses of the page are written down, in seconds, and not made.
NOT_WAITED = """
const real = setTimeout;
window.pauses = [];
window.setTimeout = (act, ms, ...more) => {
  const long = ms >= 1000;
  if (long) { pauses.push(ms / 1000); }
  return real(act, long ? 0 : ms, ...more);
};
"""


def test_a_starting_model_is_waited_for(page: Page) -> None:
    page.allowed_noise = ("503",)  # type: ignore[attr-defined]
    calls: list[int] = []

    def answer(route: Route) -> None:
        calls.append(1)
        if len(calls) == 1:
            problem = {"detail": "The model is starting."}
            route.fulfill(status=503, headers={"Retry-After": "2"}, body=json.dumps(problem))
        else:
            route.fulfill(json=ANSWER)

    page.route("**/api/predict", answer)
    classify(page, "A fine film.")
    expect(page.get_by_role("status")).to_contain_text("The model is starting. 1 s")
    expect(page.locator("#sentiment")).to_have_text("Positive", timeout=10_000)
    assert len(calls) == 2


def test_an_unreachable_server_is_told_and_the_text_kept(page: Page) -> None:
    page.allowed_noise = ("ERR_FAILED",)  # type: ignore[attr-defined]
    page.route("**/api/predict", lambda route: route.abort())
    classify(page, "A fine film.")
    expect(page.get_by_role("status")).to_contain_text("cannot be reached")
    expect(page.get_by_label("Your review")).to_have_value("A fine film.")


def test_what_could_not_be_sent_goes_when_the_network_is_back(page: Page) -> None:
    page.allowed_noise = ("ERR_INTERNET_DISCONNECTED",)  # type: ignore[attr-defined]
    answer(page)
    page.unroute("**/api/predict")
    page.context.set_offline(True)
    classify(page, "A fine film")
    expect(page.get_by_role("status").first).to_contain_text("sent when you are online again")
    answer(page)
    page.context.set_offline(False)
    expect(page.locator("#sentiment")).to_have_text("Positive")


@pytest.mark.parametrize("status", [429, 503, 504])
def test_patience_has_an_end(page: Page, status: int) -> None:
    page.allowed_noise = (str(status),)  # type: ignore[attr-defined]
    page.clock.install()
    calls: list[str] = []

    def refuse(route: Route) -> None:
        calls.append(route.request.url)
        route.fulfill(status=status, json={"detail": f"Problem {len(calls)}."})

    page.route("**/api/predict", refuse)
    classify(page, "A film.")
    message = page.locator("#message")
    for _ in range(120):
        page.clock.run_for(5_000)
        if message.get_attribute("data-kind") == "error":
            break
    expect(message).to_have_attribute("data-kind", "error")
    expect(message).to_have_text(f"Problem {len(calls)}.")
    page.clock.run_for(60_000)
    expect(message).to_have_text(f"Problem {len(calls)}.")


@pytest.mark.parametrize(
    ("status", "code"), [(429, "too_many_requests"), (503, "model_busy"), (503, "api_busy")]
)
def test_a_busy_server_is_left_alone_for_longer_each_time(
    page: Page, status: int, code: str
) -> None:
    page.allowed_noise = (str(status),)  # type: ignore[attr-defined]
    page.add_init_script(NOT_WAITED)
    page.reload()
    problem = {"code": code, "detail": "x"}
    refused = {"status": status, "headers": {"Retry-After": "2"}, "json": problem}
    answers: list[dict[str, Any]] = [refused, refused, refused, refused, {"json": ANSWER}]
    page.route("**/api/predict", lambda route: route.fulfill(**answers.pop(0)))
    classify(page, "A film.")
    expect(page.locator("#sentiment")).to_have_text("Positive")
    # Doubled each time, with up to a quarter more, and never longer than 20 s
    pauses = page.evaluate("pauses")
    assert [2 <= pauses[0] <= 2.5, 4 <= pauses[1] <= 5, 8 <= pauses[2] <= 10] == [True] * 3
    assert 16 <= pauses[3] <= 20
    assert len(pauses) == 4


def test_a_starting_model_is_asked_as_often_as_it_says_and_told_once(page: Page) -> None:
    page.allowed_noise = ("503",)  # type: ignore[attr-defined]
    page.add_init_script(NOT_WAITED)
    page.reload()
    problem = {"code": "model_warming_up", "detail": "x"}
    starting = {"status": 503, "headers": {"Retry-After": "2"}, "json": problem}
    answers: list[dict[str, Any]] = [*[starting] * 4, {"json": ANSWER}]
    page.route("**/api/predict", lambda route: route.fulfill(**answers.pop(0)))
    page.evaluate(
        "window.told = []; new MutationObserver(() => told.push(document.querySelector('#told')"
        ".textContent)).observe(document.querySelector('#told'), { childList: true })"
    )
    classify(page, "A film.")
    expect(page.locator("#sentiment")).to_have_text("Positive")
    assert all(2 <= pause <= 2.5 for pause in page.evaluate("pauses"))
    starts = [told for told in page.evaluate("told") if told.startswith("The model is starting")]
    assert len(starts) == 1


def test_a_busy_server_is_told(page: Page) -> None:
    page.allowed_noise = ("429",)  # type: ignore[attr-defined]
    problem = {"code": "too_many_requests", "detail": "x"}
    page.route("**/api/predict", lambda route: route.fulfill(status=429, json=problem))
    classify(page, "A film.")
    expect(page.locator("#message")).to_have_text(
        "Too many requests at once. Trying again automatically … 1 s"
    )


def test_a_very_long_wait_is_not_obeyed(page: Page) -> None:
    page.allowed_noise = ("503",)  # type: ignore[attr-defined]
    page.clock.install()
    answers: list[dict[str, Any]] = [
        {"status": 503, "headers": {"Retry-After": "86400"}, "body": "{}"},
        {"json": ANSWER},
    ]
    page.route("**/api/predict", lambda route: route.fulfill(**answers.pop(0)))
    with page.expect_response("**/api/predict"):
        classify(page, "A fine film.")
    expect(page.get_by_role("status")).to_contain_text("503")
    page.clock.run_for(30_000)
    expect(page.locator("#sentiment")).to_have_text("Positive")


def test_a_configuration_that_comes_late_is_waited_for(page: Page) -> None:
    page.allowed_noise = ("503",)  # type: ignore[attr-defined]
    page.add_init_script(NOT_WAITED)
    held: list[Route] = []
    page.route("**/config.json", lambda route: held.append(route))  # noqa: PLW0108 - a function
    page.reload()
    classify(page, "A fine film.")
    answer(page)
    page.unroute("**/config.json")
    held.pop().fulfill(status=503)
    expect(page.locator("#sentiment")).to_have_text("Positive")


def test_a_page_without_a_network_for_its_configuration_waits_for_one(page: Page) -> None:
    page.allowed_noise = ("ERR_FAILED",)  # type: ignore[attr-defined]
    page.add_init_script(
        "window.online = false;"
        "Object.defineProperty(navigator, 'onLine', { get: () => window.online });"
    )
    page.route("**/config.json", lambda route: route.abort())
    page.reload()
    classify(page, "A fine film.")
    expect(page.get_by_role("status").first).to_contain_text("sent when you are online again")
    page.unroute("**/config.json")
    answer(page)
    page.evaluate("window.online = true; window.dispatchEvent(new Event('online'))")
    expect(page.locator("#sentiment")).to_have_text("Positive")


def test_a_configuration_that_is_missing_is_told(page: Page) -> None:
    page.allowed_noise = ("404",)  # type: ignore[attr-defined]
    page.route("**/config.json", lambda route: route.fulfill(status=404))
    page.reload()
    expect(page.get_by_role("status")).to_contain_text("configuration cannot be read")
    page.unroute("**/config.json")
    page.route("**/api/predict", lambda route: route.fulfill(json=ANSWER))
    classify(page, "A fine film.")
    expect(page.locator("#sentiment")).to_have_text("Positive")


@pytest.mark.parametrize("body", ["<html>sign in first</html>", "{}", '{"model": {}}', "null"])
def test_an_answer_that_is_no_verdict_is_told(page: Page, body: str) -> None:
    page.route("**/api/predict", lambda route: route.fulfill(status=200, body=body))
    classify(page, "A fine film.")
    expect(page.get_by_role("status")).to_contain_text("answer cannot be read")
    expect(page.locator("#verdict")).to_be_hidden()


def test_only_the_text_s_own_faults_make_it_invalid(page: Page) -> None:
    page.allowed_noise = ("ERR_FAILED",)  # type: ignore[attr-defined]
    page.route("**/api/predict", lambda route: route.abort())
    page.get_by_role("button", name="Classify").click()
    expect(page.get_by_label(REVIEW)).to_have_attribute("aria-invalid", "true")
    classify(page, "A fine film.")
    expect(page.get_by_role("status")).to_contain_text("cannot be reached")
    expect(page.get_by_label(REVIEW)).to_have_attribute("aria-invalid", "false")


def test_seconds_are_seen_and_not_read_out(page: Page) -> None:
    page.route("**/api/predict", lambda _: None)
    classify(page, "A fine film.")
    expect(page.locator("#elapsed")).to_have_text("2 s")
    expect(page.locator("#told")).to_have_text("Reading …")
    assert page.locator("#elapsed").get_attribute("aria-hidden") == "true"


def test_a_new_review_replaces_one_that_waits(page: Page) -> None:
    page.allowed_noise = ("503",)  # type: ignore[attr-defined]
    sent: list[str] = []

    def answer(route: Route) -> None:
        review = json.loads(route.request.post_data or "{}")["review"]
        sent.append(review)
        if review == "first":
            route.fulfill(status=503, headers={"Retry-After": "1"}, json={"detail": "Starting."})
        else:
            route.fulfill(json=ANSWER)

    page.route("**/api/predict", answer)
    with page.expect_response("**/api/predict"):
        classify(page, "first")
    classify(page, "second")
    expect(page.locator("#sentiment")).to_have_text("Positive")
    page.wait_for_timeout(2_500)
    assert sent == ["first", "second"]
    expect(page.locator("#message")).to_have_text("")


def test_markup_in_answers_is_only_text(page: Page) -> None:
    page.allowed_noise = ("400",)  # type: ignore[attr-defined]
    markup = "<img src=x onerror=alert(1)><b>bold</b>"
    page.route(
        "**/api/predict", lambda route: route.fulfill(json={**ANSWER, "model": {"version": markup}})
    )
    classify(page, "A fine film.")
    expect(page.locator("#version")).to_have_text(markup)
    page.route("**/api/predict", lambda route: route.fulfill(status=400, json={"detail": markup}))
    classify(page, "A fine film.")
    expect(page.get_by_role("status")).to_have_text(markup)
    assert page.locator("main img, main b").count() == 0
