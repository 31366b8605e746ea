"""pytest's fixture `embedded_aws`: an embedded AWS that runs as long as the tests."""

from collections.abc import Iterator

import pytest

from local_aws import process
from local_aws.environment import DEFAULT_REGION
from local_aws.testing import EmbeddedAws, free_port


@pytest.fixture(scope="session")
def embedded_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedAws]:
    """An embedded AWS on a free port; the tests that use it share its state."""
    state = tmp_path_factory.mktemp("embedded-aws")
    running = process.start(free_port(), state, DEFAULT_REGION, ends_with_caller=True)
    try:
        yield EmbeddedAws(running.port, state)
    finally:
        process.stop(running, state)
        process.remove_state(state)
