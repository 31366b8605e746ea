"""At least 100,000 cases passed. Runs last, after all other modules of the package."""

import pytest

from tests.proof.table import ProofTable
from tests.properties.conftest import CASES

ENOUGH = 100_000


@pytest.mark.slow
def test_a_hundred_thousand_cases_passed(proof_table: ProofTable) -> None:
    """Needs the whole package and `--hypothesis-profile proof`."""
    assert CASES.total() >= ENOUGH, dict(CASES)
    for subject, cases in CASES.items():
        proof_table.add("Bad input", subject, f"{cases:,} generated cases")
    proof_table.add("Bad input", "All", f"{CASES.total():,} generated cases, no crash")
