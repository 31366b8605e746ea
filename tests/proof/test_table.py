"""Tests of the proof page."""

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from tests.proof.plugin import TABLE, pytest_sessionfinish, pytest_testnodedown
from tests.proof.table import ProofTable

if TYPE_CHECKING:
    import pytest


def test_only_the_sections_of_this_run_are_replaced(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Proof\n\nWords.\n")
    first = ProofTable()
    first.add("Load", "a burst", "nothing lost")
    first.add("Destroy", "both", "one left")
    first.add("Destroy", "both", "nothing left")
    first.replace_in(page, "Monday")
    second = ProofTable()
    second.add("Load", "a | burst\nagain", "2 lost")
    second.add("Input", "archives", "refused")
    second.replace_in(page, "Tuesday")
    introduction, *sections = page.read_text().split("\n## ")
    assert introduction == "# Proof\n\nWords.\n"
    assert [one.partition("\n")[0] for one in sections] == ["Load", "Destroy", "Input"]
    assert "Tuesday.\n\n| Scenario" in sections[0]
    assert "| a \\| burst again | 2 lost |" in sections[0]
    assert "nothing lost" not in page.read_text()
    assert "Monday." in sections[1]
    assert sections[1].count("| both |") == 1
    assert "| both | nothing left |" in sections[1]


def test_the_rows_of_workers_are_added_up() -> None:
    config = SimpleNamespace(stash={TABLE: ProofTable()})
    for result in ("first", "second"):
        worker = ProofTable()
        worker.add("Load", f"the {result}", result)
        session = SimpleNamespace(config=SimpleNamespace(stash={TABLE: worker}, workeroutput={}))
        pytest_sessionfinish(cast("pytest.Session", session))
        node = SimpleNamespace(config=config, workeroutput=session.config.workeroutput)
        pytest_testnodedown(node)
    assert config.stash[TABLE].sections == {"Load": {"the first": "first", "the second": "second"}}
