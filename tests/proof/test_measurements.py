"""Each measurement of each subject, for real, on 200 reviews."""

import json

import pytest

from bench import comparison, notebook
from bench.figure import Figures
from bench.reviews import Data, read
from bench.rows import NOTEBOOK, OURS, PEERS, ROWS, ratios
from bench.stages import Bench
from sentiment.lstm.stems import review_to_words

pytestmark = pytest.mark.slow
Made = tuple[Bench, Data, list[str]]
MEASURED_OF_OURS = {row.key for row in ROWS}
EXPLANATIONS = {"explained_p50", "explained_p99"}


def measured(bench: Bench, name: str) -> Figures:
    return bench.clean(name) | bench.train(name) | bench.serve(name)


@pytest.fixture(scope="module")
def ours(bench: Made) -> Figures:
    return measured(bench[0], OURS)


@pytest.fixture(scope="module")
def the_notebook(bench: Made) -> Figures:
    return measured(bench[0], NOTEBOOK)


def test_every_row_is_measured_of_ours(bench: Made, ours: Figures) -> None:
    assert set(ours) == MEASURED_OF_OURS
    assert all(figure.value >= 0 for figure in ours.values())
    assert ours["accuracy"].value * 100 + ours["errors"].value == pytest.approx(100)
    assert ours["p50"].value <= ours["p99"].value
    assert ours["cleaning"].note == "on 100 of 160 reviews"
    assert "ours: test_accuracy=" in "\n".join(bench[2])  # the training's lines are shown live


def test_code_and_wheels_are_no_part_of_the_artifact(bench: Made, ours: Figures) -> None:
    folder = bench[0].folder / "models" / OURS
    assert (folder / "code" / "predict.py").is_file()
    counted = sum(f.stat().st_size for f in folder.iterdir() if f.is_file())
    assert ours["artifact"].value >= counted / 1e6 > 0
    everything = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
    assert ours["artifact"].value < everything / 1e6


def test_the_notebook_is_extrapolated_and_says_so(the_notebook: Figures) -> None:
    assert set(the_notebook) == MEASURED_OF_OURS - {"accuracy", "errors"} - EXPLANATIONS
    assert the_notebook["training_seconds"].note.startswith("extrapolated: 10 reviews cleaned")
    assert the_notebook["list_rate"].note == "takes no lists: 2 reviews one after another"


def test_ratios_stand_in_the_document(bench: Made, ours: Figures, the_notebook: Figures) -> None:
    results = {OURS: ours, NOTEBOOK: the_notebook}
    document = json.loads(json.dumps(comparison.as_document(results, bench[1], 1.0)))
    assert document["data"] == {
        "name": "packaged reviews, a fifth held out, a sample",
        "training": 160, "testing": 40, "official": False,
    }  # fmt: skip
    rows = {row["key"]: row for row in document["rows"]}
    assert rows["cleaning"]["ratio"] == ratios(ours, the_notebook)["cleaning"] > 1
    assert rows["accuracy"]["ratio"] is None


@pytest.mark.parametrize("name", PEERS)
def test_every_row_is_measured_of_the_peers(bench: Made, name: str) -> None:
    if not bench[0].peers_python.is_file():
        pytest.skip("the peers are not installed; `make bench` does it")
    figures = measured(bench[0], name)
    assert set(figures) == MEASURED_OF_OURS - EXPLANATIONS
    assert figures["accuracy"].value > 0.3


def test_the_notebook_cleans_to_the_same_words(bench: Made) -> None:
    texts = [text for text, _ in read(bench[0].folder / "test" / "reviews.jsonl")][:10]
    assert [notebook.clean(text) for text in texts] == [review_to_words(text) for text in texts]


def test_the_notebook_pads_and_numbers_as_it_did() -> None:
    word_dict = notebook.build_dict([["film", "good"], ["film", "bad", "film"]])
    assert word_dict == {"film": 2, "good": 3, "bad": 4}
    ids, length = notebook.convert_and_pad(word_dict, ["bad", "odd"])
    assert (ids[:3], len(ids), length) == ([4, 1, 0], 500, 2)
    assert notebook.convert_and_pad(word_dict, ["film"] * 600)[1] == 500
    assert notebook.convert_and_pad_data(word_dict, [["film"]]).shape == (1, 501)
