"""The output keeps every row of the input, and every cell as it is."""

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scripts.evaluate.trained import NOTHING
from scripts.score import ScoreError
from scripts.score.answers import Scored
from scripts.score.output import Output
from scripts.score.parts import survey
from scripts.score.tables import Table
from sentiment.schema import Schema
from tests.scripts.score.test_score_tables import table
from trial.held_out import TrainedOn

ANSWER = {
    "label": "positive", "probabilities": {"negative": 0.25, "positive": 0.75}, "known_words": 3,
    "model_version": "1",
}  # fmt: skip
ADDED = '"label": "positive", "probability": 0.75, "known_words": 3'


def score(
    table: Table, answer: Mapping[str, Any] = ANSWER, *, known: TrainedOn = NOTHING
) -> tuple[bytes, Scored]:
    """Return the output of a table whose rows all have one answer.

    Args:
        table: the table.
        answer: the answer.
        known: reviews that the model was trained on.
    """
    folder = table.file.parent / "out"
    output = Output(f"{folder}/", [table], folder, single=True)
    found = survey([table], explain=False)
    scored = Scored(Schema(), ["negative", "positive"], every=False, explain=False, known=known)
    scored.write([table], iter([dict(answer)] * found.rows), output, found)
    return next(iter(output.files.values())).read_bytes(), scored


def test_cells_of_csv_are_equal(tmp_path: Path) -> None:
    cells = [
        "", " a ", "cr\rinside", "\r", "lf\ninside", "crlf\r\ninside", 'quo"ted', ",", "'", "\u2028",
        "\\", "1.10", "=1+1", "\0",
    ]  # fmt: skip
    for line_end in ("\n", "\r\n"):
        given = io.StringIO()
        writer = csv.writer(given, lineterminator=line_end, quoting=csv.QUOTE_ALL)
        writer.writerows([["text", "x"], *(["fine", cell] for cell in cells)])
        written, _ = score(table(tmp_path, "a.csv", given.getvalue()))
        content = written.decode()
        (tmp_path / "out" / "a.csv").unlink()
        rows = list(csv.reader(io.StringIO(content, newline="")))
        assert [row[:2] for row in rows] == [["text", "x"], *(["fine", cell] for cell in cells)]
        assert content.endswith(f",{line_end}")
        assert all(f'"{cell}"' in content for cell in cells if "\r" in cell)


@pytest.mark.parametrize(
    ("name", "text", "start"),
    [
        ("a.csv", "text,x\r\nfine,1\r\n", "text,x,label,probability,known_words,error\r\nfine,1,"),
        ("a.csv", "text,x\rfine,1\r", "text,x,label,probability,known_words,error\rfine,1,"),
        ("a.csv", "sep=;\r\ntext;x\r\nfine;1\r\n", "sep=;\r\ntext;x;label;"),
        ("a.csv.gz", "text,x\r\nfine,1\r\n", "text,x,label,"),
        ("a.jsonl", '{"text": "fine"}\r\n', '{"text": "fine", ' + ADDED + "}\r\n"),
        ("a.json", '[{"text":\r\n"fine"}]\r\n', '[\r\n{"text":\r\n"fine", ' + ADDED + "}\r\n]\r\n"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encoding_and_line_ends_are_kept(
    tmp_path: Path, name: str, text: str, start: str, encoding: str
) -> None:
    written, _ = score(table(tmp_path, name, text.encode(encoding)))
    assert written.startswith(start.encode(encoding))


@pytest.mark.parametrize(
    "text",
    [
        '{"text":"fine","n":1.10}',
        '{"text": "fine", "n": 0.1000000000000000055511151231257827, "m": 1E5, "l": 1e400}',
        '{"text": "fine", "id": 12345678901234567890123, "id": 2}',
        r'{"text": "\u00e9 é \ud83d", "a": {"b": [1.0, {}]}, "c": "}{"}',
        '{"text": "fine", "z": null }',
    ],
)
def test_objects_of_json_are_kept_to_the_letter(tmp_path: Path, text: str) -> None:
    expected = f"{text[:-1].rstrip()}, {ADDED}}}"
    assert score(table(tmp_path, "a.jsonl", f"  {text}\n"))[0].decode() == expected + "\n"
    written = score(table(tmp_path, "a.json", f'[\n{text},\n {text}, {{"n":\n2}}]'))[0].decode()
    assert written == f'[\n{expected},\n{expected},\n{{"n":\n2, {ADDED}}}\n]\n'


def test_keys_of_later_objects_are_kept_and_count_as_labels(tmp_path: Path) -> None:
    later = {"text": "bad", "label": "neg", "probability": "mine", "error": "E"}
    made = table(tmp_path, "a.jsonl", f'{{"text": "good"}}\n{json.dumps(later)}\n')
    written, scored = score(made)
    first, second = map(json.loads, written.splitlines())
    assert first == {
        "text": "good", "scored_label": "positive", "scored_probability": 0.75, "known_words": 3,
    }  # fmt: skip
    assert second == {**later, **first, "text": "bad"}
    result = scored.result("endpoint", "a.jsonl")
    assert result is not None
    assert (len(result.texts), result.metrics.accuracy) == (1, 0)


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv", "text,label\nfine,1\n"), ("a.jsonl", '{"text": "fine", "label": "1"}\n')],
)
def test_scoring_an_output_again_loses_nothing(tmp_path: Path, name: str, content: str) -> None:
    def rows(written: bytes) -> list[dict[str, Any]]:
        if name.endswith("csv"):
            return list(csv.DictReader(io.StringIO(written.decode())))
        return [json.loads(line) for line in written.splitlines()]

    before = content.encode()
    for _ in range(3):
        made = table(tmp_path, name, before)
        after, _ = score(made)
        (tmp_path / "out" / name).unlink()
        [old], [new] = rows(before), rows(after)
        assert {**new, **old} == new
        assert len(new) >= len(old) + 3
        header = after.split(b"\n")[0].split(b",")
        assert name.endswith("jsonl") or len(set(header)) == len(header)
        before = after
    assert new["label"] == "1"
    assert new["scored_scored_scored_label"] == "positive"


def test_line_of_text_is_a_line_of_the_output(tmp_path: Path) -> None:
    content = "__label__neg  Dull film \n\n  indented\r\nfine"
    written, _ = score(table(tmp_path, "a.txt", content))
    lines = [json.loads(line) for line in written.splitlines()]
    assert [line["text"] for line in lines] == ["Dull film ", "", "  indented", "fine"]
    assert [line.get("label") for line in lines] == ["neg", None, None, None]
    assert {line["scored_label"] for line in lines} == {"positive"}


def test_blank_lines_of_a_table_are_not_rows_but_empty_fields_are(tmp_path: Path) -> None:
    written, scored = score(table(tmp_path, "a.csv", 'text\n\nfine\n""\n\n'))
    assert scored.rows == 2
    assert [row["text"] for row in csv.DictReader(io.StringIO(written.decode()))] == ["fine", ""]


def test_rows_may_have_lists_as_labels(tmp_path: Path) -> None:
    written, _ = score(table(tmp_path, "a.jsonl", '{"text": "fine", "label": ["a"]}'))
    assert json.loads(written)["label"] == ["a"]


def test_cells_of_parquet_are_equal(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    columns = {
        "text": ["fine"] * 25_000,
        "label": pa.array(["pos", None] * 12_500).dictionary_encode(),
        "time": pa.array([1_700_000_000_123_456_789] * 25_000, pa.timestamp("ns")),
        "half": pa.array([0.1] * 25_000, pa.float32()),
        "id": range(25_000),
    }
    names = [*columns, "id"]
    given = pa.table([*map(pa.array, columns.values()), pa.array(range(25_000, 50_000))], names)
    parquet.write_table(given, tmp_path / "a.parquet", row_group_size=7_000)
    score(Table("a.parquet", tmp_path / "a.parquet"))
    written = parquet.ParquetFile(tmp_path / "out" / "a.parquet").read()
    assert written.column_names == [*names, "scored_label", "probability", "known_words", "error"]
    assert written.select(range(len(names))).equals(given)
    assert set(written["scored_label"].to_pylist()) == {"positive"}


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"no parquet", "a.parquet: damaged, or not Parquet"), (None, "a.parquet: no column text")],
)
def test_parquet_that_cannot_be_scored_is_one_line(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    pa = pytest.importorskip("pyarrow")
    file = tmp_path / "a.parquet"
    if content is None:
        pytest.importorskip("pyarrow.parquet").write_table(pa.table({"id": [1]}), file)
    else:
        file.write_bytes(content)
    with pytest.raises(ScoreError, match=message) as error:
        survey([Table("a.parquet", file)], explain=False)
    assert "\n" not in str(error.value)


def test_labelled_rows_that_the_model_was_trained_on_do_not_measure_it(tmp_path: Path) -> None:
    known = TrainedOn(hashlib.sha256(b"fine").digest()[:8])
    made = table(tmp_path, "a.csv", "text,label\nfine,pos\ndull,neg\nfine,pos\nfine,\n")
    _, scored = score(made, known=known)
    assert scored.summary().splitlines() == [
        "4 rows, 0 negative, 4 positive, 0 with an error",
        "2 labelled rows left out of the accuracy: the model was trained on them",
    ]
    result = scored.result("endpoint", "a.csv")
    assert result is not None
    assert (result.texts, result.metrics.accuracy) == (["dull"], 0)


def test_rows_without_a_known_word_are_counted(tmp_path: Path) -> None:
    _, scored = score(table(tmp_path, "a.csv", "text\nfine\ndull\n"), {**ANSWER, "known_words": 0})
    assert scored.summary().splitlines() == [
        "2 rows, 0 negative, 2 positive, 0 with an error",
        "2 rows have no word that the model knows: their label is arbitrary",
    ]
    _, scored = score(table(tmp_path, "b.csv", "text\nfine\n"))
    assert scored.summary() == "1 rows, 0 negative, 1 positive, 0 with an error"
