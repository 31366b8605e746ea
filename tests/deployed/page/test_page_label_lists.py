"""Lists of texts with labels other than positive and negative."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.deployed.page.conftest import OpenPage
from tests.deployed.page.labels import EVEN, SPORTS, TABLE, answer, judged, write
from tests.deployed.page.use import judge_each, table_of


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """Open the page of a model of any data."""
    return open_page("/neutral")


def test_a_list_is_filtered_counted_and_compared_with_its_labels(page: Page) -> None:
    failed = {"error": {"code": "empty_review", "detail": "The review contains no text."}}
    wrong = judged({"business": 0.95, "science": 0.03, "sports": 0.02})
    judge_each(page, TABLE, judged(SPORTS), judged(EVEN), wrong, failed)
    expect(page.locator("#count")).to_have_text("4 texts")
    expect(page.locator("#message-text")).to_have_text(
        "1 sports, 1 business, 1 unsure, 1 not judged."
    )
    expect(page.locator("#accuracy")).to_have_text("Right on 2 of 3 texts with a label (67%).")
    expect(page.locator("#filters button")).to_have_text(
        ["All 4", "sports 1", "business 1", "Unsure 1", "Not judged 1", "Wrong 1"]
    )
    widths = page.locator("#shares span").evaluate_all(
        "parts => parts.map(part => [part.style.flexGrow, getComputedStyle(part).backgroundColor])"
    )
    assert [grow for grow, _ in widths] == ["1", "1", "1", "0", "1"]
    assert len({colour for _, colour in widths}) == 5
    page.get_by_role("button", name="sports 1").locator("bdi").click()
    expect(page.locator("#rows tr")).to_have_text(
        [re.compile("Clearly sports92%.*labelled sportsWhy")]
    )
    page.get_by_role("button", name="Wrong 1").click()
    expect(page.locator("#rows tr")).to_have_text([re.compile("labelled sports ✗")])
    page.reload()
    page.get_by_role("button", name="All 4").click()
    expect(page.locator("#rows tr")).to_have_count(4)
    expect(page.locator("#accuracy")).to_contain_text("2 of 3")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    head, *rows = table_of(download.value.path())
    assert head == ["text", "predicted", "verdict", "probability", "label", "error"]
    assert [row[1:] for row in rows] == [
        ["sports", "Clearly sports", "0.92", "sports", ""],
        ["business", "Unsure between business and sports", "0.45", "sports", ""],
        ["business", "Clearly business", "0.95", "business", ""],
        ["", "", "", "cooking", "empty_review"],
    ]


def test_many_labels_have_the_filters_of_the_most_frequent(page: Page) -> None:
    names = [f"label {place}" for place in range(12)]
    verdicts = [judged({name: 0.97, "other": 0.03}) for name in names]
    judge_each(page, "A text\n" * 13, *verdicts, judged({"label 3": 1}))
    expect(page.locator("#filters button").nth(1)).to_have_text("label 3 2")
    expect(page.locator("#filters button")).to_have_count(10)
    page.get_by_role("button", name="Other labels 4").click()
    expect(page.locator("#rows tr")).to_have_count(4)
    expect(page.locator("#message-text")).to_have_text(
        "2 label 3, 1 label 0, 1 label 1, 9 other labels."
    )


def test_known_labels_are_found_in_a_table_without_a_header(page: Page) -> None:
    answer(page, judged(SPORTS))
    write(page)
    expect(page.locator("#verdict")).to_be_visible()
    page.get_by_role("button", name="Edit").click()
    judge_each(page, 'sports,"Goal, he said"\nBUSINESS,"Sold, he said"', judged(SPORTS))
    expect(page.locator("#accuracy")).to_have_text("Right on 1 of 2 texts with a label (50%).")
