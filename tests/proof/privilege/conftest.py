"""One deployment on an embedded AWS that enforces IAM, shared by the tests of this package."""

from collections.abc import Iterator

import pytest

from tests.proof.privilege.identities import Identities
from tests.proof.privilege.names import Names, names_of
from tests.proof.use import use
from tests.support.deployment import embedded_aws


@pytest.fixture(scope="package")
def enforced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Identities]:
    """Deploy dev under its declared roles, with all that needs permissions."""
    with embedded_aws(tmp_path_factory.mktemp("enforced"), enforce_iam=True) as deployed:
        deployed.context += [
            "feedback.enabled=true", "security.customer_managed_keys=true", "operations.alarms=true",
            "rollout.challenger=not_worse",
        ]  # fmt: skip
        deployed.deploy()
        yield Identities(deployed)


@pytest.fixture(scope="package")
def names(enforced: Identities) -> Names:
    """Use the application as its callers do, and return the names of its resources."""
    use(enforced.deployment)
    return names_of(enforced)
