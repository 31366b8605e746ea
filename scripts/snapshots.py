"""The accepted templates of a git revision, and those of the working tree."""

import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scripts import ROOT
from scripts.synthesis import STACKS, synthesize

SNAPSHOTS = Path("tests/stacks/__snapshots__/test_snapshots")
HASH = re.compile(r"[0-9a-f]{64}")
VERSION = re.compile(r"(CurrentVersion[0-9A-F]{8})[0-9a-f]{32}\b")
JOB_NAME = re.compile(r"(sentiment-[a-z0-9]+-)[0-9a-f]{12}\b")

Template = dict[str, Any]


class NoSnapshotError(Exception):
    """A snapshot is missing; the message names it."""


def masked(template: Template) -> Template:
    """Return a template without the values that change with every edit of a source file.

    These are asset hashes, the training job's name and the logical ids of function versions.
    """
    text = HASH.sub("<hash>", json.dumps(template))
    for pattern in (VERSION, JOB_NAME):
        text = pattern.sub(r"\1<inputs>", text)
    content: Template = json.loads(text)
    return content


def all_masked(templates: Mapping[str, Template]) -> dict[str, Template]:
    """Return the masked templates of an environment, by stack."""
    return {stack: masked(template) for stack, template in templates.items()}


def accepted(environment: str, revision: str) -> dict[str, Template]:
    """Return the snapshots of an environment in a git revision, by stack.

    Raises:
        NoSnapshotError: when the revision or a snapshot in it does not exist.
    """
    return {
        stack: json.loads(_show(revision, SNAPSHOTS / f"test_template[{environment}-{stack}].json"))
        for stack in STACKS
    }


def present(names: Sequence[str]) -> dict[str, dict[str, Template]]:
    """Synthesize environments and return their masked templates, by stack.

    Raises:
        SynthesisError: when an environment cannot be synthesized.
    """
    synthesized = synthesize(names)
    return {environment: all_masked(templates) for environment, templates in synthesized.items()}


def _show(revision: str, path: Path) -> str:
    shown = subprocess.run(  # noqa: S603 - no shell
        ["git", "show", "--end-of-options", f"{revision}:{path.as_posix()}", "--"],  # noqa: S607 - the git of the PATH
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if shown.returncode:
        raise NoSnapshotError(f"{path} in {revision}: {shown.stderr.strip()}")
    return shown.stdout
