"""All of prod under the roles that it declares: deployed, used, changed and destroyed."""

import pytest

from tests.conftest import embedded_aws
from tests.proof.privilege.calls import CONTROLS
from tests.proof.privilege.identities import Identities, acting, refused
from tests.proof.table import ProofTable
from tests.proof.use import use

pytestmark = pytest.mark.slow
PROD = ("environment=prod", "feedback.enabled=true", "operations.alarm_email=somebody@example.com")


def test_prod_needs_no_more(
    tmp_path_factory: pytest.TempPathFactory, proof_table: ProofTable
) -> None:
    with embedded_aws(tmp_path_factory.mktemp("prod"), enforce_iam=True) as deployed:
        prod = Identities(deployed)
        deployed.deploy(*PROD)
        use(deployed)
        deployed.deploy(*PROD, "training.seed=7")
        use(deployed)
        deployed.unprotect("prod")
        deployed.destroy(*PROD)
        decisions = prod.decisions()
    assert refused(decisions) == []
    ours = sorted(role for role in acting(decisions) if role.startswith("sentiment-prod-"))
    for role in ("RolloutProbe", "PredictApiHandler", "EndpointRole", "TrainingJobRole"):
        assert any(role in one for one in ours), ours
    proof_table.add(
        CONTROLS,
        "prod: deployed, used, another model by blue/green and canary, used again, destroyed "
        "(executed)",
        f"{len(decisions)} decisions; {len(ours)} of the stacks' roles took part; none refused",
    )
