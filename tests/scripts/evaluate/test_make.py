"""`make evaluate` passes its variables to the program."""

import os
import subprocess

import pytest

from scripts import ROOT

LOCAL = ["--port", "4566", "--environment", "dev"]


@pytest.mark.parametrize(
    ("given", "arguments"),
    [
        ([], LOCAL),
        (
            ["SITE=https://example.org/?a=1&b=2", "DATA=my reviews/aclImdb"],
            [*LOCAL, "--site", "https://example.org/?a=1&b=2", "--data", "my reviews/aclImdb"],
        ),
        (["ENDPOINT=sentiment-dev"], [*LOCAL, "--endpoint", "sentiment-dev"]),
        (
            ["ENDPOINT=e", "LOCAL=1", "PORT=4600", "ENV=prod", "CONTEXT=-c a=1 -c b=2"],
            [
                "--port", "4600", "--environment", "prod", "--endpoint", "e", "--local",
                "-c", "a=1", "-c", "b=2",
            ],
        ),
    ],
)  # fmt: skip
def test_the_command_line(given: list[str], arguments: list[str]) -> None:
    shown = printed(["make", "--dry-run", "evaluate", *given])
    _, found, command = shown.partition("python -m scripts.evaluate ")
    assert found
    assert printed(["sh", "-c", f"printf '%s\\n' {command}"]).splitlines() == arguments


def printed(command: list[str]) -> str:
    environment = {"PATH": os.environ["PATH"]}  # without the variables of a make around these tests
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=60
    ).stdout
