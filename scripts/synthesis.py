"""Synthesizing environments as the CDK CLI does: `app.py`, in a process for each of them."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scripts import ROOT

STACKS = ("storage", "model", "web")

Templates = dict[str, dict[str, Any]]


class SynthesisError(Exception):
    """An environment cannot be synthesized; the text is what its process said."""


def context(environment: str, overrides: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return CDK's context as the CLI makes it from cdk.json and `-c`."""
    return {**_declared()["context"], "environment": environment, **(overrides or {})}


def _command() -> list[str]:
    """Return the command of cdk.json, for any working directory and with this Python."""
    _, *options, script = shlex.split(_declared()["app"])
    return [sys.executable, *options, str(ROOT / script)]


def _declared() -> dict[str, Any]:
    declared: dict[str, Any] = json.loads((ROOT / "cdk.json").read_text("utf-8"))
    return declared


def environments() -> list[str]:
    """Return the environments that cdk.json has."""
    return list(context("")["environments"])


def start(
    environment: str,
    folder: Path,
    overrides: Mapping[str, Any] | None = None,
    *,
    variables: Mapping[str, str] = os.environ,
    cwd: Path = ROOT,
) -> "subprocess.Popen[str]":
    """Start to synthesize.

    Args:
        environment: its name in cdk.json.
        folder: receives the cloud assembly.
        overrides: settings as `-c` gives them.
        variables: the process's environment, beside what tells it what to synthesize.
        cwd: where it runs.
    """
    told = {
        "CDK_OUTDIR": str(folder),
        "CDK_CONTEXT_JSON": json.dumps(context(environment, overrides)),
    }
    return subprocess.Popen(  # noqa: S603 - our own command
        _command(),
        cwd=cwd,
        env={**variables, **told},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def synthesize(
    names: Sequence[str], overrides: Mapping[str, Any] | None = None
) -> dict[str, Templates]:
    """Synthesize environments side by side.

    Args:
        names: the environments.
        overrides: settings of all of them, as `-c` gives them.

    Returns:
        Environment to its stacks' templates: of `storage`, `model` and `web`.

    Raises:
        SynthesisError: for a setting that is unknown or not allowed.
    """
    with TemporaryDirectory() as root:
        folders = {name: Path(root, name) for name in names}
        running = [start(name, folder, overrides) for name, folder in folders.items()]
        said = [process.communicate()[1] for process in running]
        for process, text in zip(running, said, strict=True):
            if process.returncode:
                raise SynthesisError(text.strip())
        return {name: templates(name, folder) for name, folder in folders.items()}


def templates(environment: str, folder: Path) -> Templates:
    """Return the templates in a cloud assembly: of `storage`, `model` and `web`."""
    return {
        stack: json.loads(
            (folder / f"sentiment-{environment}-{stack}.template.json").read_text("utf-8")
        )
        for stack in STACKS
    }
