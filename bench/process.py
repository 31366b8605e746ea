"""Measured processes: live output, duration, peak memory and a JSON result."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psutil

from scripts import ROOT

PREFIX = "result="  # prefix of the line with the result
SAMPLE_EVERY = 0.1  # seconds
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes


class ProcessError(RuntimeError):
    """A measured process fails; the message is one line."""


@dataclass(frozen=True)
class Finished:
    """A process that succeeded.

    Attributes:
        seconds: elapsed time from its start to its end.
        processor_seconds: processor time of the process and its children.
        peak_bytes: peak resident memory of the process and its children together; shared memory
            counts once for each of them.
        lines: printed lines.
    """

    seconds: float
    processor_seconds: float
    peak_bytes: int
    lines: list[str]

    @property
    def result(self) -> Any:
        """The result from the process; None when there is none."""
        found = [line for line in self.lines if line.startswith(PREFIX)]
        return json.loads(found[-1].removeprefix(PREFIX)) if found else None


def hand_over(result: Any) -> None:
    """Print a JSON result for the parent process, as one line."""
    print(PREFIX + json.dumps(result), flush=True)


def run(command: Sequence[str], *, threads: int, show: Callable[[str], None]) -> Finished:
    """Run a command in the repository's root and wait for it.

    Args:
        command: program and arguments.
        threads: maximum number of threads of its numeric libraries.
        show: called with every printed line.

    Raises:
        ProcessError: when the exit status is not 0.
    """
    started = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - our own commands
        command,
        cwd=ROOT,
        env={
            **os.environ,
            **dict.fromkeys(THREAD_VARIABLES, str(threads)),
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "model_code")]),
            "PYTHONUNBUFFERED": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    memory = _TreeMemory(process.pid)
    memory.start()
    try:
        lines = _follow(process, show)
        # Unlike Popen.wait(), this also returns the resource usage.
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    except BaseException:
        _end(process)
        raise
    finally:
        memory.stop()
    seconds = time.perf_counter() - started
    if process.returncode:
        reason = lines[-1] if lines else "it printed nothing"
        raise ProcessError(f"{' '.join(command[1:5])} failed: {reason}")
    return Finished(
        seconds=seconds,
        processor_seconds=usage.ru_utime + usage.ru_stime,
        peak_bytes=max(memory.peak, usage.ru_maxrss * MAXRSS_UNIT),
        lines=lines,
    )


def _follow(process: subprocess.Popen[str], show: Callable[[str], None]) -> list[str]:
    lines = []
    for line in process.stdout or ():
        lines.append(line.rstrip())
        if lines[-1] and not line.startswith(PREFIX):
            show(lines[-1])
    return lines


def _end(process: subprocess.Popen[str]) -> None:
    for descendant in [*_descendants(process.pid), process]:
        try:
            descendant.kill()
        except (psutil.Error, OSError):
            continue
    process.wait()


def _descendants(pid: int) -> list[psutil.Process]:
    try:
        return list(psutil.Process(pid).children(recursive=True))
    except psutil.Error:
        return []


class _TreeMemory(threading.Thread):
    """Peak resident memory of a process and its descendants, by sampling."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._process = psutil.Process(pid)
        self._stopped = threading.Event()
        self.peak = 0

    def run(self) -> None:
        while not self._stopped.wait(SAMPLE_EVERY):
            members = [self._process, *_descendants(self._process.pid)]
            self.peak = max(self.peak, sum(_resident(member) for member in members))

    def stop(self) -> None:
        self._stopped.set()
        self.join()


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0
