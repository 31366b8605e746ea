"""What the embedded AWS does not decide, asked of the policies that it has deployed."""

import pytest

from tests.proof.privilege.calls import CONTROLS, SECTION
from tests.proof.privilege.identities import Identities
from tests.proof.privilege.names import Names
from tests.proof.privilege.questions import ASK, GIVE_UP, NO, PROBES, YES
from tests.proof.privilege.simulation import Question, allows
from tests.proof.privilege.test_executed import SILENT
from tests.proof.privilege.test_prod import SELDOM, SILENT_IN_PROD
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


@pytest.mark.parametrize("role", sorted(SILENT | SILENT_IN_PROD | SELDOM))
def test_what_is_not_executed_is_asked(role: str) -> None:
    """Both who may assume the role and what it may do then."""
    about = [asked for asked in (*YES, *PROBES) if asked.about == role]
    assert {asked.role for asked in about} == {None, role}


def test_every_task_of_a_state_machine_is_asked_about(names: Names) -> None:
    waiters = {role for role in SILENT if role.endswith("waiterstatemachineRole")}
    assert names.tasks.keys() == {names.roles[role] for role in waiters}
    assert all(tasks.keys() == {ASK, GIVE_UP} for tasks in names.tasks.values())
