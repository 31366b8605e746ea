"""What the embedded AWS does not decide, asked of the policies that it has deployed."""

import pytest

from tests.proof.privilege.calls import CONTROLS, SECTION
from tests.proof.privilege.identities import Identities
from tests.proof.privilege.names import Names
from tests.proof.privilege.questions import NO, YES
from tests.proof.privilege.simulation import Question, allows
from tests.proof.table import ProofTable

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("asked", NO, ids=lambda asked: asked.what)
def test_no(enforced: Identities, names: Names, asked: Question, proof_table: ProofTable) -> None:
    assert not allows(enforced, names, asked)
    proof_table.add(SECTION, asked.what, f"simulated: `{asked.action}` refused")


@pytest.mark.parametrize("asked", YES, ids=lambda asked: asked.what)
def test_yes(enforced: Identities, names: Names, asked: Question, proof_table: ProofTable) -> None:
    assert allows(enforced, names, asked)
    proof_table.add(CONTROLS, asked.what, f"simulated: `{asked.action}` allowed")
