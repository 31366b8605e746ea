"""The place of the result: refused before it costs a job, or written."""

from contextlib import nullcontext
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from scripts.score import ScoreError
from scripts.score.files import find_tables
from scripts.score.output import Output, refuse_inside
from scripts.score.tables import Table
from sentiment.schema import Schema
from tests.scripts.score.test_score_tables import table


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
        ("a.csv", "b.xlsx", ".csv"),
        ("a.csv", "b.zip", ".csv"),
        ("a.csv", "b.v2", ".csv"),
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
        ("s3://b/in", "s3://b/in-scored/", False),
        ("s3://b/in", "s3://b/in/scored/", True),
        ("s3://b/in/", "s3://b/in", True),
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


@pytest.mark.parametrize("name", ["z.zip", "z.csv", "z.tar.gz", "z.csv.gz", "z.XLSX"])
def test_folder_of_results_is_not_named_like_a_file(tmp_path: Path, name: str) -> None:
    tables = [table(tmp_path, "a.csv", "text\n"), table(tmp_path, "b.csv", "text\n")]
    with pytest.raises(ScoreError, match=f"OUTPUT=o/{name}: the result is a folder .*leave out"):
        Output(f"o/{name}", tables, tmp_path, single=False)
    for plain in ("o/z", "o/z-1.2", f"o/{name}/"):
        Output(plain, tables, tmp_path, single=False)


def test_tables_of_one_name_are_refused(tmp_path: Path) -> None:
    tables = [Table("a.csv", tmp_path / "1"), Table("a.csv", tmp_path / "2")]
    with pytest.raises(ScoreError, match=r"a\.csv and a\.csv would both be written to o/a\.csv"):
        Output("o", tables, tmp_path, single=False)


@pytest.mark.parametrize("exists", [True, False])
def test_symbolic_link_stays_and_its_target_is_written(tmp_path: Path, *, exists: bool) -> None:
    link, target = tmp_path / "link.csv", tmp_path / "elsewhere" / "target.csv"
    link.symlink_to(target)
    if exists:
        target.parent.mkdir()
        target.write_text("old")
    output = Output(str(link), [table(tmp_path, "a.csv", "text\n")], tmp_path, single=True)
    output.check(overwrite=True)
    with output.written() as files:
        files["a.csv"].write_text("new")
    assert (link.readlink(), target.read_text()) == (target, "new")
    assert [file.name for file in target.parent.iterdir()] == ["target.csv"]
