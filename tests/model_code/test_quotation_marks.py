"""Quotation marks in tables: texts over several lines, and marks that nobody closes."""

import csv
import io
from pathlib import Path

import pytest

from scripts.score import ScoreError
from scripts.score.parts import survey
from scripts.score.tables import Table
from sentiment.datasets import read_channel
from sentiment.errors import DatasetError
from sentiment.schema import Schema

ROWS = [("ham", f"see you at lunch {n}") for n in range(5)]
ROWS += [("spam", f"free prize {n}") for n in range(5)]
OPEN = [("ham", '"Hello there'), ("spam", "win money"), ("ham", 'the screen is 12"')]
# Order of the fields: label, text and number
ORDERS = [(0, 1), (1, 0), (2, 0, 1), (2, 1, 0), (0, 2, 1), (1, 2, 0), (1, 0, 2)]
HEADER = ("label", "text", "id")


def lines(
    rows: list[tuple[str, str]], order: tuple[int, ...], delimiter: str, *, header: bool
) -> str:
    """Return the lines of a table without any quoting."""
    table = [HEADER] if header else []
    table += [(label, text, str(number)) for number, (label, text) in enumerate(rows, 100)]
    return "".join(delimiter.join(row[place] for place in order) + "\n" for row in table)


def refused(file: Path, schema: Schema) -> list[str]:
    """Return the messages of the training and of the scoring."""
    with pytest.raises(DatasetError) as training:
        read_channel(file, schema)
    with pytest.raises(ScoreError) as scoring:
        survey([Table(file.name, file, schema)], explain=False)
    return [str(training.value), str(scoring.value)]


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("delimiter", [",", ";", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_rows_within_a_field_are_refused_with_their_line(
    tmp_path: Path, order: tuple[int, ...], delimiter: str, end: str, *, header: bool
) -> None:
    content = lines([*ROWS, *OPEN, *ROWS], order, delimiter, header=header)
    file = tmp_path / "r.csv"
    file.write_text(content.replace("\n", end), newline="")
    schema = Schema() if header else Schema(str(order.index(1) + 1), str(order.index(0) + 1))
    place = f"r.csv, line {12 if header else 11}: a field contains whole rows: "
    for message in refused(file, schema):
        assert message.startswith(place)
        assert "\n" not in message


def test_rows_within_the_first_row_of_a_table_without_a_header_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "r.csv"
    file.write_text(lines([*OPEN, *ROWS], (0, 1), ",", header=False))
    for message in refused(file, Schema("2", "1")):
        assert message.startswith("r.csv, line 1: a field contains whole rows")


def test_rows_within_another_column_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "r.csv"
    rows = [f"{n},a title,some text,{n % 2}" for n in range(9)]
    rows[3:6] = ['3,"great,some text,1', "4,a title,some text,0", '5,for 5",some text,1']
    file.write_text("id,title,text,label\n" + "\n".join(rows))
    for message in refused(file, Schema()):
        assert message.startswith("r.csv, line 5: a field contains whole rows")


def test_rows_within_a_field_without_labels_are_refused_if_there_are_many(tmp_path: Path) -> None:
    file = tmp_path / "r.csv"
    rows = [f"{n},some text" for n in range(1, 20)]
    rows[4], rows[12] = '5,"great', '13,for 5"'
    file.write_text("id,text\n" + "\n".join(rows))
    with pytest.raises(ScoreError, match=r"^r\.csv, line 6: a field contains whole rows"):
        survey([Table("r.csv", file)], explain=False)


TEXTS = [
    "Hello,\nI bought it, and it broke.\n\nYours, A",
    "Roses are red,\nviolets are blue,\nsugar is sweet,\nso are,\nyou,",
    "def f(a,b):\n    return a,b\n\nf(1,2)\n",
    "x = [\n1,2\n3,4\n]",
    "id,name\n1,Ann\n2,Bob",
    "Did he?\nham, he said\nspam, I said",
    'He said "ham\nspam".',
    "From: a@b.c\nTo: d@e.f\nSubject: ham,spam,eggs\n\nBuy now,\ncheap",
    "ham\nspam",
]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_texts_over_several_lines_are_read(
    tmp_path: Path, order: tuple[int, ...], delimiter: str
) -> None:
    rows = [*ROWS, *((label, text) for text in TEXTS for label in ("ham", "spam"))]
    file = tmp_path / "r.csv"
    with file.open("w", newline="") as opened:
        table = [HEADER, *((label, text, str(n)) for n, (label, text) in enumerate(rows))]
        csv.writer(opened, delimiter=delimiter).writerows(
            [row[place] for place in order] for row in table
        )
    assert read_channel(file)["train"].texts == [text for _, text in rows]
    assert [row.review for row in Table("r.csv", file).rows()] == [text for _, text in rows]


LITERAL = [
    ("spam", '"great" film'),
    ("ham", '"Hello there'),
    ("spam", 'win 5" money'),
    ("ham", 'the screen is 12"'),
]


@pytest.mark.parametrize("name", ["r.tsv", "r.csv"])
@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("order", [*ORDERS, (0, 1), (1, 0)])
@pytest.mark.parametrize("marked", [LITERAL, LITERAL[:1], LITERAL[1:]])
def test_tables_with_tabs_that_never_quote_are_read_and_written_as_they_are(
    tmp_path: Path,
    name: str,
    order: tuple[int, ...],
    marked: list[tuple[str, str]],
    *,
    header: bool,
) -> None:
    rows = [*marked, *ROWS]
    content = lines(rows, order, "\t", header=header)
    file = tmp_path / name
    file.write_text(content)
    schema = Schema() if header else Schema(str(order.index(1) + 1), str(order.index(0) + 1))
    said: list[str] = []
    assert read_channel(file, schema, report=said.append)["train"].texts == [t for _, t in rows]
    assert "; tabs, no quoting, columns " in said[0]
    table, output = Table(name, file, schema), io.StringIO()
    writer = table.writer(output, tmp_path / "out", ["judged", "phrases"])
    for row, (_, text) in zip(table.rows(), rows, strict=True):
        assert row.review == text
        writer.write(row, {"judged": "ham", "phrases": [{"phrase": "a\tb"}]})
    added = [*(["judged\tphrases"] if header else []), *['ham\t[{"phrase": "a\\tb"}]'] * len(rows)]
    expected = [f"{a}\t{b}" for a, b in zip(content.splitlines(), added, strict=True)]
    assert output.getvalue().splitlines() == expected


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        # The marks of another row are doubled, so this table does quote.
        (
            'text\tlabel\n"a ""great"" film"\tham\n"dull" film\tspam\n',
            "r.tsv, line 3: a tab expected after '\"'; double each quotation mark",
        ),
        ('"text"\t"label"\n"dull" film\t"spam"\n', "r.tsv, line 2: a tab expected after"),
        # A text over two lines
        (
            'text\tlabel\n"one\ntwo"\tham\n"dull" film\tspam\n',
            "r.tsv, line 4: a tab expected after",
        ),
        ("text\tlabel\nfine\tham\nfine\n", "put a text with a tab or a quotation mark in double"),
    ],
)
def test_tables_with_tabs_that_quote_are_refused_with_the_name_of_the_tab(
    tmp_path: Path, content: str, reason: str
) -> None:
    file = tmp_path / "r.tsv"
    file.write_text(content)
    for message in refused(file, Schema()):
        assert reason in message
        assert "\t" not in message
