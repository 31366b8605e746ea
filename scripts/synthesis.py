"""Synthesizes environments as the CDK CLI does: with `app.py`, each in its own process."""

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
# Context for a synthesis that does not need the functions' code
UNBUNDLED: dict[str, Any] = {"aws:cdk:bundling-stacks": []}

Templates = dict[str, dict[str, Any]]


class SynthesisError(Exception):
    """An environment cannot be synthesized; the message is the output of its process."""


def context(environment: str, overrides: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return CDK's context, built as the CLI does from cdk.json and `-c`."""
    return {**_declared()["context"], "environment": environment, **(overrides or {})}


def overrides_in(arguments: Sequence[str]) -> dict[str, str]:
    """Return the settings in `key=value` arguments of `-c`."""
    return dict(argument.partition("=")[::2] for argument in arguments)


def _command() -> list[str]:
    """Return cdk.json's command, for any working directory and with this Python."""
    _, *options, script = shlex.split(_declared()["app"])
    return [sys.executable, *options, str(ROOT / script)]


def _declared() -> dict[str, Any]:
    declared: dict[str, Any] = json.loads((ROOT / "cdk.json").read_text("utf-8"))
    return declared


def environments() -> list[str]:
    """Return the names of the environments in cdk.json."""
    return list(context("")["environments"])


def start(
    environment: str,
    folder: Path,
    overrides: Mapping[str, Any] | None = None,
    *,
    variables: Mapping[str, str] = os.environ,
    cwd: Path = ROOT,
) -> "subprocess.Popen[str]":
    """Start synthesizing an environment.

    Args:
        environment: its name in cdk.json.
        folder: output folder of the cloud assembly.
        overrides: settings as in `-c`.
        variables: environment of the process, to which CDK's variables are added.
        cwd: working directory of the process.
    """
    selected = {
        "CDK_OUTDIR": str(folder),
        "CDK_CONTEXT_JSON": json.dumps(context(environment, overrides)),
    }
    return subprocess.Popen(  # noqa: S603 - our own command
        _command(),
        cwd=cwd,
        env={**variables, **selected},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def synthesize(
    names: Sequence[str], overrides: Mapping[str, Any] | None = None
) -> dict[str, Templates]:
    """Synthesize environments in parallel.

    Args:
        names: the environments.
        overrides: settings of all environments, as in `-c`.

    Returns:
        Environment to its templates, by stack: `storage`, `model` and `web`.

    Raises:
        SynthesisError: for an unknown or invalid setting.
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
    """Return the templates in a cloud assembly, by stack: `storage`, `model` and `web`."""
    return {
        stack: json.loads(
            (folder / f"sentiment-{environment}-{stack}.template.json").read_text("utf-8")
        )
        for stack in STACKS
    }
