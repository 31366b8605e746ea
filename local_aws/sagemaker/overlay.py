"""Virtual environments of containers, on top of the developer's, which they never change."""

import shlex
import site
import sys
import sysconfig
import venv
from collections.abc import Sequence
from pathlib import Path


def make_overlay(folder: Path) -> Path:
    """Create a virtual environment that sees all packages of the running one.

    Its pip finds those packages installed and installs anything else into `folder`.

    Returns:
        The path of its Python.
    """
    venv.EnvBuilder(symlinks=True, with_pip=False).create(folder)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = folder / "lib" / version / "site-packages"
    parents = [path for path in {*site.getsitepackages(), sysconfig.get_path("purelib")} if path]
    (packages / "parent.pth").write_text("\n".join(parents) + "\n", "utf-8")
    python = folder / "bin" / "python"
    for name in ("pip", "pip3"):  # another pip would change the running environment
        write_command(python.with_name(name), [python, "-m", "pip"])
    return python


def write_command(file: Path, words: Sequence[str | Path]) -> None:
    """Write an executable that runs a command with further arguments."""
    file.write_text(f'#!/bin/sh\nexec {shlex.join(map(str, words))} "$@"\n', "utf-8")
    file.chmod(0o755)
