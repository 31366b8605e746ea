"""Packages as files, for a container that must not depend on a network."""

import subprocess
import sys
from pathlib import Path


class WheelsError(RuntimeError):
    """The packages that serving needs could not be fetched."""


def fetch_wheels(requirements: Path, folder: Path) -> None:
    """Download the wheels of a requirements file that lists every package.

    Raises:
        WheelsError: with pip's reason.
    """
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
        "--only-binary=:all:", "--no-deps", f"--dest={folder}", f"--requirement={requirements}",
    ]  # fmt: skip
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - no shell
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["pip gave no reason"]
        raise WheelsError(f"fetching the packages for serving failed: {lines[-1]}")
