"""The filters and the order of a judged list, and what a reload keeps of it."""

import re

from playwright.sync_api import Page, expect

from tests.deployed.page.use import CHANCES, REVIEW, TABLE, judge_each, table_of


def test_a_list_is_filtered_sorted_and_kept(page: Page) -> None:
    judge_each(page, TABLE, *CHANCES)
    firsts = page.locator("#rows td:first-child")
    expect(firsts).to_have_count(3)
    page.reload()  # loses nothing
    expect(firsts).to_have_count(3)
    expect(page.locator("#accuracy")).to_contain_text("2 of 3")
    expect(page.get_by_label(REVIEW)).to_have_value(TABLE)
    page.get_by_label("Order").select_option("least certain first")
    expect(firsts).to_have_text([re.compile("Not"), re.compile("Dull"), re.compile("fine")])
    page.get_by_label("Order").select_option("most certain first")
    expect(firsts).to_have_text([re.compile("fine"), re.compile("Dull"), re.compile("Not")])
    page.get_by_role("button", name="Wrong 1").click()
    expect(firsts).to_have_text([re.compile("Not")])
    expect(page.get_by_role("button", name="Wrong 1")).to_be_focused()
    widths = page.locator("#shares span").evaluate_all(
        "parts => parts.map(part => part.getBoundingClientRect().width)"
    )
    assert [round(3 * width / sum(widths)) for width in widths] == [1, 1, 1, 0, 0]
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    head, *rows = table_of(download.value.path())
    assert head == ["review", "verdict", "chance", "probability", "label", "error"]
    assert [row[1:5] for row in rows] == [
        ["Positive", "97% positive", "0.97", "positive"],
        ["Mostly negative", "80% negative", "0.2", "negative"],
        ["Mixed", "55% negative", "0.45", "positive"],
    ]


def test_a_reload_keeps_the_filter_and_the_order_of_a_list(page: Page) -> None:
    judge_each(page, TABLE, *CHANCES)
    page.get_by_label("Order").select_option("least certain first")
    page.get_by_role("button", name="Wrong 1").click()
    page.reload()
    firsts = page.locator("#rows td:first-child")
    expect(firsts).to_have_text([re.compile("Not")])
    expect(page.get_by_label("Order")).to_have_value("uncertain")
    expect(page.get_by_role("button", name="Wrong 1")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Judge each").click()  # another list has the first view
    expect(firsts).to_have_text([re.compile("fine"), re.compile("Dull"), re.compile("Not")])


def test_a_list_that_cannot_be_stored_says_so(page: Page) -> None:
    judge_each(page, "\n".join(["A film. " * 8_000] * 50), {"probability": 0.97})
    expect(page.locator("#message-text")).to_have_text(
        "50 positive. The browser cannot store a list this long: download it before you reload the page."
    )
