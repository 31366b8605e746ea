"""A command of the CDK CLI ends with its caller, for example at a time limit."""

import os
import sys
from pathlib import Path

import psutil
import pytest

from local_aws.cdk.command import _stream

# The CLI in .venv/bin starts Node.js, which does the work.
COMMAND = """
import subprocess, sys
print("begun", flush=True)
subprocess.run([sys.executable, "-c", "import time; time.sleep(600)"])
"""


PROCESSES = 2  # the command and its child


class GivenUpError(Exception):
    """An error that ends the caller."""


def test_the_command_ends_with_its_child_processes(tmp_path: Path) -> None:
    def give_up(line: str) -> None:
        assert line == "begun"
        while len(running) < PROCESSES:
            running[:] = set(psutil.Process().children(recursive=True)) - before
        raise GivenUpError

    before = set(psutil.Process().children(recursive=True))
    running: list[psutil.Process] = []
    with pytest.raises(GivenUpError):
        _stream([sys.executable, "-c", COMMAND], tmp_path, give_up, dict(os.environ))
    _, alive = psutil.wait_procs(running, timeout=120)
    assert alive == []
