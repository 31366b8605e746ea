"""Enough cases were generated; the last module of the folder, so that all others have run."""

import pytest

from tests.proof.table import ProofTable
from tests.properties.conftest import CASES

ENOUGH = 100_000


@pytest.mark.slow
def test_a_hundred_thousand_cases_held(proof_table: ProofTable) -> None:
    """Run with all of the folder and `--hypothesis-profile proof`."""
    assert CASES.total() >= ENOUGH, dict(CASES)
    for subject, cases in CASES.items():
        proof_table.add("Bad input", subject, f"{cases:,} generated cases")
    proof_table.add("Bad input", "All of them", f"{CASES.total():,} generated cases, no crash")
