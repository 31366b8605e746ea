"""Tests that share a deployment run in the same process."""

import os

import pytest


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="one process has all tests")
def test_the_group_of_a_test_is_its_file(request: pytest.FixtureRequest) -> None:
    assert request.node.nodeid.endswith("@tests/repository/test_test_processes.py")
