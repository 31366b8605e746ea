"""The page as people use it, deployed on the embedded AWS, in chromium."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

ROOT = Path(__file__).resolve().parent.parent.parent
ARTIFACTS = ROOT / "test-artifacts"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
MAX_PAGE_BYTES = 60_000
PRAISE = "One of the best films I have ever seen. Wonderful acting, a superb story, I loved it."
DAMNATION = "Terrible. The worst film of the year: boring, badly acted, a complete waste of time."
ANSWER = {"sentiment": "positive", "probability": 0.97, "model": {"version": "stand-in"}}


def classify(page: Page, review: str) -> None:
    page.get_by_label("Your review").fill(review)
    page.get_by_role("button", name="Classify").click()


@pytest.mark.parametrize(("review", "verdict"), [(PRAISE, "positive"), (DAMNATION, "negative")])
def test_a_typed_review_gets_its_verdict(page: Page, review: str, verdict: str) -> None:
    classify(page, review)
    expect(page.locator("#verdict")).to_be_visible(timeout=20_000)
    assert page.locator("#verdict").get_attribute("data-verdict") in {verdict, "unsure"}
    expect(page.locator("#version")).to_contain_text("sentiment-dev-")
    expect(page.locator("#certainty")).to_contain_text("%")


def test_by_keyboard_alone(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_label("Your review")).to_be_focused()
    page.keyboard.type("A wonderful, moving film.")
    page.keyboard.press("Tab")
    button = page.get_by_role("button", name="Classify")
    expect(button).to_be_focused()
    assert button.evaluate("node => getComputedStyle(node).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.locator("#verdict")).to_be_visible(timeout=20_000)


def test_control_and_enter_classify(page: Page) -> None:
    page.get_by_label("Your review").fill("A dull, lazy mess.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#verdict")).to_be_visible(timeout=20_000)


def test_an_example_can_be_tried(page: Page) -> None:
    page.get_by_role("button", name="A rave").click()
    expect(page.get_by_label("Your review")).not_to_be_empty()
    expect(page.locator("#verdict")).to_be_visible(timeout=20_000)


def test_an_empty_review_is_refused_kindly(page: Page) -> None:
    page.get_by_role("button", name="Classify").click()
    expect(page.get_by_role("status")).to_have_text("Write a review first.")
    expect(page.get_by_label("Your review")).to_be_focused()


def test_a_long_review_is_refused_before_it_is_sent(page: Page) -> None:
    page.on("request", lambda request: pytest.fail("sent") if "predict" in request.url else None)
    classify(page, "good " * 20_001)
    expect(page.get_by_role("status")).to_contain_text("100,005 characters; at most 100,000")


def test_the_api_s_own_words_are_shown_for_a_review_without_text(page: Page) -> None:
    page.allowed_noise = ("400",)  # type: ignore[attr-defined]
    classify(page, "<br /><br />")
    expect(page.get_by_role("status")).to_have_text("There is no text in the review.")


def test_markup_is_only_text(page: Page) -> None:
    page.on("dialog", lambda _: pytest.fail("markup ran"))
    attack = "<img src=x onerror=alert(1)> A wonderful film <script>alert(2)</script>"
    classify(page, attack)
    expect(page.locator("#verdict")).to_be_visible(timeout=20_000)
    expect(page.get_by_label("Your review")).to_have_value(attack)
    assert page.locator("img").count() == 0


def test_a_reload_loses_no_text(page: Page) -> None:
    page.get_by_label("Your review").fill("Half a rev")
    page.reload()
    expect(page.get_by_label("Your review")).to_have_value("Half a rev")


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


def test_a_missing_configuration_is_told(page: Page) -> None:
    page.allowed_noise = ("404",)  # type: ignore[attr-defined]
    page.route("**/config.json", lambda route: route.fulfill(status=404))
    page.reload()
    expect(page.get_by_role("status")).to_contain_text("configuration cannot be read")


def test_the_page_is_light(page: Page) -> None:
    script = "performance.getEntries().map(entry => [entry.name, entry.decodedBodySize || 0])"
    sizes: list[Any] = page.evaluate(script)
    assert len(sizes) > 5
    assert sum(size for _, size in sizes) <= MAX_PAGE_BYTES


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 768, 1440])
def test_it_looks_right_and_axe_finds_nothing(
    browser: Browser, site_url: str, theme: Any, width: int
) -> None:
    context = browser.new_context(
        base_url=site_url, color_scheme=theme, viewport={"width": width, "height": 900}
    )
    page = context.new_page()
    page.goto("/")
    classify(page, PRAISE)
    expect(page.locator("#verdict")).to_be_visible(timeout=20_000)
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"page-{theme}-{width}.png", full_page=True)

    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) == 0
    page.evaluate(AXE.read_text("utf-8"))
    violations = page.evaluate("axe.run().then(result => result.violations.map(v => v.id))")
    context.close()
    assert violations == []
