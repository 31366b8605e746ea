"""The prod environment under its declared roles: deployed, used, updated and destroyed."""

import pytest

from tests.proof.privilege.calls import (
    API_LOG,
    CONTROLS,
    EMPTYING,
    PROBE,
    SITE_CLEANER,
    SMOKE_TEST_WAITER,
    TRAINING_WAITER,
)
from tests.proof.privilege.identities import Identities, done, refused
from tests.proof.privilege.names import Names, names_of
from tests.proof.privilege.questions import PROBES, YES
from tests.proof.privilege.simulation import Question, allows
from tests.proof.table import ProofTable
from tests.proof.use import use
from tests.support.deployment import embedded_aws
from tests.support.waiting import until

pytestmark = pytest.mark.slow
PROD = ("environment=prod", "feedback.enabled=true", "operations.alarm_email=somebody@example.com")
# The embedded AWS runs state machines and API Gateway in process.
SILENT_IN_PROD = {SMOKE_TEST_WAITER, TRAINING_WAITER, API_LOG}
# The probe runs every minute but invokes the endpoint only during an update.
RARE = {PROBE}
PROBE_SECONDS = 120


def test_prod_needs_no_further_permission(
    tmp_path_factory: pytest.TempPathFactory, proof_table: ProofTable
) -> None:
    with embedded_aws(tmp_path_factory.mktemp("prod"), enforce_iam=True) as deployed:
        prod = Identities(deployed, "prod")
        deployed.deploy(*PROD)
        use(deployed)
        names = names_of(prod)
        asked = [one for one in (*YES, *PROBES) if one.about in SILENT_IN_PROD | RARE]
        assert disallowed(prod, names, asked) == []
        outputs = deployed.deploy(*PROD, "training.iterations=40")
        assert "reviews that neither was trained on" in outputs["Comparison"]
        use(deployed)
        wait_for_probe(prod)
        deployed.unprotect("prod")
        deployed.destroy(*PROD)
        decisions = prod.decisions()
        silent = prod.silent()
    assert refused(decisions) == []
    assert silent == SILENT_IN_PROD
    assert done(decisions, prod.arns[SITE_CLEANER]) >= EMPTYING
    proof_table.add(
        CONTROLS,
        "prod: deployed, used, updated to another model by blue/green and canary, used again, "
        "destroyed (executed)",
        f"{len(decisions)} decisions, none refused; {len(prod.arns) - len(silent)} roles of the "
        "stacks took part, all but those of state machines and API Gateway",
    )
    proof_table.add(
        CONTROLS,
        "prod: state machines, API Gateway's logging and the rollout probe",
        f"simulated: {len(asked)} questions, all allowed",
    )


def disallowed(prod: Identities, names: Names, asked: list[Question]) -> list[str]:
    """Return the descriptions of the questions that the deployed policies deny."""
    return [one.what for one in asked if not allows(prod, names, one)]


def wait_for_probe(prod: Identities) -> None:
    """Wait for the probe, which reads the endpoint's status every minute."""
    until(
        lambda: "sagemaker:DescribeEndpoint" in done(prod.decisions(), prod.arns[PROBE]),
        seconds=PROBE_SECONDS,
    )
