"""The drawer with the model card."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.deployed.page.conftest import OpenPage

CARD: dict[str, Any] = {
    "model_version": "sentiment-dev-1",
    "trained_at": "2026-03-01T12:00:00+00:00",
    "metrics": {"accuracy": 0.92, "accuracy_low": 0.91, "accuracy_high": 0.93, "rows": 5000},
    "sha256": {"training": "a" * 64, "testing": "b" * 64, "code": "c" * 64},
    "hyperparameters": {"architecture": "ngrams", "smoothing": 1.0},
    "reliability": [
        {"confidence": 0.55, "accuracy": 0.6, "rows": 100},
        {"confidence": 0.99, "accuracy": 0.98, "rows": 4900},
    ],
}


def test_the_drawer_shows_the_model_card(page: Page) -> None:
    page.route("**/api/model", lambda route: route.fulfill(json=CARD))
    opener = page.get_by_role("button", name="About the model")
    opener.click()
    drawer = page.get_by_role("dialog", name="The model")
    expect(drawer).to_contain_text("Right on 92 of 100 reviews it had not seen")
    expect(drawer).to_contain_text("92.0% right (95% interval: 91.0% to 93.0%)")
    bars = drawer.get_by_role("listitem")
    expect(bars).to_have_text(
        ["55% sure: right in 60% of 100 reviews", "99% sure: right in 98% of 4,900 reviews"]
    )
    assert bars.locator(".bar").evaluate_all("bars => bars.map(bar => bar.style.cssText)") == [
        "--height: 0.6;",
        "--height: 0.98;",
    ]
    for name, fact in (("Settings of the training", "smoothing"), ("Version", "c" * 64)):
        expect(drawer.get_by_text(fact)).to_be_hidden()
        drawer.get_by_text(name).first.click()
        expect(drawer.get_by_text(fact)).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(opener).to_be_focused()


def test_a_share_is_all_or_nothing_only_where_it_is_exactly_that(page: Page) -> None:
    metrics = {"accuracy": 0.9996, "accuracy_low": 0.9994, "accuracy_high": 1.0, "rows": 5000}
    bins = [{"confidence": 0.998, "accuracy": 0.999, "rows": 999}]
    card = {**CARD, "metrics": metrics, "reliability": bins}
    page.route("**/api/model", lambda route: route.fulfill(json=card))
    page.get_by_role("button", name="About the model").click()
    drawer = page.get_by_role("dialog", name="The model")
    expect(drawer).to_contain_text("Right on over 99 of 100 reviews it had not seen")
    expect(drawer).to_contain_text("over 99.9% right (95% interval: 99.9% to 100.0%)")
    expect(drawer).to_contain_text("over 99% sure: right in over 99% of 999 reviews")


def test_only_a_click_outside_the_drawer_closes_it(page: Page) -> None:
    page.route("**/api/model", lambda _: None)  # an almost empty drawer
    page.get_by_role("button", name="About the model").click()
    drawer = page.get_by_role("dialog", name="The model")
    expect(drawer).to_be_visible()
    box = drawer.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 3, box["y"] + box["height"] - 3)
    expect(drawer).to_be_visible()
    page.mouse.click(box["x"] - 3, box["y"] + 3)
    expect(drawer).to_be_hidden()


def test_the_deployed_model_has_a_card(page: Page) -> None:
    page.get_by_role("button", name="About the model").click()
    drawer = page.get_by_role("dialog", name="The model")
    expect(drawer).to_contain_text("sentiment-dev-")
    expect(drawer).to_contain_text(re.compile("Right on [0-9]+ of 100 reviews it had not seen"))
    expect(drawer.get_by_role("listitem").first).to_contain_text("% sure: right in ")
    drawer.get_by_text("Settings of the training").click()
    expect(drawer).to_contain_text("ngrams")
    expect(drawer).not_to_contain_text("embedding_dim")  # a setting of the LSTM
    page.get_by_role("button", name="Close").click()
    expect(drawer).to_be_hidden()


def test_the_drawer_waits_for_a_starting_model(page: Page) -> None:
    page.allowed_noise = ("503",)  # type: ignore[attr-defined]
    starting = {"code": "model_warming_up", "detail": "Try again in a few seconds."}
    answers: list[dict[str, Any]] = [
        {"status": 503, "headers": {"Retry-After": "1"}, "json": starting},
        {"json": CARD},
    ]
    page.route("**/api/model", lambda route: route.fulfill(**answers.pop(0)))
    page.get_by_role("button", name="About the model").click()
    expect(page.locator("#card-message")).to_contain_text("The model is starting")
    expect(page.locator("#facts")).to_contain_text("92.0%")
    expect(page.locator("#card-message")).to_be_empty()


def test_a_failing_model_is_reported_in_the_drawer(page: Page) -> None:
    page.allowed_noise = ("502",)  # type: ignore[attr-defined]
    problem = {"code": "model_failed", "detail": "The model could not be asked."}
    page.route("**/api/model", lambda route: route.fulfill(status=502, json=problem))
    page.get_by_role("button", name="About the model").click()
    expect(page.locator("#card-message")).to_have_text("The model could not be asked.")
    expect(page.locator("#facts")).to_be_empty()


@pytest.mark.parametrize("cited", [True, False])
def test_the_packaged_data_is_cited(open_page: OpenPage, cited: bool) -> None:  # noqa: FBT001 - a parameter
    page = open_page(goto=None)
    config = {"api": "/api", "maxReviewCharacters": 1000, "cited": cited}
    page.route("**/config.json", lambda route: route.fulfill(json=config))
    metrics = {**CARD["metrics"], "training_rows": 20_000}
    page.route("**/api/model", lambda route: route.fulfill(json={**CARD, "metrics": metrics}))
    page.goto("/")
    page.get_by_role("button", name="About the model").click()
    drawer = page.get_by_role("dialog", name="The model")
    expect(drawer).to_contain_text("20,000 reviews")
    assert ("Maas et al. (2011)" in drawer.inner_text()) == cited
    expect(drawer).to_contain_text("Irony")


def test_a_card_that_cannot_be_loaded_is_reported(page: Page) -> None:
    page.allowed_noise = ("ERR_FAILED",)  # type: ignore[attr-defined]
    page.route("**/card.js", lambda route: route.abort())
    page.get_by_role("button", name="About the model").click()
    expect(page.locator("#card-message")).to_contain_text("Try again, or reload the page")
    page.unroute("**/card.js")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="About the model").click()
    expect(page.locator("#facts dt").first).to_be_visible()
