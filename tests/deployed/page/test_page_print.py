"""The printed page: what was asked and answered, without what one can click."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.deployed.page.conftest import OpenPage
from tests.deployed.page.use import PRAISE, REVIEW, classify, judge_each

CONTROLS = "button, select, input, a, summary, [role=group]"
UNSEEN = "node => node.scrollHeight - node.clientHeight"


def print_out(page: Page) -> None:
    """Show the page as it is printed, which has nothing to click."""
    page.emulate_media(media="print")
    assert [one.inner_text() for one in page.locator(CONTROLS).all() if one.is_visible()] == []


def test_a_verdict_is_printed_with_its_text_and_reasons(page: Page) -> None:
    classify(page, PRAISE)
    expect(page.locator("#marked mark").first).to_be_visible()
    expect(page.get_by_role("button", name="Copy link")).to_be_visible()
    expect(page.get_by_text("Was this right?")).to_be_visible()
    print_out(page)
    for shown in ("h1", "#marked", "#verdict", "#because"):
        expect(page.locator(shown)).to_be_visible()
    for hidden in ("#pointed", "#hint", "#history", "#numbers"):
        expect(page.locator(hidden)).to_be_hidden()


def test_a_text_is_printed_to_its_end(page: Page) -> None:
    page.get_by_label(REVIEW).fill(f"{PRAISE}\n" * 30)
    print_out(page)
    assert page.get_by_label(REVIEW).evaluate(UNSEEN) == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_list_is_printed_to_its_end(open_page: OpenPage, theme: Any) -> None:
    page = open_page(color_scheme=theme)
    long = "A film of many words, which the table shortens. " * 20
    judge_each(page, f"{long}\n" * 60, {"sentiment": "positive", "probability": 0.97})
    expect(page.locator("#count")).to_have_text("60 reviews")
    print_out(page)
    assert page.locator(".scroll").evaluate(UNSEEN) == 0
    assert page.locator(".clamped").first.evaluate(UNSEEN) == 0
    expect(page.get_by_role("columnheader", name="Why")).to_be_hidden()
    expect(page.get_by_label(REVIEW)).to_be_hidden()  # the table has its lines
    expect(page.locator("#shares span").first).to_be_visible()
    assert (
        page.locator("body").evaluate("node => getComputedStyle(node).color") == "rgb(29, 37, 48)"
    )
