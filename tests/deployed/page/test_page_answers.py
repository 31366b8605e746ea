"""Answers without a verdict, and errors that describe the text field."""

import pytest
from playwright.sync_api import Page, expect

from tests.deployed.page.use import ANSWER, REVIEW, classify


@pytest.mark.parametrize("body", ["<html>sign in first</html>", "{}", '{"model": {}}', "null"])
def test_an_answer_without_a_verdict_is_reported(page: Page, body: str) -> None:
    page.route("**/api/predict", lambda route: route.fulfill(status=200, body=body))
    classify(page, "A fine film.")
    expect(page.locator("#message")).to_contain_text("answer cannot be read")
    expect(page.locator("#verdict")).to_be_hidden()


def test_only_an_error_in_the_text_makes_it_invalid(page: Page) -> None:
    page.allowed_noise = ("ERR_FAILED",)  # type: ignore[attr-defined]
    page.route("**/api/predict", lambda route: route.abort())
    page.get_by_role("button", name="Classify").click()
    expect(page.get_by_label(REVIEW)).to_have_attribute("aria-invalid", "true")
    classify(page, "A fine film.")
    expect(page.locator("#message")).to_contain_text("cannot be reached")
    expect(page.get_by_label(REVIEW)).to_have_attribute("aria-invalid", "false")


def test_markup_in_answers_is_shown_as_text(page: Page) -> None:
    page.allowed_noise = ("400",)  # type: ignore[attr-defined]
    markup = "<img src=x onerror=alert(1)><b>bold</b>"
    page.route(
        "**/api/predict", lambda route: route.fulfill(json={**ANSWER, "model": {"version": markup}})
    )
    classify(page, "A fine film.")
    expect(page.locator("#version")).to_have_text(markup)
    page.route("**/api/predict", lambda route: route.fulfill(status=400, json={"detail": markup}))
    classify(page, "A fine film.")
    expect(page.locator("#message")).to_have_text(markup)
    assert page.locator("main img, main b").count() == 0
