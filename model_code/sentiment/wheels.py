"""Wheels of the serving packages, so that the container needs no network."""

import subprocess
import sys
from pathlib import Path


class WheelsError(RuntimeError):
    """The serving packages could not be downloaded."""


def fetch_wheels(requirements: Path, folder: Path) -> None:
    """Download the wheels of a requirements file, which must list every dependency.

    Raises:
        WheelsError: with pip's error message.
    """
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
        "--only-binary=:all:", "--no-deps", f"--dest={folder}", f"--requirement={requirements}",
    ]  # fmt: skip
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - no shell
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["pip printed no reason"]
        raise WheelsError(f"downloading the packages for serving failed: {lines[-1]}")
