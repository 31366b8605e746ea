"""A pytest plug-in that prints the proof tables and can write them to a page."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.proof.table import ProofTable

TABLE = pytest.StashKey[ProofTable]()
OUTPUT = "proof_sections"  # key of the rows that a pytest-xdist worker sends to the controller


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --proof-page, the document whose tables the run replaces."""
    parser.addoption(
        "--proof-page", type=Path, metavar="FILE", help="write the proof tables to FILE"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Create an empty table."""
    config.stash[TABLE] = ProofTable()


@pytest.fixture
def proof_table(pytestconfig: pytest.Config) -> ProofTable:
    """Return the table of this run."""
    return pytestconfig.stash[TABLE]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Send a worker's rows to the controller."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[OUTPUT] = session.config.stash[TABLE].sections


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Add a worker's rows to the table."""
    for section, rows in getattr(node, "workeroutput", {}).get(OUTPUT, {}).items():
        for scenario, result in rows.items():
            node.config.stash[TABLE].add(section, scenario, result)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
) -> None:
    """Print the tables, and write them to the page if no test failed."""
    table = config.stash[TABLE]
    if not table.sections:
        return
    terminalreporter.section("proof")
    terminalreporter.write_line(table.markdown())
    page: Path | None = config.getoption("--proof-page")
    if page is not None and exitstatus == pytest.ExitCode.OK:
        table.replace_in(page, _stamp())


def _stamp() -> str:
    """Return the date and the commit under test."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    )
    return f"{datetime.now(UTC):%Y-%m-%d}, commit {commit.stdout.strip() or 'unknown'}"
