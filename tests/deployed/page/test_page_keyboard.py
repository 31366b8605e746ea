"""The page with the keyboard only, and for a screen reader."""

import json
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.deployed.page.use import REVIEW, answer, classify

CONTROLS = [
    "Edit",
    "The review, with the phrases that moved the verdict",
    "Classify",
    "Loved it",
    "Hated it",
    "Mixed feelings",
    "A surprise",
    "A letdown",
    "Many reviews? Paste them, or drop or choose a text, CSV, TSV or JSON lines file:",
    "Judge each",
    "Treat as one",
    "Yes",
    "No",
    "Copy link",
    "The numbers",
    "Clear",
    "A fine film and a dull one",
    "Use from code",
]


def focused(page: Page) -> str:
    """Return the accessible name of the focused element."""
    name: str = page.evaluate(
        "document.activeElement.labels?.[0]?.textContent ?? "
        "(document.activeElement.getAttribute('aria-label') || document.activeElement.textContent)"
    )
    return name.strip()


def test_every_control_is_reached_by_tab_with_a_visible_focus(page: Page) -> None:
    answer(page, (2, 6, 1.0))
    page.get_by_label(REVIEW).fill("A fine film\nand a dull one")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#entries li")).to_have_count(1)
    page.get_by_role("button", name="About the model").focus()
    reached = []
    for _ in range(len(CONTROLS)):
        page.keyboard.press("Tab")
        reached.append(focused(page))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid", reached[-1]
    assert reached == CONTROLS


def test_a_whole_visit_with_the_keyboard_only(page: Page) -> None:
    said: list[Any] = []

    def take(route: Route) -> None:
        said.append(json.loads(route.request.post_data or "{}")["correct"])
        route.fulfill(status=201, json={"status": "recorded", "request_id": "2"})

    answer(page, (2, 11, 1.5), (13, 19, 0.5), request_id="1")
    page.route("**/api/feedback", take)

    def tab(times: int, key: str) -> None:
        for _ in range(times):
            page.keyboard.press("Tab")
        page.keyboard.press(key)

    tab(2, "A")
    page.keyboard.type(" wonderful, moving film.")
    tab(1, "Enter")
    expect(page.locator("#verdict")).to_be_visible()
    tab(7, "Enter")  # the examples, the file, and the first button of the feedback
    expect(page.locator("#thanks")).to_have_text("Thank you. Your feedback is saved.")
    expect(page.locator("#thanks")).to_be_focused()
    assert said == ["positive"]
    tab(2, "Enter")
    expect(page.locator("#movers")).to_be_visible()
    page.locator("#marked").focus()
    page.keyboard.press("ArrowRight")  # the phrases of the review
    expect(page.locator("#marked mark").first).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#marked mark").last).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#marked mark").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#without")).to_contain_text("Without 'wonderful'")
    page.get_by_role("button", name="Edit").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label(REVIEW)).to_be_focused()


def test_the_verdict_appears_inside_a_live_region_that_was_there_before(page: Page) -> None:
    regions = page.evaluate(
        "[...document.querySelectorAll('[aria-live]')].map(region =>"
        " [region.checkVisibility(), region.contains(document.getElementById('verdict'))])"
    )
    assert regions == [[True, True]]


def test_every_element_has_an_accessible_name(page: Page) -> None:
    answer(page, (2, 6, 1.5), (7, 11, -0.25))
    classify(page, "A fine film")
    page.get_by_text("The numbers").click()
    expect(page.locator("main")).to_match_aria_snapshot(
        """
        - heading "Did they like the film?" [level=1]
        - button "About the model"
        - button "Edit"
        - region "The review, with the phrases that moved the verdict":
          - 'button "fine: pushes strongly towards positive"'
          - 'button "film: pushes slightly towards negative"'
        - status
        - button "Classify"
        - status
        - group "Examples to try:":
          - button "Loved it"
          - button "Hated it"
          - button "Mixed feelings"
        - group "Try to fool it:":
          - button "A surprise"
          - button "A letdown"
        - region "Verdict":
          - paragraph:
            - strong: Positive
            - text: 97% positive
          - paragraph: "Because of 'fine', despite 'film'."
        - group "Was this right?":
          - button "Yes"
          - button "No"
        - status
        - button "Copy link"
        - status
        - region "Why this verdict":
          - group:
            - list:
              - listitem: “fine” +1.50
              - listitem: “film” \u22120.25
        - region "This visit":
          - heading "This visit" [level=2]
          - button "Clear"
          - list:
            - listitem:
              - link "A fine film"
              - text: 97% positive
        """
    )


def test_an_error_describes_the_text_field_and_is_cleared(page: Page) -> None:
    classify(page, " ")
    expect(page.get_by_label(REVIEW)).to_have_accessible_description(
        "English works best. Ctrl + Enter classifies. Write a review first."
    )
    expect(page.get_by_label(REVIEW)).to_have_attribute("aria-invalid", "true")
    answer(page)
    classify(page, "A fine film")
    expect(page.locator("#verdict")).to_be_visible()
    expect(page.get_by_label(REVIEW)).to_have_attribute("aria-invalid", "false")
