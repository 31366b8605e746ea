"""Hooks of the whole suite, and the deployment that several packages share."""

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.support.deployment import Deployment, embedded_aws

pytest_plugins = ["local_aws.pytest_plugin", "tests.proof.plugin", "tests.stacks.synthesized"]

# PyTorch's threads wait for each other without a loop that keeps the other tests from the cores.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
# A shell starts background processes with SIGINT ignored, and so their children would ignore it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# The duration of an example depends more on the machine than on the code.
settings.register_profile("suite", deadline=None, print_blob=True)
# `make proof` runs each property of tests/properties with this many cases, the slowest with fewer.
settings.register_profile("proof", settings.get_profile("suite"), max_examples=3000)
settings.load_profile("suite")

SHARED = ("deployment", "emulator", "embedded_aws")


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name bytes by their number: compressed bytes contain the time and differ between processes."""
    return f"{len(val)} bytes" if isinstance(val, bytes) else None


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests that share a costly fixture, or else a module, in the same process.

    A slow test whose fixture does not exist would show it in `make proof` only.
    """
    for item in items:
        if missing := _missing_fixtures(item):
            raise pytest.UsageError(f"{item.nodeid}: no fixture {', '.join(missing)}")
        used = getattr(item, "fixturenames", ())
        group = next((name for name in SHARED if name in used), item.nodeid.partition("::")[0])
        item.add_marker(pytest.mark.xdist_group(group))


def _missing_fixtures(item: pytest.Item) -> set[str]:
    info = item._fixtureinfo if isinstance(item, pytest.Function) else None  # noqa: SLF001 - nothing public lists them
    if info is None:
        return set()
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    return {*info.names_closure} - {*info.name2fixturedefs, *parameters, "request"}


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Deploy every stack, trained on a sample of the packaged reviews.

    IAM and SageMaker see new resources late and CloudFront invalidates slowly, as on AWS.
    """
    with embedded_aws(tmp_path_factory.mktemp("deployment"), lag=3) as deployed:
        deployed.context += [
            "api.throttle_rate=500",
            "api.throttle_burst=1000",
            "feedback.enabled=true",
            "feedback.throttle_rate=500",
            "feedback.throttle_burst=1000",
        ]
        deployed.deploy()
        yield deployed


@pytest.fixture(scope="session")
def site_url(deployment: Deployment) -> str:
    """Return the URL of the deployed page, ending in a slash."""
    return deployment.outputs["SiteUrl"]
