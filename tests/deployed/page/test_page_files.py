"""Files of reviews that are chosen or dropped."""

import pytest
from playwright.sync_api import Page, expect

from tests.deployed.page.use import CHANCES, REVIEW, TABLE, answer_list


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
    sent = answer_list(page, *CHANCES)
    file = {"name": name, "mimeType": "text/csv", "buffer": content}
    page.locator("#file").set_input_files(file)  # type: ignore[arg-type]
    expect(page.locator("#looks")).to_have_text("Looks like 3 reviews:")
    page.get_by_role("button", name="Judge each").click()
    expect(page.locator("#accuracy")).to_have_text("Right on 2 of 3 reviews with a label (67%).")
    (body,) = sent
    assert [review.split() for review in body["reviews"]] == [
        ["A", '"fine"', "film,", "really"],
        ["Dull", "and", "long"],
        ["Not", "for", "me"],
    ]
    expect(page.locator("#message-text")).to_have_text("1 positive, 1 mixed, 1 negative.")


def drop(page: Page, *names: str) -> None:
    """Drop files of two lines on the page."""
    page.evaluate(
        """names => {
          const carried = new DataTransfer();
          names.forEach(name => carried.items.add(new File(["A fine film\\nDull"], name)));
          document.body.dispatchEvent(
            new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true }));
        }""",
        names,
    )


def test_a_dropped_file_is_read(page: Page) -> None:
    drop(page, "reviews.txt")
    expect(page.get_by_label(REVIEW)).to_have_value("A fine film\nDull")


def test_several_dropped_files_are_refused(page: Page) -> None:
    drop(page, "a.txt", "b.txt")
    expect(page.locator("#message")).to_have_text("2 files were dropped. Drop one file at a time.")
    expect(page.get_by_label(REVIEW)).to_be_empty()


def test_a_file_that_the_browser_cannot_read_is_refused(page: Page) -> None:
    page.add_init_script(
        "File.prototype.arrayBuffer = () => Promise.reject(new DOMException('not a file'));"
    )
    page.reload()
    drop(page, "folder")
    expect(page.locator("#message")).to_have_text(
        "folder cannot be read. Choose a CSV, TSV or text file."
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "Schön\nGrün, caf".encode() + b"\xe9\n",
            "film.bin, line 2: a character is not valid UTF-8. Save the file as UTF-8 again.",
        ),
        (
            b"\xef\xbb\xbfA caf\xe9",
            "film.bin, line 1: a character is not valid UTF-8. Save the file as UTF-8 again.",
        ),
        (b"", "film.bin is empty. Choose a file with text."),
        (b"\xef\xbb\xbf \n", "film.bin is empty. Choose a file with text."),
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


def test_a_file_in_an_old_encoding_is_read(page: Page) -> None:
    text = "Schön\nGrün, café"
    file = {"name": "film.txt", "mimeType": "text/plain", "buffer": text.encode("cp1252")}
    page.locator("#file").set_input_files(file)  # type: ignore[arg-type]
    expect(page.get_by_label(REVIEW)).to_have_value(text)
