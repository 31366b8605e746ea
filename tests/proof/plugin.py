"""A plug-in of pytest: prints what tests tried and what held, and writes it down when asked."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.proof.table import ProofTable

TABLE = pytest.StashKey[ProofTable]()
OUTPUT = "proof_sections"  # what a process of pytest-xdist hands to the one that reports


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --proof-page: the document whose tables the run replaces."""
    parser.addoption("--proof-page", type=Path, metavar="FILE", help="write the tables there")


def pytest_configure(config: pytest.Config) -> None:
    """Begin an empty table."""
    config.stash[TABLE] = ProofTable()


@pytest.fixture
def proof_table(pytestconfig: pytest.Config) -> ProofTable:
    """Return the table of this run."""
    return pytestconfig.stash[TABLE]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand a test process's rows over."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[OUTPUT] = session.config.stash[TABLE].sections


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take a test process's rows."""
    for section, rows in getattr(node, "workeroutput", {}).get(OUTPUT, {}).items():
        for tried, held in rows:
            node.config.stash[TABLE].add(section, tried, held)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
) -> None:
    """Print the tables; a run with a failure writes none down."""
    table = config.stash[TABLE]
    if not table.sections:
        return
    terminalreporter.section("what was tried and what held")
    terminalreporter.write_line(table.markdown())
    page: Path | None = config.getoption("--proof-page")
    if page is not None and exitstatus == pytest.ExitCode.OK:
        table.replace_in(page, _stamp())


def _stamp() -> str:
    """Return what is being tested, and the day."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    )
    return f"{datetime.now(UTC):%Y-%m-%d}, commit {commit.stdout.strip() or 'unknown'}"
