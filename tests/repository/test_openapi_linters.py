"""Redocly and Spectral find nothing in the OpenAPI document."""

import os
import subprocess
from pathlib import Path

from scripts import ROOT

DOCUMENT = ROOT / "docs" / "openapi.json"
BIN = ROOT / "node_modules" / ".bin"
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


def lint(*command: str | Path, folder: Path) -> None:
    done = subprocess.run(
        [*map(str, command), str(DOCUMENT)], cwd=folder, env={**os.environ, **QUIET},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_redocly(tmp_path: Path) -> None:
    (tmp_path / "redocly.yaml").write_text("extends: [recommended-strict]\n")
    lint(BIN / "redocly", "lint", folder=tmp_path)


def test_spectral(tmp_path: Path) -> None:
    (tmp_path / ".spectral.yaml").write_text("extends: spectral:oas\n")
    lint(BIN / "spectral", "lint", "--fail-severity", "hint", folder=tmp_path)
