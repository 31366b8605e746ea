"""A starting model or a busy server: retries, pauses and messages."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.deployed.page.use import ANSWER, NOT_WAITED, classify, stop_clock


def test_the_page_waits_for_a_starting_model(page: Page) -> None:
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
    stop_clock(page)
    classify(page, "A fine film.")
    expect(page.locator("#message")).to_have_text("The model is starting.")
    page.clock.run_for(1_000)
    expect(page.locator("#message")).to_have_text("The model is starting. 1 s")
    page.clock.run_for(2_000)
    expect(page.locator("#sentiment")).to_have_text("Positive")
    assert len(calls) == 2


@pytest.mark.parametrize("status", [429, 503, 504])
def test_retries_end(page: Page, status: int) -> None:
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
def test_retries_back_off_from_a_busy_server(page: Page, status: int, code: str) -> None:
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


def test_retries_of_a_starting_model_obey_retry_after_and_are_announced_once(page: Page) -> None:
    page.allowed_noise = ("503",)  # type: ignore[attr-defined]
    page.add_init_script(NOT_WAITED)
    page.reload()
    problem = {"code": "model_warming_up", "detail": "x"}
    starting = {"status": 503, "headers": {"Retry-After": "2"}, "json": problem}
    answers: list[dict[str, Any]] = [*[starting] * 4, {"json": ANSWER}]
    page.route("**/api/predict", lambda route: route.fulfill(**answers.pop(0)))
    page.evaluate(
        "window.announced = []; new MutationObserver(() => announced.push(document.querySelector('#message-text')"
        ".textContent)).observe(document.querySelector('#message-text'), { childList: true })"
    )
    classify(page, "A film.")
    expect(page.locator("#sentiment")).to_have_text("Positive")
    assert all(2 <= pause <= 2.5 for pause in page.evaluate("pauses"))
    starts = [
        text for text in page.evaluate("announced") if text.startswith("The model is starting")
    ]
    assert len(starts) == 1


def test_a_busy_server_is_reported(page: Page) -> None:
    page.allowed_noise = ("429",)  # type: ignore[attr-defined]
    problem = {"code": "too_many_requests", "detail": "x"}
    page.route("**/api/predict", lambda route: route.fulfill(status=429, json=problem))
    stop_clock(page)
    classify(page, "A film.")
    busy = "Too many requests at once. Trying again automatically …"
    expect(page.locator("#message")).to_have_text(busy)
    page.clock.run_for(1_000)
    expect(page.locator("#message")).to_have_text(f"{busy} 1 s")


def test_a_very_long_retry_after_is_shortened(page: Page) -> None:
    page.allowed_noise = ("503",)  # type: ignore[attr-defined]
    page.clock.install()
    answers: list[dict[str, Any]] = [
        {"status": 503, "headers": {"Retry-After": "86400"}, "body": "{}"},
        {"json": ANSWER},
    ]
    page.route("**/api/predict", lambda route: route.fulfill(**answers.pop(0)))
    with page.expect_response("**/api/predict"):
        classify(page, "A fine film.")
    expect(page.locator("#message")).to_contain_text("503")
    page.clock.run_for(30_000)
    expect(page.locator("#sentiment")).to_have_text("Positive")


def test_elapsed_seconds_are_shown_but_not_announced(page: Page) -> None:
    page.route("**/api/predict", lambda _: None)
    stop_clock(page)
    with page.expect_request("**/api/predict"):
        classify(page, "A fine film.")
    page.clock.run_for(2_000)
    expect(page.locator("#elapsed")).to_have_text("2 s")
    expect(page.locator("#message-text")).to_have_text("Reading …")
    assert page.locator("#elapsed").get_attribute("aria-hidden") == "true"


def test_a_new_review_replaces_a_waiting_one(page: Page) -> None:
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
    stop_clock(page)
    classify(page, "first")
    expect(page.locator("#message")).to_have_text("Starting.")
    classify(page, "second")
    expect(page.locator("#sentiment")).to_have_text("Positive")
    page.clock.run_for(30_000)
    assert sent == ["first", "second"]
    expect(page.locator("#message")).to_have_text("")
