"""metrics.json and report.html are complete, deterministic and safe for any review."""

import json
import math
import os
import pickle
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scripts import ROOT
from sentiment.evaluation.judged import Judged
from sentiment.evaluation.metrics import evaluate
from sentiment.evaluation.report import HTML, METRICS, Report, write_report
from sentiment.schema import SENTIMENTS
from tests.model_code.evaluation.conftest import HOSTILE, SCRIPT, SECRET

VOID = {"meta", "br"}
LOADING = {"src", "href", "xlink:href", "srcset", "action", "data", "poster", "background"}


class Page(HTMLParser):
    """Strict parser of a page: every element must be closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts[self.open[-1]][-1] += data

    def values(self, *names: str) -> list[str]:
        return [value for name, value in self.attributes if name in names]


def written(report: Report, folder: Path) -> tuple[dict[str, Any], str]:
    write_report(folder, report)
    metrics: dict[str, Any] = json.loads(
        (folder / METRICS).read_text("utf-8"), parse_constant=_refuse
    )
    return metrics, (folder / HTML).read_text("utf-8")


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


@pytest.fixture(scope="module")
def page(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Page:
    return Page(written(report, tmp_path_factory.mktemp("report"))[1])


def test_metrics_json(report: Report, tmp_path: Path) -> None:
    metrics, _ = written(report, tmp_path / "new" / "folder")
    assert metrics.items() >= evaluate(report.judged).as_dict().items()
    assert metrics["learning_curve"] == report.learning_curve
    assert metrics["hyperparameters"] == report.metadata["hyperparameters"]
    assert metrics["sha256"] == report.metadata["sha256"]
    assert metrics["seconds"] == report.seconds
    assert (metrics["model_version"], metrics["training_rows"]) == (
        report.metadata["model_version"],
        25_000,
    )
    assert SECRET not in (tmp_path / "new" / "folder" / METRICS).read_text("utf-8")


def test_the_page_is_complete(report: Report, page: Page) -> None:
    metrics = evaluate(report.judged)
    assert page.texts["h1"] == [report.metadata["model_version"]]
    assert f"{metrics.accuracy * 100:.2f}\xa0%" in page.texts["p"][0]
    assert (
        f"{metrics.accuracy_low * 100:.2f} to {metrics.accuracy_high * 100:.2f}\xa0%"
        in page.texts["p"][1]
    )
    assert page.texts["h3"] == [
        "Confusion matrix",
        "Receiver operating characteristic",
        "Reliability diagram",
        "Reliability diagram, first 20 words",
        "Accuracy by review length",
        "Learning curve",
    ]
    cells = page.texts["td"]
    assert f"{metrics.roc_auc:.4f}" in cells
    assert {"ngrams", "1.25", "30.5", *report.metadata["sha256"].values()} <= set(cells)
    drawn = " ".join(page.texts["text"])
    for count in (count for row in metrics.confusion for count in row):
        assert f"{count:,}" in drawn
    assert "final train loss" in drawn


def test_every_figure_has_a_text_alternative(page: Page) -> None:
    labels = page.values("aria-label")
    assert len(labels) == page.tags.count("svg") == len(page.texts["figcaption"]) == 6
    assert all(label.strip() for label in labels + page.texts["figcaption"])
    assert page.values("role") == ["img"] * 6
    assert page.values("lang") == ["en"]
    assert page.tags.count("th") == len(page.values("scope"))


def test_nothing_is_loaded_and_nothing_runs(page: Page) -> None:
    assert not {"script", "iframe", "link", "img", "image", "object", "embed", "base"} & set(
        page.tags
    )
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    identifiers = page.values("id")
    assert len(identifiers) == len(set(identifiers))
    references = page.values(*LOADING)
    styles = " ".join([*page.values("style", "clip-path"), *page.texts["style"]])
    references += re.findall(r"url\((.*?)\)", styles)
    assert references
    assert {reference.removeprefix("#") for reference in references} <= set(identifiers)
    assert all(reference.startswith("#") for reference in references)
    assert "@import" not in styles


def test_reviews_are_inserted_as_text_only(page: Page) -> None:
    shown = page.texts["blockquote"]
    assert shown[0] == SCRIPT
    assert shown[1:3] == HOSTILE[1:3]
    assert shown[3] == "\ufffdevil\ufffd"
    assert shown[4] == "nul\ufffd and \ufffd[31m and \ufffd lone"
    assert shown[5] == HOSTILE[5]
    assert len(shown[6]) < 1000
    assert shown[7] == ""
    assert len(shown) == 20


def test_figures_use_the_colours_of_the_page(page: Page) -> None:
    used = " ".join(page.values("style"))
    assert set(re.findall(r"var\(--(\w+)\)", used)) <= set(
        re.findall(r"--(\w+):", page.texts["style"][0])
    )
    # Shapes without a colour would be black on a dark page.
    assert re.findall(r"(?:fill|stroke): #\w+", used) == []


def test_another_process_without_a_home_writes_the_same(report: Report, tmp_path: Path) -> None:
    """A matplotlibrc has no effect either, and nothing is printed."""
    written(report, tmp_path / "here")
    (tmp_path / "matplotlibrc").write_text("axes.grid: True\nlines.linestyle: --\nbackend: TkAgg\n")
    (tmp_path / "report.pickle").write_bytes(pickle.dumps(report))
    program = (
        "import pickle, sys; from pathlib import Path; import sentiment.evaluation.report as module;"
        "report = pickle.loads(Path('report.pickle').read_bytes());"
        "module.write_report(Path('there'), report);"
        "assert not {'matplotlib.pyplot', 'tkinter', 'torch'} & set(sys.modules)"
    )
    kept = {
        name: value for name, value in os.environ.items() if name not in {"MPLCONFIGDIR", "DISPLAY"}
    }
    environment = {
        **kept,
        "HOME": os.devnull,
        "PYTHONHASHSEED": "7",
        "PYTHONPATH": str(ROOT / "model_code"),
    }
    environment = {
        name: value for name, value in environment.items() if not name.startswith("XDG_")
    }
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, check=False,
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    for name in (METRICS, HTML):
        assert (tmp_path / "here" / name).read_bytes() == (tmp_path / "there" / name).read_bytes()


@pytest.mark.parametrize("rows", [1, 2, 7])
@pytest.mark.parametrize("label", [0, 1])
def test_few_reviews_of_one_class(report: Report, tmp_path: Path, rows: int, label: int) -> None:
    small = replace(
        report,
        judged=Judged.of(SENTIMENTS, [label] * rows, [0.5] * rows),
        texts=["short"] * rows,
        learning_curve=[],
    )
    metrics, text = written(small, tmp_path)
    page = Page(text)
    assert metrics["roc_auc"] is None
    assert "undefined" in page.texts["td"]
    assert "Learning curve" not in page.texts["h3"]
    assert len(page.texts.get("blockquote", [])) == (0 if label else rows)
    assert ("None." in page.texts["li"]) == bool(label)


def test_an_infinite_loss_becomes_null(report: Report, tmp_path: Path) -> None:
    losses = [math.inf, math.nan, 0.5]
    looks = [{"step": step, "train_loss": loss} for step, loss in enumerate(losses)]
    metrics, text = written(replace(report, learning_curve=looks), tmp_path)
    assert [look["train_loss"] for look in metrics["learning_curve"]] == [None, None, 0.5]
    Page(text)


def test_the_curves_of_several_trainings_are_separate_lines(report: Report, tmp_path: Path) -> None:
    steps = [10, 20, 30, 10, 20, 30]
    looks = [{"step": step, "train_loss": 1 / step} for step in steps]
    _, text = written(replace(report, learning_curve=looks), tmp_path)
    _, joined = written(replace(report, learning_curve=looks[:3]), tmp_path)
    assert [moves(page) for page in (text, joined)] == [2, 1]


def moves(page: str) -> int:
    """Return the number of separate parts of the learning curve's line."""
    paths: list[str] = re.findall(r' d="([^"]*)"', page.partition("Learning curve")[2])
    curve = next(path for path in paths if path.count("L") > 1 and "z" not in path)
    return curve.count("M")


@pytest.mark.parametrize("size", [3, 12, 100])
def test_more_labels(report: Report, tmp_path: Path, size: int) -> None:
    random, rows = np.random.default_rng(1), len(report.texts)
    names = [f"label {number} <b>" for number in range(size)]
    shares = random.dirichlet(np.full(size, 0.1), rows)
    judged = Judged.of(names, random.integers(0, size, rows), shares)
    metrics, text = written(replace(report, judged=judged), tmp_path)
    assert list(metrics["labels"]) == names
    page = Page(text)
    assert set(names) <= {cell.strip() for cell in page.texts["th"]}
    assert "<b>" not in re.sub(r"&lt;b&gt;", "", text)


def test_labels_in_scripts_that_the_font_lacks(
    report: Report, tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    random, rows = np.random.default_rng(1), len(report.texts)
    names = ["配送", "👍 praise", "жалоба"]
    judged = Judged.of(names, random.integers(0, 3, rows), random.dirichlet(np.full(3, 0.1), rows))
    _, text = written(replace(report, judged=judged), tmp_path)
    assert ">配送</text>" in text  # not its outline: the reader's browser has the font
    assert not [str(warning.message) for warning in recwarn]
