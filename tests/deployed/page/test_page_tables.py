"""Tables with labels: how they are read, what their labels mean, and the accuracy."""

import re

import pytest
from playwright.sync_api import Page, expect

from sentiment.columns import USUAL
from tests.deployed.page.use import REVIEW, answer, judge_each, violations

GOOD_THEN_BAD = ({"probability": 0.97}, {"probability": 0.03})
NOT_UNDERSTOOD = "The labels are not recognized, so the accuracy is unknown."


def reviews_of(page: Page, text: str) -> list[str]:
    """Judge each of the two reviews in a text, and return them."""
    sent = judge_each(page, text, *GOOD_THEN_BAD)
    expect(page.locator("#rows tr")).to_have_count(2)
    (body,) = sent
    reviews: list[str] = body["reviews"]
    return reviews


@pytest.mark.parametrize(
    ("table", "accuracy"),
    [
        *(
            (f"review,label\nGood,{good}\nBad,{bad}", "Right on 2 of 2 reviews with a label (100%).")
            for bad, good in (
                ("0", "1"), ("-1", "+1"), ("1", "2"), ("0", "4"), ("neg", "pos"), ("no", "Yes"),
                ("negative", "Positive"), ("False", "True"), ("0.0", "1.0"),
            )
        ),
        ("review,spoiler,sentiment\nGood,0,1\nBad,1,0", "Right on 2 of 2 reviews with a label (100%)."),
        ("review,spoiler,rating\nGood,0,5\nBad,1,1", NOT_UNDERSTOOD),
        ("review,stars\nGood,5\nBad,1\nGood,4\nBad,2", NOT_UNDERSTOOD),
        ("review,label\nGood,1\nBad,1", NOT_UNDERSTOOD),
        ("review,label\nGood,1\nBad,0\nGood,positive", NOT_UNDERSTOOD),
        ("1,Good film,1\n2,Bad film,0", "Right on 2 of 2 reviews with a label (100%)."),
    ],
)  # fmt: skip
def test_the_whole_column_decides_what_a_label_means(page: Page, table: str, accuracy: str) -> None:
    judge_each(page, table, *GOOD_THEN_BAD)
    expect(page.locator("#accuracy")).to_have_text(accuracy)


@pytest.mark.parametrize(
    ("right", "rows", "share"),
    [(2, 2, "100%"), (299, 300, "over 99%"), (1, 300, "under 1%"), (0, 3, "0%"), (2, 3, "67%")],
)
def test_the_accuracy_is_rounded_to_the_true_side(
    page: Page, right: int, rows: int, share: str
) -> None:
    table = "review,label\n" + "".join(f"Film {row},positive\n" for row in range(rows))
    chances = [{"probability": 0.97 if row < right else 0.03} for row in range(rows)]
    judge_each(page, table, *chances)
    expect(page.locator("#accuracy")).to_have_text(
        f"Right on {right} of {rows} reviews with a label ({share})."
    )


def test_a_guess_is_not_counted_as_right(page: Page) -> None:
    guess = {"probability": 0.5, "words": 3, "known_words": 0}
    judge_each(page, "review,label\nGood,1\nQwx,1\nQwz,0", {"probability": 0.97}, guess, guess)
    expect(page.locator("#accuracy")).to_have_text(
        "Right on 1 of 1 reviews with a label (100%). Not counted: 2 guesses."
    )
    expect(page.locator("#message-text")).to_have_text("1 positive, 2 guesses.")


@pytest.mark.parametrize(
    "table",
    [
        "sep=|\nreview|label\nGood, really|1\nBad|0\n",
        "sep=;\nreview;label\nGood, really;1\nBad;0\n",
        "\ufeffsep=,\r\nreview,label\r\nGood,1\r\nBad,0\r\n",
        'label, "review"\n1, "Good, really"\n0,  "Bad"\n',
        '{"text": "Good, really", "label": 1}\n{"label": 0, "text": "Bad"}\n',
    ],
)
def test_tables_of_other_programs_are_read(page: Page, table: str) -> None:
    judge_each(page, table, *GOOD_THEN_BAD)
    expect(page.locator("#rows td:first-child")).to_have_text([re.compile("^Good"), "Bad"])
    expect(page.locator("#accuracy")).to_contain_text("Right on 2 of 2")


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ("review,label\nSuperb, moving film,1\nDull,0", 2),
        ('review,label\n"Superb,\nmoving",1\nDull,0\nTotal: 2 rows', 5),
        ("sep=;\r\nreview;label\r\nSuperb;1;\r\nDull;0", 3),
    ],
)
def test_a_row_of_another_width_is_named(page: Page, table: str, line: int) -> None:
    page.get_by_label(REVIEW).fill(table)
    expect(page.locator("#looks")).to_have_text(
        re.compile(
            f"^Line {line} does not have the columns of the header, "
            "so this is not read as a table. Looks like [345] reviews:$"
        )
    )


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("asin,reviewText,reviewTime\nB0,{0},2014\nB1,{1},2015\n", None),
        ("asin,comments,reviewTime\nB0,{0},2014\nB1,{1},2015\n", None),
        ("asin|Review Text|reviewTime\nB0|{0}|2014\nB1|{1}|2015\n", None),
        ("id;Kommentar;Bewertung\n0;{0};gut\n1;{1};schlecht\n", "Kommentar"),
        ("7,{0},2014\n8,{1},2015\n", "2"),
        ('{{"id": 7, "said": "{0}"}}\n{{"id": 8, "said": "{1}"}}\n', "said"),
        ("id\tsaid\n7\t{0}\n8\t{1}\n", "said"),
    ],
)
def test_the_column_of_the_texts_is_found(page: Page, table: str, column: str | None) -> None:
    texts = ["A film that moved me", "A dull and lazy film"]
    assert reviews_of(page, table.format(*texts)) == texts
    named = f" in column {column}" if column else ""
    expect(page.locator("#looks")).to_have_text(f"Looks like 2 reviews{named}:")


@pytest.mark.parametrize(
    "prose",
    [
        "Good film, I loved all of it\nBad film, I hated all of it\n",
        "A film that moved me\nA dull and lazy film\n",
        "Good,bad\nUgly,fine\n",
    ],
)
def test_lines_are_not_a_table(page: Page, prose: str) -> None:
    assert reviews_of(page, prose) == prose.splitlines()


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ('label\ttext\nspam\t"Dull\nham\tGood\nspam\tA screen of 5"\nham\tFine\n', 2),
        ('label,text\n1,Good\n0,"Dull\n1,Fine\n0,A screen of 5"\n', 3),
        ('text,label\nGood,1\n"Dull,0\nFine,1\nA screen of 5",0\n', 3),
        ('id,text\n11,Good\n12,"Dull\n13,A screen of 5"\n', 3),
        ('label,text\n1,Good\n0,Fine\n1,"Dull\n0,Good\n', 4),
        ('text\n"Dull\nGood\n', 2),
    ],
)
def test_an_open_quotation_is_named_and_nothing_is_read(page: Page, table: str, line: int) -> None:
    page.get_by_label(REVIEW).fill(table)
    expect(page.locator("#looks")).to_have_text(
        f"Line {line}: a quotation mark is not closed. "
        "Quote the whole text, and double the quotation marks in it."
    )
    expect(page.get_by_role("button", name="Judge each")).to_be_hidden()


def test_a_text_of_several_lines_is_one_text(page: Page) -> None:
    text = "I paid:\n1, for the music\n1,000 dollars, for the rest\n\nDull, really"
    assert reviews_of(page, f'label,text\n0,"{text}"\n1,Good\n') == [text, "Good"]


def test_a_column_may_be_alone(page: Page) -> None:
    assert reviews_of(page, 'text\n"Dull\nand long"\nGood\n') == ["Dull\nand long", "Good"]


def test_the_page_and_the_training_know_the_same_names(page: Page) -> None:
    known = page.evaluate("import('/columns.js').then(({ USUAL }) => USUAL)")
    assert {kind: frozenset(names) for kind, names in known.items()} == USUAL


def test_the_marks_of_a_row_say_their_direction(page: Page) -> None:
    judge_each(page, "Good film\nBad film", *GOOD_THEN_BAD)
    answer(page, (0, 4, 1.5))
    page.get_by_role("button", name="Why? Good film").click()
    mark = page.get_by_role("img", name="Good: pushes strongly towards positive", exact=True)
    expect(mark).to_have_attribute("title", "Good: pushes strongly towards positive")
    assert violations(page) == []
