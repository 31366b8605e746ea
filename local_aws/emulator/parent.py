"""The end of an emulator that belongs to a process, such as pytest, when that process is gone."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from local_aws.process import STATE_VARIABLE

POLL_SECONDS = 0.5


def end_with(parent: int, state: Path) -> None:
    """Start a thread that stops this emulator once its parent is gone.

    A process gets another parent as soon as its own has ended, even by SIGKILL. A pipe to the
    parent would stay open in processes that the parent has forked.

    Args:
        parent: id of the process that started this one; it may have ended meanwhile.
        state: the emulator's state folder.
    """
    threading.Thread(target=_watch, args=(parent, state), daemon=True).start()


def _watch(parent: int, state: Path) -> None:
    while os.getppid() == parent:
        time.sleep(POLL_SECONDS)
    # Another process stops this one, since it has to kill whatever does not end by itself. Without
    # the variable it is not a process of this emulator, which the guard would end.
    subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "local_aws", "down", "--state", state],
        env={name: text for name, text in os.environ.items() if name != STATE_VARIABLE},
        start_new_session=True, check=False,
    )  # fmt: skip
    # Only if `down` has not found this process: the parent ended before it recorded the process.
    os._exit(1)
