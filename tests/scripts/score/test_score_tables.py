"""Reading and writing of the tables that `make score` takes."""

import gzip
import io
import json
import zipfile
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from scripts.score import ScoreError
from scripts.score.__main__ import main
from scripts.score.files import find_tables
from scripts.score.output import Output, refuse_inside
from scripts.score.parts import LARGEST, Survey, cut, line_of, survey
from scripts.score.tables import Table
from scripts.score.writers import Row
from sentiment.request import MAX_CHARACTERS
from sentiment.schema import Schema
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
        ("a.json", '[{"text": "fine", "label": 1},\n {"text": "dull"}]', ["fine", "dull"], [1, None]),
        ("a.csv", "sep=;\r\ntext;stars\r\nfine, really;5\r\n", ["fine, really"], ["5"]),
        ("a.txt", "__label__5 fine\n\n Dull, I think. \n", ["fine", "Dull, I think."], ["5", None]),
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
        ("a.csv", "id,score\n1,2\n", "a.csv, line 1: no column text"),
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


def test_archives_are_read_like_folders(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("deep/b.csv", "text\nfine\n")
        packed.writestr("__MACOSX/._b.csv", "x")
        packed.writestr("c.json.gz", gzip.compress(b'[{"text": "dull"}]'))
    (tmp_path / "copies").mkdir()
    tables = find_tables(str(tmp_path / "a.zip"), tmp_path / "copies", Schema())
    assert [made.name for made in tables] == ["a.zip/deep/b.csv", "a.zip/c.json.gz"]
    assert [row.review for made in tables for row in made.rows()] == ["fine", "dull"]
    output = Output(str(tmp_path / "out"), tables, tmp_path, single=False)
    written = [file.relative_to(tmp_path / "out") for file in output.files.values()]
    assert [str(file) for file in written] == ["a.zip/deep/b.csv", "a.zip/c.json"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.zip", b"no zip", "a.zip: damaged, or not a zip archive"),
        ("a.xlsx", b"", "a.xlsx: unknown format; allowed are .csv, .tsv, .jsonl"),
        ("missing", None, "missing: no such file or folder"),
    ],
)
def test_what_is_no_table_is_refused(
    tmp_path: Path, name: str, content: bytes | None, reason: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ScoreError) as refused:
        find_tables(str(tmp_path / name), tmp_path, Schema())
    assert reason in str(refused.value)


@pytest.mark.parametrize("where", ["out", "s3://bucket/out"])
def test_two_tables_with_one_result_are_refused(tmp_path: Path, where: str) -> None:
    (tmp_path / "a.txt").write_text("fine\n")
    (tmp_path / "a.jsonl").write_text('{"text": "dull"}\n')
    tables = find_tables(str(tmp_path), tmp_path, Schema())
    with pytest.raises(
        ScoreError, match=r"a\.jsonl and a\.txt would both be written to .*a\.jsonl"
    ):
        Output(where, tables, tmp_path, single=False)


@pytest.mark.parametrize("place", ["taken/deep/out.csv", "folder"])
def test_output_that_cannot_be_written_is_refused_before_the_job(
    tmp_path: Path, place: str
) -> None:
    (tmp_path / "taken").write_text("mine")
    (tmp_path / "folder" / "a.csv").mkdir(parents=True)
    tables = [table(tmp_path, "a.csv", "text\nfine\n")]
    output = Output(str(tmp_path / place), tables, tmp_path, single=True)
    with pytest.raises(ScoreError, match="cannot be written; name another place"):
        output.check(overwrite=True)


@pytest.mark.parametrize(
    ("name", "output", "suffix"),
    [
        ("a.csv", "b.jsonl", ".csv"),
        ("a.csv", "b.tsv", ".csv"),
        ("a.csv.gz", "b.csv.gz", ".csv"),
        ("a.csv", "s3://b/c.parquet", ".csv"),
        ("a.txt", "b.txt", ".jsonl"),
        ("a.csv", "b.CSV", None),
        ("a.csv", "b", None),
        ("a.ndjson", "b.jsonl", None),
        ("a.csv.gz", "folder/", None),
    ],
)
def test_output_of_another_format_is_refused(
    tmp_path: Path, name: str, output: str, suffix: str | None
) -> None:
    tables = [table(tmp_path, name, "text\nfine\n")]
    expected = (
        pytest.raises(ScoreError, match=f"OUTPUT={output}: .* name it {suffix}$")
        if suffix
        else nullcontext()
    )
    with expected:
        Output(output, tables, tmp_path, single=True)


@pytest.mark.parametrize(
    ("data", "output", "inside"),
    [
        ("data", "data/out", True),
        ("data", "data", True),
        ("data", "data-out", False),
        ("data", "s3://b/data/out", False),
        ("data/a.csv", "data/b.csv", False),
        ("s3://b/in", "s3://b/in-scored/", True),
        ("s3://b/in/", "s3://b/out", False),
        ("s3://b/a.csv", "s3://b/a.csv", False),
    ],
)
def test_output_among_the_input_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: str, output: str, *, inside: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    expected = pytest.raises(ScoreError, match="is inside DATA=") if inside else nullcontext()
    with expected:
        refuse_inside(data, output)


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


class Bucket:
    """S3, whose answer is an error of this code to this operation."""

    def __init__(self, operation: str, code: str) -> None:
        """Choose the error."""
        self._operation, self._code = operation, code

    def _answer(self, operation: str) -> None:
        if operation == self._operation:
            raise ClientError({"Error": {"Code": self._code, "Message": "no"}}, operation)

    def head_bucket(self, **_given: str) -> None:
        self._answer("HeadBucket")

    def head_object(self, **_given: str) -> None:
        self._answer("HeadObject")


@pytest.mark.parametrize(
    ("operation", "code", "message"),
    [
        ("HeadBucket", "404", "OUTPUT=s3://b/out.csv: no such bucket"),
        ("HeadBucket", "403", "OUTPUT=s3://b/out.csv: access denied; your credentials need s3:List"),
        ("HeadObject", "403", "OUTPUT=s3://b/out.csv: access denied; your credentials need s3:List"),
        ("", "", "OUTPUT=s3://b/out.csv: exists; set OVERWRITE=1"),
    ],
)  # fmt: skip
def test_output_in_s3_is_checked_before_the_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, operation: str, code: str, message: str
) -> None:
    monkeypatch.setattr("boto3.client", lambda _service: Bucket(operation, code))
    output = Output("s3://b/out.csv", [table(tmp_path, "a.csv", "text\n")], tmp_path, single=True)
    with pytest.raises(ScoreError) as refused:
        output.check(overwrite=False)
    assert str(refused.value).startswith(message)


def test_new_object_is_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("boto3.client", lambda _service: Bucket("HeadObject", "404"))
    output = Output("s3://b/out.csv", [table(tmp_path, "a.csv", "text\n")], tmp_path, single=True)
    output.check(overwrite=False)
