"""One bench on 200 packaged reviews, measured once for all tests."""

from pathlib import Path

import pytest

from bench.__main__ import PEERS_PYTHON
from bench.plan import Plan
from bench.reviews import Data
from bench.rows import NOTEBOOK, TITLES
from bench.stages import Bench

SAMPLE = 200
SMALL = Plan(cleaned=100, single=20, repeats=2, lists=1, list_length=20)
SMALL_NOTEBOOK = Plan(cleaned=10, batches=1, single=3, lists=1, list_length=2)


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> tuple[Bench, Data, list[str]]:
    """Return a bench whose reviews are written, what they are, and the lines that it shows."""
    shown: list[str] = []
    made = Bench(
        folder=tmp_path_factory.mktemp("bench"),
        peers_python=Path(PEERS_PYTHON),
        plans={**dict.fromkeys(TITLES, SMALL), NOTEBOOK: SMALL_NOTEBOOK},
        show=lambda line, source: shown.append(f"{source}: {line}"),
    )
    return made, made.prepare(None, SAMPLE), shown
