"""What each kind of verdict and message looks like, and how long the page is patient."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.test_page import ANSWER, AXE, classify


@pytest.mark.parametrize(
    ("probability", "verdict", "certainty"),
    [
        (0.999, "Positive", "over 99 % sure"),
        (0.61, "Positive", "61 % sure"),
        (0.59, "Unsure", "leaning positive, 59 %"),
        (0.45, "Unsure", "leaning negative, 55 %"),
        (0.3, "Negative", "70 % sure"),
        (0, "Negative", "over 99 % sure"),
    ],
)
def test_how_sure_the_model_is(
    page: Page, probability: float, verdict: str, certainty: str
) -> None:
    answer = {**ANSWER, "probability": probability}
    page.route("**/api/predict", lambda route: route.fulfill(json=answer))
    classify(page, "A film.")
    expect(page.locator("#sentiment")).to_have_text(verdict)
    expect(page.locator("#certainty")).to_have_text(certainty)
    needle = page.locator("#needle").evaluate(
        "({x, width}) => [x, width].map(of => of.baseVal.value)"
    )
    assert needle == pytest.approx([probability * 99, 1])  # of 100, so that it never hangs over


@pytest.mark.parametrize("status", [429, 503, 504])
def test_patience_has_an_end(page: Page, status: int) -> None:
    page.allowed_noise = (str(status),)  # type: ignore[attr-defined]
    page.clock.install()
    calls: list[str] = []

    def answer(route: Route) -> None:
        calls.append(route.request.url)
        route.fulfill(status=status, json={"detail": f"Problem {len(calls)}."})

    page.route("**/api/predict", answer)
    classify(page, "A film.")
    for _ in range(300):
        page.clock.run_for(1_000)
        if page.locator("#message").get_attribute("data-kind") == "error":
            break
    expect(page.get_by_role("status")).to_have_text("Problem 8.")
    expect(page.locator("#message")).to_have_attribute("data-kind", "error")
    assert len(calls) == 8


def test_an_old_verdict_leaves_when_a_new_text_is_sent(page: Page) -> None:
    page.route("**/api/predict", lambda route: route.fulfill(json=ANSWER))
    classify(page, "A film.")
    expect(page.locator("#verdict")).to_be_visible()
    classify(page, " ")
    expect(page.locator("#verdict")).to_be_hidden()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("probability", [0.1, 0.5, None])
def test_axe_finds_nothing_in_any_state(
    browser: Browser, site_url: str, theme: Any, probability: float | None
) -> None:
    context = browser.new_context(base_url=site_url, color_scheme=theme, reduced_motion="reduce")
    page = context.new_page()
    answer: dict[str, Any] = {"json": {**ANSWER, "probability": probability}}
    if probability is None:
        problem = {"code": "model_failed", "detail": "The model could not judge the review."}
        answer = {"status": 502, "json": problem}
    page.route("**/api/predict", lambda route: route.fulfill(**answer))
    page.goto("/")
    classify(page, "A film.")
    shown = page.locator("#verdict" if probability is not None else "[data-kind=error]")
    expect(shown).to_be_visible()
    page.evaluate(AXE.read_text("utf-8"))
    violations = page.evaluate("axe.run().then(result => result.violations.map(v => v.id))")
    context.close()
    assert violations == []
