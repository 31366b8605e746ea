"""Live classification while typing: timing of requests, and no lost text."""

import json

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.deployed.page.conftest import OpenPage
from tests.deployed.page.use import ANSWER, REVIEW, answer, classify, stop_clock


def test_the_page_classifies_while_typing(page: Page) -> None:
    sent: list[str] = []

    def verdict(route: Route) -> None:
        sent.append(json.loads(route.request.post_data or "{}")["review"])
        route.fulfill(json={**ANSWER, "explanation": []})

    page.route("**/api/predict", verdict)
    stop_clock(page)  # otherwise the pauses of a busy machine count
    field = page.get_by_label(REVIEW)
    field.press_sequentially("I loved this")
    page.clock.run_for(2_000)
    assert sent == []  # three words are too few
    field.press_sequentially(" wonderful film")
    page.clock.run_for(300)
    assert sent == []
    page.clock.run_for(1_000)
    expect(page.locator("#sentiment")).to_have_text("Positive")
    assert sent == ["I loved this wonderful film"]


def test_the_last_review_wins(page: Page) -> None:
    def answer(route: Route) -> None:
        first = "first" in (route.request.post_data or "")
        if first:
            page.wait_for_timeout(300)
        version = "first" if first else "second"
        route.fulfill(json={**ANSWER, "model": {"version": version}})

    page.route("**/api/predict", answer)
    classify(page, "the first review")
    classify(page, "the other review")
    expect(page.locator("#version")).to_have_text("second")
    page.wait_for_timeout(500)
    expect(page.locator("#version")).to_have_text("second")


def test_an_outdated_call_is_cancelled(page: Page) -> None:
    ended: list[tuple[str, str]] = []

    def note(request: Request) -> None:
        if request.post_data:  # the page may also cancel its request for the configuration
            ended.append((request.post_data, str(request.failure)))

    def verdict(route: Route) -> None:
        if "first" not in (route.request.post_data or ""):  # the first is never answered
            route.fulfill(json={**ANSWER, "explanation": []})

    page.on("requestfailed", note)
    page.route("**/api/predict", verdict)
    with page.expect_request("**/api/predict"):
        classify(page, "the first review")
    with page.expect_event("requestfailed", lambda request: bool(request.post_data)):
        classify(page, "the other review")
    expect(page.locator("#verdict")).to_be_visible()
    ((sent, why),) = ended
    assert "the first review" in sent
    assert why == "net::ERR_ABORTED"


def test_no_verdict_is_shown_for_a_replaced_text(page: Page) -> None:
    page.route("**/api/predict", lambda _: None)  # never answers
    with page.expect_request("**/api/predict"):
        classify(page, "A fine film, I say")
    with page.expect_event("requestfailed"):
        page.get_by_label(REVIEW).fill("Dull rubbish")  # too short for live classification
    expect(page.locator("#message-text")).to_be_empty()


def test_a_verdict_is_hidden_with_its_text(page: Page) -> None:
    answer(page, (2, 6, 1.0))
    page.get_by_label(REVIEW).fill("A fine film, I say")
    for part in ("#verdict", "#explanation", "#feedback"):
        expect(page.locator(part)).to_be_visible()
    page.get_by_label(REVIEW).fill("Dull rubbish")
    for part in ("#verdict", "#explanation", "#feedback"):
        expect(page.locator(part)).to_be_hidden()


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


def test_a_reload_loses_no_text(page: Page) -> None:
    page.get_by_label("Your review").fill("Half a rev")
    page.reload()
    expect(page.get_by_label("Your review")).to_have_value("Half a rev")


def test_a_reload_loses_no_verdict(page: Page) -> None:
    answer(page, (2, 6, 1.0))
    page.get_by_label(REVIEW).fill("A fine film, I say")
    expect(page.locator("#verdict")).to_be_visible()
    page.unroute("**/api/predict")
    page.on("request", lambda request: pytest.fail("sent") if "predict" in request.url else None)
    page.reload()
    expect(page.locator("#sentiment")).to_have_text("Positive")
    expect(page.locator("#because")).to_have_text("Because of 'fine'.")
    expect(page.get_by_label(REVIEW)).to_have_value("A fine film, I say")
    page.get_by_label(REVIEW).fill("Another")
    page.reload()
    expect(page.get_by_label(REVIEW)).to_have_value("Another")
    expect(page.locator("#verdict")).to_be_hidden()


def test_text_typed_before_the_script_loads_is_kept(open_page: OpenPage) -> None:
    page = open_page(goto=None)
    held: list[Route] = []
    page.route("**/main.js", lambda route: held.append(route))  # noqa: PLW0108 - needs a function
    page.goto("/", wait_until="commit")
    page.get_by_label(REVIEW).fill("Typed on a slow line")
    assert len(held) == 1
    with page.expect_response("**/config.json"):
        held[0].continue_()
    page.wait_for_load_state()
    expect(page.get_by_label(REVIEW)).to_have_value("Typed on a slow line")


def test_a_very_long_text_says_why_it_is_not_classified_while_typing(page: Page) -> None:
    page.on("request", lambda request: pytest.fail("sent") if "predict" in request.url else None)
    stop_clock(page)
    page.get_by_label(REVIEW).fill("a good film " * 1700)
    expect(page.locator("#message-text")).to_have_text(
        "A text of more than 20,000 characters is classified only when you press the button."
    )
    page.clock.run_for(2_000)
