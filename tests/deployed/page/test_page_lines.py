"""Classification of each line: the table of verdicts and its CSV file."""

import csv
import io
import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.deployed.page.use import PRAISE, REVIEW, answer, overflow


def table_of(path: Path) -> list[list[str]]:
    """Return the cells of a downloaded CSV file."""
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def test_lines_are_classified_one_by_one_and_downloaded(page: Page) -> None:
    predictions = [
        {"sentiment": "positive", "probability": 0.97},
        {"error": {"code": "empty_review", "detail": "The review contains no text."}},
        {"sentiment": "negative", "probability": 0.00004},
    ]
    sent: list[Any] = []

    def batch(route: Route) -> None:
        sent.append(json.loads(route.request.post_data or "{}"))
        route.fulfill(json={"predictions": predictions, "model": None, "request_id": "1"})

    page.route("**/api/predict/batch", batch)
    answer(page)
    text = '=A "superb" film, it was\n\n<br>\nDull'
    page.get_by_label(REVIEW).fill(text)
    page.get_by_role("button", name="Classify each of 3 lines").click()
    rows = page.locator("#rows tr")
    expect(rows).to_have_count(3)
    assert sent == [{"reviews": ['=A "superb" film, it was', "<br>", "Dull"]}]
    expect(rows.nth(1)).to_contain_text("The review contains no text.")
    expect(rows.nth(2)).to_have_text("Dullnegativeunder 0.1 %")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    assert table_of(download.value.path()) == [
        ["review", "sentiment", "probability", "error"],
        ['\'=A "superb" film, it was', "positive", "0.97", ""],
        ["<br>", "", "", "empty_review"],
        ["Dull", "negative", "0.00004", ""],
    ]


def test_the_deployed_model_classifies_pasted_lines(page: Page) -> None:
    lines = [PRAISE, "", "Dull, lazy and far too long. A waste of time.", "<br>"]
    page.get_by_label(REVIEW).fill("\n".join(lines))
    for key in ("a", "x", "v"):
        page.get_by_label(REVIEW).press(f"Control+{key}")
    page.get_by_role("button", name="Classify each of 3 lines").click()
    expect(page.locator("#rows td:nth-child(2)")).to_have_text(
        ["positive", "negative", "The review contains no text."], timeout=20_000
    )
    expect(page.locator("#message-text")).to_have_text("1 positive, 1 negative, 1 not classified.")


def test_no_cell_of_the_file_is_a_formula(page: Page) -> None:
    starts = ["=", "+", "-", "@", "\t=", "\uff1d", "\uff0b", "\uff0d", "\uff20"]
    reviews = [f'{start}HYPERLINK("http://x")' for start in starts]
    verdict = {"sentiment": "negative", "probability": 0.1}
    page.route(
        "**/api/predict/batch",
        lambda route: route.fulfill(json={"predictions": [verdict] * len(reviews)}),
    )
    page.get_by_label(REVIEW).fill("\n".join(reviews))
    page.get_by_role("button", name="Classify each").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    assert download.value.suggested_filename == "verdicts.csv"
    _, *rows = table_of(download.value.path())
    assert [row[0] for row in rows] == [f"'{review}" for review in reviews]


def test_many_lines_are_sent_in_several_calls(page: Page) -> None:
    sizes: list[int] = []

    def batch(route: Route) -> None:
        reviews = json.loads(route.request.post_data or "{}")["reviews"]
        sizes.append(len(reviews))
        predictions = [{"sentiment": "positive", "probability": 0.97}] * len(reviews)
        route.fulfill(json={"predictions": predictions})

    page.route("**/api/predict/batch", batch)
    page.get_by_label(REVIEW).fill("A film.\n" * 600)
    page.get_by_role("button", name="Classify each of 600 lines").click()
    expect(page.locator("#message-text")).to_have_text("600 positive.")
    expect(page.locator("#count")).to_have_text("600 reviews")
    assert sizes == [512, 88]


def test_untrusted_lines_break_no_table(page: Page) -> None:
    lines = ["<img src=x onerror=alert(1)>", "\u202ereversed", "x" * 50_000, "zero\u200dwidth"]
    verdict = {"sentiment": "positive", "probability": 0.97}
    page.route(
        "**/api/predict/batch",
        lambda route: route.fulfill(json={"predictions": [verdict] * len(lines)}),
    )
    page.set_viewport_size({"width": 320, "height": 640})
    page.get_by_label(REVIEW).fill("\n".join(lines))
    page.get_by_role("button", name="Classify each").click()
    expect(page.locator("#rows td:first-child")).to_have_text(lines, use_inner_text=False)
    assert page.locator("main img").count() == 0
    assert overflow(page) == 0
    scroll = page.locator(".scroll")
    assert scroll.evaluate("node => node.scrollWidth - node.clientWidth") == 0
