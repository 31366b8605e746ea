"""`make bench-synth`: how long the environments take to synthesize, beside a plain application.

Each figure is the best of several rounds, from the start of the processes to their end, without
CDK's validation. What is compared takes turns, since machines have quick and slow minutes.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import machine
from scripts import ROOT
from scripts.synthesis import environments, synthesize

ROUNDS = 5
PLAIN = Path("bench", "plain_app.py")


def main() -> int:
    """Measure and print a table."""
    subjects = _subjects()
    seconds: dict[str, list[float]] = {title: [] for title in subjects}
    resources: dict[str, int] = {}
    for _ in range(ROUNDS):
        for title, subject in subjects.items():
            started = time.perf_counter()
            resources[title] = subject()
            seconds[title].append(time.perf_counter() - started)
    table = Table("", "resources", "seconds", "times the plain one's")
    best = {title: min(measured) for title, measured in seconds.items()}
    for title, quickest in best.items():
        ratio = quickest / best[str(PLAIN)]
        table.add_row(title, str(resources[title]), f"{quickest:.2f}", f"{ratio:.2f}")
    Console(highlight=False).print(machine.sentence(machine.describe()), table, sep="\n")
    return 0


def _subjects() -> dict[str, Callable[[], int]]:
    """Return what is measured, by its title; it returns how many resources it synthesizes."""
    both = environments()
    return {
        f"{' and '.join(both)}, side by side": partial(_ours, *both),
        **{environment: partial(_ours, environment) for environment in both},
        str(PLAIN): plain,
    }


def _ours(*names: str) -> int:
    """Synthesize environments; return how many resources they have."""
    synthesized = synthesize(names)
    return sum(
        len(template["Resources"])
        for templates in synthesized.values()
        for template in templates.values()
    )


def plain() -> int:
    """Synthesize the plain application; return how many resources it has."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(  # noqa: S603 - our own command
            [sys.executable, str(PLAIN)],
            cwd=ROOT,
            env={**os.environ, "CDK_OUTDIR": folder, "CDK_VALIDATION": "false"},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        (template,) = Path(folder).glob("*.template.json")
        return len(json.loads(template.read_text("utf-8"))["Resources"])


if __name__ == "__main__":
    sys.exit(main())
