"""Every measurement of every subject, on 200 reviews."""

import json

import pytest

from bench import compare
from bench.figures import ROWS, Figures, ratios
from bench.reviews import Data, read
from bench.runner import PEERS_PYTHON, Runner
from bench.subjects import NOTEBOOK, OURS, PEERS, TITLES, Plan, notebook
from sentiment.lstm.stems import review_to_words

pytestmark = pytest.mark.slow
Prepared = tuple[Runner, Data, list[str]]
SAMPLE = 200
SMALL = Plan(cleaned=100, single=20, repeats=2, lists=1, list_length=20)
SMALL_NOTEBOOK = Plan(cleaned=10, batches=1, single=3, lists=1, list_length=2)
ALL_ROWS = {row.key for row in ROWS}
EXPLANATIONS = {"explained_p50", "explained_p99"}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """Return a runner with prepared reviews, their description, and the lines that it shows."""
    shown: list[str] = []
    runner = Runner(
        folder=tmp_path_factory.mktemp("bench"),
        plans={**dict.fromkeys(TITLES, SMALL), NOTEBOOK: SMALL_NOTEBOOK},
        show=lambda line, source: shown.append(f"{source}: {line}"),
    )
    return runner, runner.prepare(None, SAMPLE), shown


def measured(runner: Runner, name: str) -> Figures:
    return runner.clean(name) | runner.train(name) | runner.serve(name)


@pytest.fixture(scope="module")
def ours(prepared: Prepared) -> Figures:
    return measured(prepared[0], OURS)


@pytest.fixture(scope="module")
def the_notebook(prepared: Prepared) -> Figures:
    return measured(prepared[0], NOTEBOOK)


def test_our_model_has_a_figure_in_every_row(prepared: Prepared, ours: Figures) -> None:
    assert set(ours) == ALL_ROWS
    assert all(figure.value >= 0 for figure in ours.values())
    assert ours["accuracy"].value * 100 + ours["errors"].value == pytest.approx(100)
    assert ours["p50"].value <= ours["p99"].value
    assert ours["cleaning"].note == "on 100 of 160 reviews"
    assert "ours: test_accuracy=" in "\n".join(prepared[2])  # the training's lines are shown live


def test_the_artifact_is_counted_without_code_and_wheels(prepared: Prepared, ours: Figures) -> None:
    folder = prepared[0].folder / "models" / OURS
    assert (folder / "code" / "predict.py").is_file()
    counted = sum(f.stat().st_size for f in folder.iterdir() if f.is_file())
    assert ours["artifact"].value >= counted / 1e6 > 0
    everything = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
    assert ours["artifact"].value < everything / 1e6


def test_figures_of_the_notebook_are_extrapolated_and_say_so(the_notebook: Figures) -> None:
    assert set(the_notebook) == ALL_ROWS - {"accuracy", "errors"} - EXPLANATIONS
    assert the_notebook["training_seconds"].note.startswith("extrapolated: 10 reviews cleaned")
    assert the_notebook["list_rate"].note == "takes no lists: 2 reviews one after another"


def test_the_document_has_the_ratios(
    prepared: Prepared, ours: Figures, the_notebook: Figures
) -> None:
    results = {OURS: ours, NOTEBOOK: the_notebook}
    document = json.loads(json.dumps(compare.as_document(results, prepared[1], 1.0)))
    assert document["data"] == {
        "name": "packaged reviews, a fifth held out, a sample",
        "training": 160, "testing": 40, "labels": 2, "official": False,
    }  # fmt: skip
    rows = {row["key"]: row for row in document["rows"]}
    assert rows["cleaning"]["ratio"] == ratios(ours, the_notebook)["cleaning"] > 1
    assert rows["accuracy"]["ratio"] is None


@pytest.mark.parametrize("name", PEERS)
def test_a_peer_has_a_figure_in_every_row_without_explanations(
    prepared: Prepared, name: str
) -> None:
    if not PEERS_PYTHON.is_file():
        pytest.skip("the peers are not installed; `make bench` installs them")
    figures = measured(prepared[0], name)
    assert set(figures) == ALL_ROWS - EXPLANATIONS
    assert figures["accuracy"].value > 0.3


def test_the_notebook_cleans_to_the_same_words(prepared: Prepared) -> None:
    texts = [text for text, _ in read(prepared[0].folder / "test" / "reviews.jsonl")][:10]
    assert [notebook.clean(text) for text in texts] == [review_to_words(text) for text in texts]


def test_ids_and_padding_match_the_notebook() -> None:
    word_dict = notebook.build_dict([["film", "good"], ["film", "bad", "film"]])
    assert word_dict == {"film": 2, "good": 3, "bad": 4}
    ids, length = notebook.convert_and_pad(word_dict, ["bad", "odd"])
    assert (ids[:3], len(ids), length) == ([4, 1, 0], 500, 2)
    assert notebook.convert_and_pad(word_dict, ["film"] * 600)[1] == 500
    assert notebook.convert_and_pad_data(word_dict, [["film"]]).shape == (1, 501)
