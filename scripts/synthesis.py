"""Synthesizing an environment in this process, as `cdk synth` would."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aws_cdk import App

from app import ROOT, compose
from stacks.context import read_settings

STACKS = ("storage", "model", "web")


def context(environment: str, overrides: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return CDK's context as the CLI makes it from cdk.json and `-c`."""
    declared: dict[str, Any] = json.loads((ROOT / "cdk.json").read_text("utf-8"))["context"]
    return {**declared, "environment": environment, **(overrides or {})}


def environments() -> list[str]:
    """Return the environments that cdk.json has."""
    return list(context("")["environments"])


def synthesize(
    environment: str, folder: Path, overrides: Mapping[str, Any] | None = None
) -> dict[str, dict[str, Any]]:
    """Synthesize without CDK's validation, nine tenths of the time it takes.

    Args:
        environment: its name in cdk.json.
        folder: receives the cloud assembly.
        overrides: settings as `-c` gives them.

    Returns:
        The stacks' templates: of `storage`, `model` and `web`.

    Raises:
        SettingsError: for a setting that is unknown or not allowed.
    """
    application = App(
        context=context(environment, overrides),
        outdir=str(folder),
        analytics_reporting=False,
        builtin_cloud_formation_validation=False,
    )
    compose(application, read_settings(application.node.get_all_context()))
    application.synth()
    return templates(environment, folder)


def templates(environment: str, folder: Path) -> dict[str, dict[str, Any]]:
    """Return the templates in a cloud assembly: of `storage`, `model` and `web`."""
    return {
        stack: json.loads(
            (folder / f"sentiment-{environment}-{stack}.template.json").read_text("utf-8")
        )
        for stack in STACKS
    }
