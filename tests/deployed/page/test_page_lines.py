"""Lists of reviews: lines, tables and files, the table of verdicts and its CSV file."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.deployed.page.use import PRAISE, REVIEW, answer, overflow


def table_of(path: Path) -> list[list[str]]:
    """Return the cells of a downloaded CSV file."""
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def test_lines_are_classified_one_by_one_and_downloaded(page: Page) -> None:
    predictions = [
        {"sentiment": "positive", "probability": 0.52},
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
    expect(page.locator("#looks")).to_have_text("Looks like 3 reviews:")
    page.get_by_role("button", name="Judge each").click()
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
    verdict = {"sentiment": "negative", "probability": 0.1}
    page.route(
        "**/api/predict/batch",
        lambda route: route.fulfill(json={"predictions": [verdict] * len(reviews)}),
    )
    page.get_by_label(REVIEW).fill("\n".join(reviews))
    page.get_by_role("button", name="Judge each").click()
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
    page.get_by_role("button", name="Judge each").click()
    expect(page.locator("#message-text")).to_have_text("600 positive.")
    expect(page.locator("#count")).to_have_text("600 reviews")
    assert sizes == [512, 88]
    page.emulate_media(media="print")
    unseen = "node => node.scrollHeight - node.clientHeight"
    assert page.locator(".scroll").evaluate(unseen) == 0
    expect(page.locator("#download")).to_be_hidden()


def test_untrusted_lines_break_no_table(page: Page) -> None:
    lines = ["<img src=x onerror=alert(1)>", "\u202ereversed", "x" * 50_000, "zero\u200dwidth"]
    verdict = {"sentiment": "positive", "probability": 0.97}
    page.route(
        "**/api/predict/batch",
        lambda route: route.fulfill(json={"predictions": [verdict] * len(lines)}),
    )
    page.set_viewport_size({"width": 320, "height": 640})
    page.get_by_label(REVIEW).fill("\n".join(lines))
    page.get_by_role("button", name="Judge each").click()
    expect(page.locator("#rows td:first-child")).to_have_text(lines, use_inner_text=False)
    assert page.locator("main img").count() == 0
    assert overflow(page) == 0
    scroll = page.locator(".scroll")
    assert scroll.evaluate("node => node.scrollWidth - node.clientWidth") == 0


TABLE = """id,text,label
1,"A ""fine"" film, really",1
2,"Dull
and long",0
3,Not for me,1
"""


def judge_table(page: Page) -> list[Any]:
    """Stub the answers to the reviews of TABLE and return the lists that are sent."""
    sent: list[Any] = []

    def batch(route: Route) -> None:
        sent.append(json.loads(route.request.post_data or "{}")["reviews"])
        known = {"words": 9, "known_words": 9}
        chances = (0.97, 0.2, 0.45)
        predictions = [{"probability": chance, **known} for chance in chances]
        route.fulfill(json={"predictions": predictions})

    page.route("**/api/predict/batch", batch)
    return sent


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("reviews.csv", TABLE.encode()),
        ("reviews.csv", b"\xef\xbb\xbf" + TABLE.replace("\n", "\r\n").encode()),
        ("reviews.tsv", TABLE.replace("1,", "1\t").replace("2,", "2\t").replace("3,", "3\t")
         .replace(",1", "\t1").replace(",0", "\t0")
         .replace("id,text,label", "id\ttext\tlabel").encode()),
        ("reviews.csv", TABLE.encode("utf-16")),
    ],
)  # fmt: skip
def test_a_file_is_read_as_a_table_with_labels(page: Page, name: str, content: bytes) -> None:
    sent = judge_table(page)
    file = {"name": name, "mimeType": "text/csv", "buffer": content}
    page.locator("#file").set_input_files(file)  # type: ignore[arg-type]
    expect(page.locator("#looks")).to_have_text("Looks like 3 reviews:")
    page.get_by_role("button", name="Judge each").click()
    expect(page.locator("#accuracy")).to_have_text("Right on 2 of 3 reviews with a label (67%).")
    (reviews,) = sent
    assert [review.split() for review in reviews] == [
        ["A", '"fine"', "film,", "really"],
        ["Dull", "and", "long"],
        ["Not", "for", "me"],
    ]
    expect(page.locator("#message-text")).to_have_text("1 positive, 1 mixed, 1 negative.")


def test_a_list_is_filtered_sorted_and_kept(page: Page) -> None:
    judge_table(page)
    page.get_by_label(REVIEW).fill(TABLE)
    page.get_by_role("button", name="Judge each").click()
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


def test_a_table_without_labels_or_with_prose_is_no_guesswork(page: Page) -> None:
    for text, count in (
        ("A fine film, really\nDull, and long\nA film, a joy", 3),
        ("review\nA fine film, really\nDull, and long", 2),
        ("1\tA fine film\n0\tDull and long", 2),
        ('"unclosed, quotation\nand another line', 2),
    ):
        page.get_by_label(REVIEW).fill(text)
        expect(page.locator("#looks")).to_have_text(f"Looks like {count} reviews:")


def test_several_lines_can_be_one_review(page: Page) -> None:
    answer(page)
    page.get_by_label(REVIEW).fill("A fine film.\n\nI liked it.")
    page.get_by_role("button", name="Treat as one").click()
    expect(page.locator("#sentiment")).to_have_text("Positive")
    expect(page.locator("#batch")).to_be_hidden()


def test_a_dropped_file_is_read(page: Page) -> None:
    page.evaluate(
        """() => {
          const carried = new DataTransfer();
          carried.items.add(new File(["A fine film\\nDull"], "reviews.txt", { type: "text/plain" }));
          document.body.dispatchEvent(
            new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.get_by_label(REVIEW)).to_have_value("A fine film\nDull")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x00\x01", "film.bin is not a text file. Choose a CSV, TSV or text file."),
        (
            b"A film.\n" * 700_000,
            'film.bin is larger than 5,000,000 bytes. The command "make score" judges files of any size.',
        ),
    ],
)
def test_a_file_that_the_page_cannot_read_is_refused(
    page: Page, content: bytes, message: str
) -> None:
    file = {"name": "film.bin", "mimeType": "image/png", "buffer": content}
    page.locator("#file").set_input_files(file)  # type: ignore[arg-type]
    expect(page.locator("#message")).to_have_text(message)


def test_a_long_file_is_taken_at_once(page: Page) -> None:
    text = "".join(f"A film of {row} words and no more than that.\n" for row in range(5000))
    file = {"name": "reviews.txt", "mimeType": "text/plain", "buffer": text.encode()}
    page.set_default_timeout(10_000)
    page.locator("#file").set_input_files(file)  # type: ignore[arg-type]
    expect(page.locator("#looks")).to_have_text("Looks like 5,000 reviews:", timeout=10_000)
    expect(page.get_by_label(REVIEW)).to_have_value(text)
