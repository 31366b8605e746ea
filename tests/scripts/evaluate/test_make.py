"""`make evaluate` passes its variables to the program."""

import os
import subprocess
from pathlib import Path

import pytest

from scripts import ROOT

LOCAL = ["--port", "4566", "--environment", "dev"]


@pytest.mark.parametrize(
    ("given", "arguments"),
    [
        ([], LOCAL),
        (
            ["SITE=https://example.org/?a=1&b=2", 'DATA=my "reviews"/aclImdb'],
            [*LOCAL, "--site", "https://example.org/?a=1&b=2", "--data", 'my "reviews"/aclImdb'],
        ),
        (["FEEDBACK=2026-10"], [*LOCAL, "--feedback", "2026-10"]),
        (["ENDPOINT=sentiment-dev"], [*LOCAL, "--endpoint", "sentiment-dev"]),
        (
            ["ENDPOINT=e", "LOCAL=1", "PORT=4600", "ENV=prod", "CONTEXT=-c a=1 -c b=2"],
            [
                "--port", "4600", "--environment", "prod", "--endpoint", "e", "--local",
                "-c", "a=1", "-c", "b=2",
            ],
        ),
        (
            ["""CONTEXT=-c 'dataset.labels={"1": "negative", "3": null}'"""],
            [*LOCAL, "-c", 'dataset.labels={"1": "negative", "3": null}'],
        ),
    ],
)  # fmt: skip
def test_variables_become_options(given: list[str], arguments: list[str], tmp_path: Path) -> None:
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n")
    python.chmod(0o755)
    no_set_up = [f"VENV={os.path.relpath(tmp_path, ROOT)}", "PYTHON=true"]
    shown = subprocess.run(
        ["make", "--silent", "evaluate", *no_set_up, *given],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},  # without the variables of a make around these tests
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    ).stdout
    assert shown.splitlines() == ["-m", "scripts.evaluate", *arguments]
