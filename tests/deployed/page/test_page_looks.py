"""The look of the page in every state: screenshots, layout and axe."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.deployed.page.conftest import OpenPage
from tests.deployed.page.use import (
    ANSWER,
    ARTIFACTS,
    PRAISE,
    REVIEW,
    answer,
    classify,
    layout_shift,
    overflow,
    violations,
)

WIDTHS = (1440, 768, 320)
README_WIDTH = 1440
MARGIN = 32
WORDS = [{"start": 2, "end": 6, "weight": 1.0}]
LINES = f"{PRAISE}\nDull, lazy and far too long. A waste of time.\nFine, but not more."


def take_picture(page: Page, path: Path) -> None:
    """Save the picture for the README: from the title to the verdict."""
    title, words = page.locator("h1").bounding_box(), page.locator("#verdict").bounding_box()
    assert title is not None
    assert words is not None
    page.screenshot(
        path=path,
        full_page=True,
        animations="disabled",
        clip={
            "x": words["x"] - MARGIN,
            "y": title["y"] - MARGIN,
            "width": words["width"] + 2 * MARGIN,
            "height": words["y"] + words["height"] - title["y"] + 2 * MARGIN,
        },
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_it_looks_right_and_axe_finds_nothing(open_page: OpenPage, theme: Any, width: int) -> None:
    page = open_page(color_scheme=theme, viewport={"width": width, "height": 900})
    ARTIFACTS.mkdir(exist_ok=True)
    found: dict[str, Any] = {}

    def look(state: str, *, whole: bool = True) -> None:
        page.screenshot(
            path=ARTIFACTS / f"page-{state}-{theme}-{width}.png",
            full_page=whole,
            animations="disabled",
        )
        found[state] = (overflow(page), violations(page))

    look("empty")
    classify(page, PRAISE)
    expect(page.locator("#marked mark").first).to_be_visible()
    if width == README_WIDTH:
        take_picture(page, ARTIFACTS / f"readme-{theme}.png")
    page.get_by_text("The numbers").click()
    page.locator("#marked mark").last.click()
    expect(page.locator("#without")).to_contain_text("Without")
    look("verdict")
    page.get_by_text("Use from code").click()
    expect(page.locator("#snippets pre")).to_have_count(3)
    look("code")
    page.get_by_role("button", name="Edit").click()
    page.get_by_label(REVIEW).fill(LINES)
    page.get_by_role("button", name="Judge each").click()
    expect(page.locator("#rows tr")).to_have_count(3)
    page.get_by_role("button", name="Why?").first.click()
    expect(page.locator(".why")).to_contain_text("Because of")
    look("lines")
    wide = "node => node.scrollWidth - node.clientWidth"
    assert page.locator(".scroll").evaluate(wide) == 0
    page.get_by_role("button", name="About the model").click()
    expect(page.locator("#facts dt").first).to_be_visible()
    look("card", whole=False)
    assert found == dict.fromkeys(("empty", "verdict", "code", "lines", "card"), (0, []))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    "state", ["negative", "mixed", "guess", "failed", "waiting", "throttled", "offline"]
)
def test_every_other_state_fits_and_passes_axe(open_page: OpenPage, theme: Any, state: str) -> None:
    page = open_page(color_scheme=theme, reduced_motion="reduce")
    page.allowed_noise = ("502", "503", "429", "ERR_INTERNET_DISCONNECTED")  # type: ignore[attr-defined]
    answers: dict[str, dict[str, Any]] = {
        "negative": {"json": {**ANSWER, "probability": 0.1}},
        "mixed": {"json": {**ANSWER, "probability": 0.5}},
        "guess": {"json": {**ANSWER, "known_words": 1}},
        "failed": {"status": 502, "json": {"code": "model_failed", "detail": "It failed."}},
        "waiting": {"status": 503, "json": {"code": "model_warming_up", "detail": "Wait."}},
        "throttled": {"status": 429, "json": {"code": "too_many_requests", "detail": "Wait."}},
    }
    shown = {
        "negative": "[data-verdict=negative]",
        "mixed": "[data-verdict=mixed]",
        "guess": "[data-verdict=guess]",
        "failed": "[data-kind=error]",
        "waiting": "text=The model is starting",
        "throttled": "text=Too many requests at once",
        "offline": "text=You are offline",
    }
    if state in answers:
        page.route("**/api/predict", lambda route: route.fulfill(**answers[state]))
    else:
        page.context.set_offline(True)
    classify(page, "A film.")
    expect(page.locator(shown[state]).first).to_be_visible()
    if state == "waiting":
        expect(page.locator("#elapsed")).to_have_text(re.compile(r"\d\ss$"))
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        picture = ARTIFACTS / f"page-{state}-{theme}-{width}.png"
        page.screenshot(path=picture, animations="disabled")
        assert overflow(page) == 0
    assert violations(page) == []


def test_the_page_is_usable_at_200_percent_and_without_motion(open_page: OpenPage) -> None:
    # At 200 % zoom, a window of 640 pixels leaves 320 for the layout.
    page = open_page(
        viewport={"width": 320, "height": 450}, device_scale_factor=2, reduced_motion="reduce"
    )
    answer(page, (2, 6, 1.0))
    classify(page, "A fine film")
    expect(page.locator("#verdict")).to_be_in_viewport()
    moving = (
        "() => document.getAnimations().length + [...document.querySelectorAll('*')].filter("
        "node => parseFloat(getComputedStyle(node).transitionDuration) > 0).length"
    )
    assert page.evaluate(moving) == 0
    assert overflow(page) == 0


def test_text_of_twice_the_size_breaks_no_layout(open_page: OpenPage) -> None:
    page = open_page(viewport={"width": 640, "height": 800})
    answer(page, (2, 6, 1.0))
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    classify(page, "A fine film\nand another one")
    expect(page.locator("#verdict")).to_be_visible()
    assert overflow(page) == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_meaning_depends_on_colour_alone(open_page: OpenPage, theme: Any) -> None:
    page = open_page(color_scheme=theme)
    shown = {}
    for probability in (0.9, 0.5, 0.1):
        answer(page, probability=probability)
        classify(page, f"A film of {probability}.")
        expect(page.locator("#certainty")).to_contain_text(
            f"{max(probability, 1 - probability):.0%}"[:-1]
        )
        symbol = page.locator("#sentiment").evaluate(
            "node => getComputedStyle(node, '::before').content"
        )
        shown[symbol[:3]] = page.locator("#sentiment").inner_text()
    assert shown == {'"▲\xa0': "Positive", '"◆\xa0': "Mixed", '"▼\xa0': "Negative"}


@pytest.mark.parametrize("width", [320, 1440])
def test_nothing_shifts_after_the_first_paint(open_page: OpenPage, width: int) -> None:
    page = open_page(viewport={"width": width, "height": 900})
    answer(page, (2, 6, 1.0))
    assert layout_shift(page) == 0
    classify(page, "A fine film\nin two lines")
    expect(page.locator("#entries li")).to_have_count(1)
    page.reload()
    expect(page.locator("#entries li")).to_have_count(1)
    assert layout_shift(page) == 0  # with the kept history
    page.goto("/#review=Another%20fine%20film")
    page.reload()
    expect(page.locator("#verdict")).to_be_visible()
    assert layout_shift(page) == 0  # with a verdict that comes later


@pytest.mark.parametrize("slower", [1, 6])
def test_nothing_moves_when_one_live_verdict_replaces_another(page: Page, slower: int) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    held: list[Route] = []

    def write(text: str, verdict: str) -> None:
        with page.expect_request("**/api/predict"):
            page.get_by_label(REVIEW).press_sequentially(text)
        # Wait until the key press no longer counts as the cause of a shift.
        page.wait_for_timeout(800)
        held.pop().fulfill(json={**ANSWER, "model": {"version": verdict}, "explanation": WORDS})
        expect(page.locator("#version")).to_have_text(verdict)

    page.route("**/api/predict", lambda route: held.append(route))  # noqa: PLW0108 - a function
    write("A fine film, I say", "first")
    write(", and again", "second")
    expect(page.locator("#entries li")).to_have_count(1)
    assert layout_shift(page) == 0


def test_a_live_verdict_does_not_move_the_text_field(page: Page) -> None:
    answer(page, (2, 6, 1.0))
    before = page.get_by_label(REVIEW).bounding_box()
    page.get_by_label(REVIEW).press_sequentially("A fine film, I say")
    expect(page.locator("#verdict")).to_be_visible()
    assert page.get_by_label(REVIEW).bounding_box() == before
