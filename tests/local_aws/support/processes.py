"""Processes of this machine."""

from pathlib import Path

import psutil

from tests.local_aws.conftest import processes_naming


def running(command: str) -> list[int]:
    """Return the ids of the living processes with this command line."""
    return [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if " ".join(process.info["cmdline"] or []) == command
    ]


def model_servers(folder: Path) -> list[int]:
    """Return the processes of model servers below a folder, without those that started them."""
    return [
        number
        for number, command in processes_naming(folder).items()
        if "model_server.py" in command and "namespace.py" not in command
    ]
