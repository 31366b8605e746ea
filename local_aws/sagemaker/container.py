"""A process in place of a container: its environment, its log and its end."""

import contextlib
import os
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import psutil

from local_aws.credentials import Credentials
from local_aws.environment import ONLY_THIS_MACHINE, embedded_aws, without_aws

# Set in every process of a container: torchrun starts its workers in new sessions, so the process
# group does not contain them all.
MARK = "LOCAL_AWS_CONTAINER"
KILL_SECONDS = 5.0


class Usage(NamedTuple):
    """Resources that a container uses.

    Attributes:
        processor_seconds: since its start.
        memory: bytes of resident memory.
    """

    processor_seconds: float
    memory: int


class Container:
    """A running process with its own process group; a function receives its lines."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        folder: Path,
        environment: Mapping[str, str],
        on_line: Callable[[str], None],
    ) -> None:
        """Start the process.

        Its own process group lets it be ended with all its children. It stays in the emulator's
        session, where `down` always finds it.
        """
        self._mark = uuid.uuid4().hex
        self._process = subprocess.Popen(  # noqa: S603 - no shell
            [str(part) for part in command],
            cwd=folder,
            env={**environment, MARK: self._mark},
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
            # A container ends with its first process, so the children have to end as well.
            self._kill()
            self._reader.join(timeout=5)
        return code

    def running(self) -> bool:
        """Return whether the process still runs."""
        return self._process.poll() is None

    def usage(self) -> Usage:
        """Return the resources that its processes use; none once it has ended."""
        seconds, memory = 0.0, 0
        with contextlib.suppress(psutil.NoSuchProcess):
            first = psutil.Process(self._process.pid)
            for process in (first, *first.children(recursive=True)):
                with contextlib.suppress(psutil.NoSuchProcess):
                    times = process.cpu_times()
                    seconds += times.user + times.system
                    memory += process.memory_info().rss
        return Usage(seconds, memory)

    def stop(self, grace: float) -> None:
        """Ask the process and its children to end, and kill them after `grace` seconds."""
        if self._ended:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        deadline = time.monotonic() + grace
        while time.monotonic() < deadline and self._members():
            time.sleep(0.05)
        self._kill()
        self.wait(5)

    def _members(self) -> list[psutil.Process]:
        """Return the container's living processes."""
        found = []
        for process in psutil.process_iter():
            try:
                in_group = os.getpgid(process.pid) == self._process.pid
                marked = in_group or process.environ().get(MARK) == self._mark
                if marked and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except (OSError, psutil.Error):
                continue
        return found

    def _kill(self) -> None:
        """Kill all its processes, including those started meanwhile."""
        deadline = time.monotonic() + KILL_SECONDS
        while (members := self._members()) and time.monotonic() < deadline:
            for process in members:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            time.sleep(0.02)  # not psutil's wait, which would take the exit code from `wait`


def stop_all(containers: Sequence[Container], grace: float) -> None:
    """Stop containers at the same time, each as `Container.stop` does."""
    with ThreadPoolExecutor(max_workers=max(1, len(containers))) as pool:
        for _ in pool.map(lambda container: container.stop(grace), containers):
            pass


def container_environment(
    url: str, region: str, python: Path, credentials: Credentials | None
) -> dict[str, str]:
    """Return a container's environment: no AWS settings but those of the embedded AWS.

    Args:
        url: URL of the embedded AWS.
        region: its region.
        python: the Python of the container's virtual environment.
        credentials: the keys of its role; None if its network is isolated.
    """
    return {
        **without_aws(os.environ),
        **(ONLY_THIS_MACHINE if credentials is None else embedded_aws(url, region)),
        **({} if credentials is None else credentials.variables),
        "PATH": f"{python.parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
