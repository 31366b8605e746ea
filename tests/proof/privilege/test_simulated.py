"""Decisions that the embedded AWS does not make, simulated with the deployed policies."""

import pytest

from tests.proof.privilege.calls import CONTROLS, SECTION
from tests.proof.privilege.identities import Identities
from tests.proof.privilege.names import Names
from tests.proof.privilege.questions import IS_COMPLETE, NO, ON_TIMEOUT, PROBES, YES
from tests.proof.privilege.simulation import Question, allows
from tests.proof.privilege.test_executed import SILENT
from tests.proof.privilege.test_prod import RARE, SILENT_IN_PROD
from tests.proof.table import ProofTable

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("asked", NO, ids=lambda asked: asked.what)
def test_a_call_is_refused(
    enforced: Identities, names: Names, asked: Question, proof_table: ProofTable
) -> None:
    assert not allows(enforced, names, asked)
    proof_table.add(SECTION, asked.what, f"simulated: `{asked.action}` refused")


@pytest.mark.parametrize("asked", YES, ids=lambda asked: asked.what)
def test_a_call_is_allowed(
    enforced: Identities, names: Names, asked: Question, proof_table: ProofTable
) -> None:
    assert allows(enforced, names, asked)
    proof_table.add(CONTROLS, asked.what, f"simulated: `{asked.action}` allowed")


@pytest.mark.parametrize("role", sorted(SILENT | SILENT_IN_PROD | RARE))
def test_every_role_that_executes_nothing_is_simulated(role: str) -> None:
    """Covers both who may assume the role and what the role may do."""
    about = [asked for asked in (*YES, *PROBES) if asked.about == role]
    assert {asked.role for asked in about} == {None, role}


def test_every_task_of_a_state_machine_is_simulated(names: Names) -> None:
    waiters = {role for role in SILENT if role.endswith("waiterstatemachineRole")}
    assert names.tasks.keys() == {names.roles[role] for role in waiters}
    assert all(tasks.keys() == {IS_COMPLETE, ON_TIMEOUT} for tasks in names.tasks.values())
