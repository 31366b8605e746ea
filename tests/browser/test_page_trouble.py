"""What may go wrong around the page, and what keeps its users' text and patience."""

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.test_page import ANSWER, classify

REVIEW = "Your review"


def test_what_is_typed_before_the_script_arrives_is_kept(browser: Browser, site_url: str) -> None:
    context = browser.new_context(base_url=site_url)
    page = context.new_page()
    held: list[Route] = []
    page.route("**/main.js", lambda route: held.append(route))  # noqa: PLW0108 - needs a function
    page.goto("/", wait_until="commit")
    page.get_by_label(REVIEW).fill("Typed on a slow line")
    assert len(held) == 1
    with page.expect_response("**/config.json"):
        held[0].continue_()
    page.wait_for_load_state()
    expect(page.get_by_label(REVIEW)).to_have_value("Typed on a slow line")
    context.close()


def test_an_example_can_be_undone(page: Page) -> None:
    page.route("**/api/predict", lambda route: route.fulfill(json=ANSWER))
    page.get_by_label(REVIEW).press_sequentially("My own long review")
    page.get_by_role("button", name="A rave").click()
    expect(page.get_by_label(REVIEW)).not_to_have_value("My own long review")
    expect(page.get_by_role("button", name="A rave")).to_be_focused()
    page.get_by_label(REVIEW).press("Control+z")
    expect(page.get_by_label(REVIEW)).to_have_value("My own long review")


def test_a_held_key_sends_once(page: Page) -> None:
    calls: list[str] = []

    def answer(route: Route) -> None:
        calls.append(route.request.url)
        route.fulfill(json=ANSWER)

    page.route("**/api/predict", answer)
    page.get_by_label(REVIEW).fill("A fine film.")
    page.keyboard.down("Control")
    for _ in range(5):
        page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    page.keyboard.up("Control")
    expect(page.locator("#sentiment")).to_have_text("Positive")
    assert len(calls) == 1


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


def test_a_configuration_that_comes_late_is_used(page: Page) -> None:
    page.allowed_noise = ("503",)  # type: ignore[attr-defined]
    page.route("**/config.json", lambda route: route.fulfill(status=503))
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


def test_the_verdict_appears_inside_a_live_region_that_was_there_before(page: Page) -> None:
    regions = page.evaluate(
        "[...document.querySelectorAll('[aria-live]')].map(region =>"
        " [region.checkVisibility(), region.contains(document.getElementById('verdict'))])"
    )
    assert regions == [[True, True]]


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
