"""Lists of reviews, one on each line, and the CSV file of their verdicts."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.deployed.page.use import PRAISE, REVIEW, answer, judge_each, overflow, table_of


def test_lines_are_classified_one_by_one_and_downloaded(page: Page) -> None:
    predictions: list[dict[str, Any]] = [
        {"sentiment": "positive", "probability": 0.52},
        {"error": {"code": "empty_review", "detail": "The review contains no text."}},
        {"sentiment": "negative", "probability": 0.00004},
    ]
    answer(page)
    text = '=A "superb" film, it was\n\n<br>\nDull'
    page.get_by_label(REVIEW).fill(text)
    expect(page.locator("#looks")).to_have_text("Looks like 3 reviews:")
    sent = judge_each(page, text, *predictions)
    rows = page.locator("#rows tr")
    expect(rows).to_have_count(3)
    assert sent == [{"reviews": ['=A "superb" film, it was', "<br>", "Dull"]}]
    expect(rows.nth(1)).to_contain_text("The review contains no text.")
    expect(rows.nth(2)).to_have_text("DullNegativeover 99% negativeWhy?")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    assert table_of(download.value.path()) == [
        ["review", "verdict", "chance", "probability", "error"],
        ['\'=A "superb" film, it was', "Mixed", "52% positive", "0.52", ""],
        ["<br>", "", "", "", "empty_review"],
        ["Dull", "Negative", "over 99% negative", "0.00004", ""],
    ]


def test_the_deployed_model_classifies_pasted_lines(page: Page) -> None:
    lines = [PRAISE, "", "Dull, lazy and far too long. A waste of time.", "<br>"]
    page.get_by_label(REVIEW).fill("\n".join(lines))
    for key in ("a", "x", "v"):
        page.get_by_label(REVIEW).press(f"Control+{key}")
    page.get_by_role("button", name="Judge each").click()
    expect(page.locator("#rows td:nth-child(2)")).to_have_text(
        [re.compile("ositive"), re.compile("egative"), "The review contains no text."],
    )
    expect(page.locator("#message-text")).to_have_text("1 positive, 1 negative, 1 not judged.")
    page.get_by_role("button", name="Why? One of the best").click()
    expect(page.locator(".why")).to_contain_text("Because of '")
    expect(page.locator(".why .marked")).to_have_text(PRAISE)
    page.get_by_role("button", name="Why? One of the best").click()
    expect(page.locator(".why")).to_have_count(0)


def test_no_cell_of_the_file_is_a_formula(page: Page) -> None:
    starts = ["=", "+", "-", "@", "\t=", "\uff1d", "\uff0b", "\uff0d", "\uff20"]
    reviews = [f'{start}HYPERLINK("http://x")' for start in starts]
    judge_each(page, "\n".join(reviews), {"sentiment": "negative", "probability": 0.1})
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    assert download.value.suggested_filename == "verdicts.csv"
    _, *rows = table_of(download.value.path())
    assert [row[0] for row in rows] == [f"'{review}" for review in reviews]


def test_many_lines_are_sent_in_several_calls(page: Page) -> None:
    sent = judge_each(page, "A film.\n" * 600, {"sentiment": "positive", "probability": 0.97})
    expect(page.locator("#message-text")).to_have_text("600 positive.")
    expect(page.locator("#count")).to_have_text("600 reviews")
    assert [len(body["reviews"]) for body in sent] == [512, 88]


def test_untrusted_lines_break_no_table(page: Page) -> None:
    lines = ["<img src=x onerror=alert(1)>", "\u202ereversed", "x" * 50_000, "zero\u200dwidth"]
    page.set_viewport_size({"width": 320, "height": 640})
    judge_each(page, "\n".join(lines), {"sentiment": "positive", "probability": 0.97})
    expect(page.locator("#rows td:first-child")).to_have_text(lines, use_inner_text=False)
    assert page.locator("main img").count() == 0
    assert overflow(page) == 0
    scroll = page.locator(".scroll")
    assert scroll.evaluate("node => node.scrollWidth - node.clientWidth") == 0


def test_a_table_without_labels_or_with_prose_is_no_guesswork(page: Page) -> None:
    for text, found in (
        ("A fine film, really\nDull, and long\nA film, a joy", "3 reviews"),
        ("review\nA fine film, really\nDull, and long", "2 reviews"),
        ("1\tA fine film\n0\tDull and long", "2 reviews in column 2"),
        ('"unclosed, quotation\nand another line', "2 reviews"),
    ):
        page.get_by_label(REVIEW).fill(text)
        expect(page.locator("#looks")).to_have_text(f"Looks like {found}:")


def test_several_lines_can_be_one_review(page: Page) -> None:
    answer(page)
    page.get_by_label(REVIEW).fill("A fine film.\n\nI liked it.")
    page.get_by_role("button", name="Treat as one").click()
    expect(page.locator("#sentiment")).to_have_text("Positive")
    expect(page.locator("#batch")).to_be_hidden()
