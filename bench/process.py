"""Measured processes: live output, duration, peak memory and a JSON result."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.usage import PREFIX as USAGE
from scripts import ROOT

PREFIX = "result="  # prefix of the line with the result
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


class ProcessError(RuntimeError):
    """A measured process fails; the message is one line."""


@dataclass(frozen=True)
class Finished:
    """A process that succeeded.

    Attributes:
        seconds: elapsed time from its start to its end.
        processor_seconds: processor time of the process and its children.
        peak_bytes: peak resident memory of the process, as the operating system counts it.
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
    started, lines = time.perf_counter(), list[str]()
    process = subprocess.Popen(  # noqa: S603 - our own commands
        [sys.executable, "-m", "bench.usage", *command],
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
        start_new_session=True,
    )
    try:
        for line in process.stdout or ():
            lines.append(line.rstrip())
            if lines[-1] and not line.startswith((PREFIX, USAGE)):
                show(lines[-1])
        process.wait()
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    usage = lines.pop()
    if process.returncode:
        reason = lines[-1] if lines else "it printed nothing"
        raise ProcessError(f"{' '.join(command[1:5])} failed: {reason}")
    processor_seconds, peak_bytes = json.loads(usage.removeprefix(USAGE))
    return Finished(
        seconds=time.perf_counter() - started,
        processor_seconds=processor_seconds,
        peak_bytes=peak_bytes,
        lines=lines,
    )
