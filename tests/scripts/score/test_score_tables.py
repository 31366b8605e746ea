"""Reading and writing of the tables that `make score` takes."""

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest

from scripts.score import ScoreError
from scripts.score.__main__ import main
from scripts.score.parts import LARGEST, Survey, cut, line_of, survey
from scripts.score.tables import Table
from scripts.score.writers import Row
from sentiment.request import MAX_CHARACTERS
from sentiment.schema import Schema
from stacks.settings.scoring import ScoringSettings
from tests.support.commands import run


def table(folder: Path, name: str, content: str | bytes) -> Table:
    file = folder / name
    data = content.encode() if isinstance(content, str) else content
    file.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return Table(name, file)


@pytest.mark.parametrize(
    ("name", "content", "reviews", "labels"),
    [
        ("a.csv", 'id,Review\n1,fine\n2,"dull, slow"\n\n3,\n', ["fine", "dull, slow", ""], None),
        ("a.csv", "text;stars\nfine;5\n", ["fine"], ["5"]),
        ("a.csv", "\ufefftext\nfine\n", ["fine"], None),
        ("a.csv", 'text\n"one\ntwo"\n', ["one\ntwo"], None),
        ("a.csv", "id,sentiment,text\n1,pos,fine\n", ["fine"], ["pos"]),
        ("a.tsv", "text\tlabel\nfine, really\t1\n", ["fine, really"], ["1"]),
        ("a.csv.gz", "text\nfine\n", ["fine"], None),
        ("a.jsonl", '{"id": 1, "review": "fine"}\n\n{"review": 7}\n{"id": 3}\n', ["fine", 7, None], None),
        ("a.jsonl", '{"text": "a\\nb", "label": 1}', ["a\nb"], [1]),
        ("a.jsonl", '{"text": "a"}\n{"text": "b", "label": 1}\n{"text": "c"}', list("abc"), [None, 1, None]),
        ("a.jsonl", '{"None": 2, "review": "a"}\n{"text": "b"}\n{"review": "c"}', list("abc"), None),
        ("a.json", '[{"text": "fine", "label": 1},\n {"text": "dull"}]', ["fine", "dull"], [1, None]),
        ("a.csv", "sep=;\r\ntext;stars\r\nfine, really;5\r\n", ["fine, really"], ["5"]),
        ("a.txt", "__label__5 fine\n\n Dull, I think. \n", ["fine", "", " Dull, I think. "], ["5", None, None]),
    ],
)  # fmt: skip
def test_rows_have_reviews_and_labels(
    tmp_path: Path, name: str, content: str, reviews: list[Any], labels: list[Any] | None
) -> None:
    rows = list(table(tmp_path, name, content).rows())
    assert [row.review for row in rows] == reviews
    assert [row.label for row in rows] == (labels or [None] * len(rows))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "a.csv",
            "id,score\n1,2\n",
            "a.csv, line 1: no column text; found id, score; set dataset.t",
        ),
        ("a.jsonl", "{}\n", "a.jsonl, line 1: no key text; found nothing; set dataset.t"),
        ("a.csv", "review,comment\na,b\n", "may both be the text"),
        ("a.csv", "id,text\n1,fine\n2,dull, slow\n", "a.csv, line 3: 3 fields"),
        ("a.csv", 'text\n"fine\n', "a.csv, line 2"),
        ("a.csv", b"text\n\xff\xfe\n", "not UTF-8"),
        ("a.csv.gz", b"text\nfine\n", "a.csv.gz"),
        ("a.jsonl", '{"id": 1}\n', "a.jsonl, line 1: no key text"),
        ("a.jsonl", '{"text": "a"}\n{"text"\n', "a.jsonl, line 2: not JSON"),
        ("a.jsonl", "[1]\n", "a.jsonl, line 1: must be a JSON object"),
        ("a.csv", "", "a.csv: no rows"),
        ("a.csv", "text\n", "a.csv: no rows"),
        ("a.jsonl", "\n", "a.jsonl: no rows"),
    ],
)
def test_files_that_cannot_be_read_are_one_line(
    tmp_path: Path, name: str, content: str | bytes, message: str
) -> None:
    made = table(tmp_path, name, content)
    if name.endswith(".gz"):
        made.file.write_bytes(b"no gzip")
    with pytest.raises(ScoreError, match=message) as error:
        survey([made], explain=False)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", "id;text\n1;fine\n", 'id;text;label;phrases\n1;fine;positive;"[""x""]"\n'),
        ("a.jsonl", '{"id": 1, "text": "fine"}', '{"id": 1, "text": "fine", "label": "positive", "phrases": ["x"]}\n'),
        ("a.json", '[{"text": "fine"}, {"text": "dull"}]', '[\n{"text": "fine", "label": "positive", "phrases": ["x"]},\n{"text": "dull", "label": "positive", "phrases": ["x"]}\n]\n'),
        ("a.txt", "fine\n", '{"text": "fine", "label": "positive", "phrases": ["x"]}\n'),
    ],
)  # fmt: skip
def test_output_has_the_format_of_the_input(
    tmp_path: Path, name: str, content: str, expected: str
) -> None:
    made = table(tmp_path, name, content)
    output = io.StringIO()
    writer = made.writer(output, tmp_path / "out", ["label", "phrases", "error"][:2])
    for row in made.rows():
        writer.write(row, {"label": "positive", "phrases": ["x"]})
    writer.close()
    assert output.getvalue() == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('5;"fine, really";x\n1;dull;y\n', "5;fine, really;x;positive\n1;dull;y;positive\n"),
        ("0;1;2\n5;fine;x\n", "0;1;2;label\n5;fine;x;positive\n"),
    ],
)
def test_a_table_without_a_header_is_read_and_written_by_number(
    tmp_path: Path, content: str, expected: str
) -> None:
    (tmp_path / "a.csv").write_text(content)
    made = Table("a.csv", tmp_path / "a.csv", Schema("2", "1"))
    assert next(row.review for row in made.rows()).startswith("fine")
    assert next(made.rows()).label == "5"
    output = io.StringIO()
    writer = made.writer(output, tmp_path / "out", ["label"])
    for row in made.rows():
        writer.write(row, {"label": "positive"})
    assert output.getvalue() == expected


@pytest.mark.parametrize("value", ["", "s3://"])
@pytest.mark.parametrize("name", ["data", "output"])
def test_command_without_data_or_output_reads_and_writes_nothing(name: str, value: str) -> None:
    given = {"data": "a.csv", "output": "b.csv", name: value}
    done = run(main, *(word for key, value in given.items() for word in (f"--{key}", value)))
    assert done.returncode == 1
    assert done.stderr.startswith(f"{name.upper()}={value}: names nothing; for example, make score")
    assert done.stderr.count("\n") == 1


def test_parquet_keeps_schema_and_rows(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = [{"id": number, "text": f"fine {number}"} for number in range(3)]
    parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    made = Table("a.parquet", tmp_path / "a.parquet")
    assert [row.review for row in made.rows()] == ["fine 0", "fine 1", "fine 2"]
    writer = made.writer(io.StringIO(), tmp_path / "out.parquet", ["label", "probability"])
    for row in made.rows():
        writer.write(row, {"label": None, "probability": 0.5})
    writer.close()
    added = {"label": None, "probability": 0.5}
    assert parquet.read_table(tmp_path / "out.parquet").to_pylist() == [
        {**r, **added} for r in rows
    ]


@pytest.mark.parametrize("instances", [1, 3])
def test_parts_are_equal_for_all_instances_and_named_after_their_content(
    tmp_path: Path, instances: int
) -> None:
    content = "text\n" + "".join(f"review {number} {'x' * 1000}\n" for number in range(20_000))
    made = [table(tmp_path, "a.csv", content)]
    found = survey(made, explain=False)
    assert found.rows == 20_000
    parts = list(cut(made, found, instances=instances, explain=False))
    assert len(parts) % instances == 0
    sizes = [len(content) for _, content in parts]
    assert max(sizes) <= LARGEST + 2000
    assert max(sizes) - min(sizes) < 0.01 * max(sizes)
    assert sum(part.rows for part, _ in parts) == 20_000
    again = list(cut(made, found, instances=instances, explain=False))
    assert [part for part, _ in parts] == [part for part, _ in again]
    lines = b"".join(content for _, content in parts).splitlines()
    assert [json.loads(line)["review"][:9] for line in lines[:2]] == ["review 0 ", "review 1 "]


def test_part_has_requests_for_one_machine_and_not_more() -> None:
    scoring = ScoringSettings()
    assert scoring.max_concurrent_transforms * scoring.max_payload_mb * 1024**2 == LARGEST


def test_few_rows_are_at_most_one_part_a_row(tmp_path: Path) -> None:
    made = [table(tmp_path, "a.csv", "text\na\nb\n")]
    found = survey(made, explain=False)
    assert [part.rows for part, _ in cut(made, found, instances=16, explain=False)] == [1, 1]


def test_change_while_reading_is_an_error(tmp_path: Path) -> None:
    made = [table(tmp_path, "a.csv", "text\na\nb\n")]
    found = survey(made, explain=False)
    made[0].file.write_text("text\na\nc\n")
    with pytest.raises(ScoreError, match=r"a\.csv: changed while it was read"):
        list(cut(made, found, instances=1, explain=False))


@pytest.mark.parametrize(
    "review", ["a\nb", "\u2028", "\ud800", "x" * 200_000, "\U0001f600" * 200_000]
)
def test_any_text_is_one_line_that_fits_a_request(review: str) -> None:
    line = line_of(Row([], review, None), explain=True)
    assert line.count(b"\n") == 1
    assert len(line) < 1_048_576
    sent = json.loads(line)["review"]
    assert sent == review[: MAX_CHARACTERS + 1]
    assert json.loads(line_of(Row([], 7, None), explain=False)) == {"review": None}


def test_survey_counts_labels(tmp_path: Path) -> None:
    assert not survey([table(tmp_path, "a.csv", "text,label\na,\n")], explain=False).labelled
    found: Survey = survey([table(tmp_path, "b.csv", "text,label\na,1\n")], explain=False)
    assert found.labelled
