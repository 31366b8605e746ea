"""The feedback buttons: their requests and the resulting messages."""

import json
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.deployed.page.conftest import OpenPage
from tests.deployed.page.use import answer, classify


def test_feedback_on_a_verdict_is_sent(page: Page) -> None:
    sent: list[Any] = []

    def take(route: Route) -> None:
        sent.append(json.loads(route.request.post_data or "{}"))
        route.fulfill(status=201, json={"status": "recorded", "request_id": "2"})

    answer(page, request_id="request-1")
    page.route("**/api/feedback", take)
    classify(page, "A fine film")
    page.get_by_role("group", name="Was this right?").get_by_role("button", name="No").click()
    expect(page.locator("#thanks")).to_have_text("Thank you. Your feedback is saved.")
    expect(page.locator("#question")).to_be_hidden()
    assert sent == [
        {
            "review": "A fine film",
            "predicted": "positive",
            "correct": "negative",
            "request_id": "request-1",
        }
    ]


def test_a_reload_does_not_ask_again(page: Page) -> None:
    page.route("**/api/feedback", lambda route: route.fulfill(status=201, json={}))
    answer(page, request_id="request-1")
    classify(page, "A fine film")
    expect(page.locator("#verdict")).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Yes").click()
    expect(page.locator("#thanks")).to_contain_text("Thank you")
    page.reload()
    expect(page.locator("#verdict")).to_be_visible()
    expect(page.locator("#feedback")).to_be_hidden()


def test_a_mixed_verdict_asks_for_the_sentiment(page: Page) -> None:
    sent: list[Any] = []

    def take(route: Route) -> None:
        sent.append(json.loads(route.request.post_data or "{}"))
        route.fulfill(status=201, json={"status": "recorded", "request_id": "2"})

    answer(page, request_id="request-1", probability=0.52)
    page.route("**/api/feedback", take)
    for said in ("Positive", "Negative"):
        classify(page, "A film")
        page.get_by_role("group", name="Which is it?").get_by_role("button", name=said).click()
        expect(page.locator("#thanks")).to_contain_text("Thank you")
    assert [(one["predicted"], one["correct"]) for one in sent] == [
        ("positive", "positive"),
        ("positive", "negative"),
    ]


def test_feedback_is_retried_after_a_503(page: Page) -> None:
    page.allowed_noise = ("503",)  # type: ignore[attr-defined]
    statuses = [503, 201]

    def take(route: Route) -> None:
        status = statuses.pop(0)
        headers = {"Retry-After": "1"} if status == 503 else {}
        route.fulfill(status=status, headers=headers, json={"detail": "Not kept."})

    answer(page, request_id="request-1")
    page.route("**/api/feedback", take)
    classify(page, "A fine film")
    page.get_by_role("button", name="Yes").click()
    expect(page.locator("#thanks")).to_contain_text("Trying again automatically")
    expect(page.locator("#thanks")).to_contain_text("Thank you")
    assert not statuses


def test_refused_feedback_can_be_sent_again(page: Page) -> None:
    page.allowed_noise = ("400",)  # type: ignore[attr-defined]
    answer(page, request_id="request-1")
    page.route("**/api/feedback", lambda route: route.fulfill(status=400, json={"detail": "x"}))
    classify(page, "A fine film")
    page.get_by_role("button", name="Yes").click()
    expect(page.locator("#thanks")).to_contain_text("could not be saved")
    expect(page.get_by_role("button", name="Yes")).to_be_visible()


def test_the_deployed_api_stores_feedback(page: Page) -> None:
    classify(page, "A superb film")
    expect(page.locator("#verdict")).to_be_visible()
    with page.expect_response("**/api/feedback") as answered:
        page.get_by_role("button", name="Yes").click()
    assert answered.value.status == 201
    expect(page.locator("#thanks")).to_have_text("Thank you. Your feedback is saved.")


def test_no_question_is_shown_when_feedback_is_off(open_page: OpenPage) -> None:
    page = open_page(goto=None)
    page.route(
        "**/config.json",
        lambda route: route.fulfill(json={"api": "/api", "maxReviewCharacters": 1000}),
    )
    answer(page)
    page.goto("/")
    classify(page, "A fine film")
    expect(page.locator("#verdict")).to_be_visible()
    expect(page.locator("#feedback")).to_be_hidden()
