"""A process that stands for a container: its environment, its log and its end."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

from local_aws.environment import embedded_aws, without_aws


class Container:
    """A running process with a process group of its own, whose lines go to a function."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        folder: Path,
        environment: Mapping[str, str],
        on_line: Callable[[str], None],
    ) -> None:
        """Start the process.

        It gets a process group of its own, to be ended with all its children, and stays in the
        emulator's session, in which `down` finds it whatever happens.
        """
        self._process = subprocess.Popen(  # noqa: S603 - no shell
            [str(part) for part in command],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            process_group=0,
        )
        self._on_line = on_line
        self._ended = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - narrows the type, PIPE was given
        for line in self._process.stdout:
            self._on_line(line.rstrip("\n"))

    def wait(self, timeout: float | None = None) -> int | None:
        """Return the exit code, or None when the process still runs after `timeout` seconds."""
        try:
            code = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None
        if not self._ended:
            self._ended = True
            # A container ends with its first process, whatever that has started.
            _signal(self._process.pid, signal.SIGKILL)
        self._reader.join(timeout=5)
        return code

    def running(self) -> bool:
        """Tell whether the process has not ended."""
        return self._process.poll() is None

    def stop(self, grace: float) -> None:
        """Ask the process and its children to end, and after `grace` seconds make them."""
        if self._ended:
            return
        _signal(self._process.pid, signal.SIGTERM)
        deadline = time.monotonic() + grace
        while time.monotonic() < deadline and _alive(self._process.pid):
            time.sleep(0.05)
        _signal(self._process.pid, signal.SIGKILL)
        self.wait(5)


def container_environment(url: str, region: str, python: Path) -> dict[str, str]:
    """Return what a container sees: nothing of the user's AWS, all of the embedded one.

    Args:
        url: the embedded AWS.
        region: its region.
        python: the Python of the container's virtual environment.
    """
    return {
        **without_aws(os.environ),
        **embedded_aws(url, region),
        "PATH": f"{python.parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }


def _signal(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return


def _alive(group: int) -> bool:
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                return True
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue
    return False
