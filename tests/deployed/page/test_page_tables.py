"""Tables with labels: how they are read, what their labels mean, and the accuracy."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.deployed.page.use import REVIEW, answer, judge_each, violations

GOOD_THEN_BAD = ({"probability": 0.97}, {"probability": 0.03})
NOT_UNDERSTOOD = "The labels are not recognized, so the accuracy is unknown."


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


def test_the_marks_of_a_row_say_their_direction(page: Page) -> None:
    judge_each(page, "Good film\nBad film", *GOOD_THEN_BAD)
    answer(page, (0, 4, 1.5))
    page.get_by_role("button", name="Why? Good film").click()
    mark = page.get_by_role("img", name="Good: pushes strongly towards positive", exact=True)
    expect(mark).to_have_attribute("title", "Good: pushes strongly towards positive")
    assert violations(page) == []
