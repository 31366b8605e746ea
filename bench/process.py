"""A measured process: its output as it comes, its seconds and its peak memory."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import psutil

from bench.handover import PREFIX
from scripts import ROOT

SAMPLE_EVERY = 0.1  # seconds
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes


class ProcessError(RuntimeError):
    """A measured process failed; the message is one line."""


@dataclass(frozen=True)
class Finished:
    """A process that ended well.

    Attributes:
        seconds: from its start to its end.
        processor_seconds: what the processors worked for it and its children.
        peak_bytes: the most memory that it and its children had resident together; what they
            share counts in each.
        lines: what it printed.
    """

    seconds: float
    processor_seconds: float
    peak_bytes: int
    lines: list[str]


def run(
    command: Sequence[str],
    *,
    threads: int,
    show: Callable[[str], None],
    environment: Mapping[str, str] | None = None,
) -> Finished:
    """Run a command from the repository's root and wait for it.

    Args:
        command: program and arguments.
        threads: how many threads its mathematics may use.
        show: called with every line that it prints.
        environment: variables beside those of this process.

    Raises:
        ProcessError: when it ends with another status than 0.
    """
    started = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - our own commands
        command,
        cwd=ROOT,
        env=_environment(threads, environment or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    memory = _TreeMemory(process.pid)
    memory.start()
    try:
        lines = _follow(process, show)
        # Not Popen.wait(): only this also says what the process used.
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


def _environment(threads: int, further: Mapping[str, str]) -> dict[str, str]:
    return {
        **os.environ,
        **dict.fromkeys(THREAD_VARIABLES, str(threads)),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "model_code")]),
        "PYTHONUNBUFFERED": "1",
        **further,
    }


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
    """Samples the resident memory of a process and all its descendants."""

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
