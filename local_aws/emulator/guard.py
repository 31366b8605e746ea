"""A process that ends an emulator's processes when the emulator has ended, even by SIGKILL."""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

from local_aws import process

POLL_SECONDS = 0.5


def start(state: Path) -> None:
    """Start the guard of this emulator; `down` ends it with the session.

    Args:
        state: the emulator's state folder.
    """
    subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "local_aws.emulator.guard", str(os.getpid()), str(state)],
        stdin=subprocess.DEVNULL,
    )


def main(emulator: int, state: Path) -> None:
    """Wait until the emulator is gone, then end its processes.

    Args:
        emulator: id of the emulator's process, the parent of this one.
        state: its state folder.
    """
    while os.getppid() == emulator:
        time.sleep(POLL_SECONDS)
    with contextlib.suppress(process.EmulatorError):  # the state is removed
        process.end_orphans(state)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
