"""Duration of `cdk synth` compared with that of a plain application: `make bench-synth`.

The CDK CLI runs as users run it, for the default environment and for the others. The plain
application is synthesized by the same CLI without CDK's validation. The applications take turns,
because machines have fast and slow minutes, and the best round of each counts.
"""

import json
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from bench import machine
from local_aws.environment import ONLY_THIS_MACHINE, without_aws
from scripts import ROOT
from scripts.synthesis import environments

ROUNDS = 5
DEFAULT: tuple[str, ...] = ()  # no options: the default environment
PLAIN = ("--app", "python plain_app.py")
LIMIT = 1.7  # largest allowed ratio of the default environment
TOOLS = (str(Path(sys.executable).parent), str(ROOT / "node_modules" / ".bin"))


def main() -> int:
    """Measure and print a table; fail when the default environment exceeds the limit."""
    others = [("-c", f"environment={name}") for name in environments()[1:]]
    best = dict.fromkeys((DEFAULT, *others, PLAIN), float("inf"))
    resources = {}
    for _ in range(ROUNDS):
        for options in best:
            seconds, resources[options] = synthesize(*options)
            best[options] = min(best[options], seconds)
    table = Table("", "resources", "seconds", "ratio to the plain application")
    for options, seconds in best.items():
        ratio = f"{seconds / best[PLAIN]:.2f}"
        table.add_row(_command(*options), str(resources[options]), f"{seconds:.2f}", ratio)
    console = Console(highlight=False, soft_wrap=True)
    console.print(machine.sentence(machine.describe()), table, sep="\n")
    failure = excess(best[DEFAULT], best[PLAIN])
    if failure:
        console.print(failure)
    return 1 if failure else 0


def synthesize(*options: str) -> tuple[float, int]:
    """Run `cdk synth`; return its duration in seconds and the number of synthesized resources."""
    environment = {**without_aws(os.environ), **ONLY_THIS_MACHINE}  # the CLI asks STS otherwise
    environment.pop("CDK_VALIDATION", None)
    environment["PATH"] = os.pathsep.join([*TOOLS, os.environ["PATH"]])
    cwd = ROOT
    if options == PLAIN:
        environment["CDK_VALIDATION"] = "false"
        cwd = ROOT / "bench"  # no cdk.json there adds context
    with TemporaryDirectory() as folder:
        command = ["cdk", "synth", *options, "--quiet", "--no-notices", "--output", folder]
        started = time.perf_counter()
        done = subprocess.run(  # noqa: S603 - our own command
            command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
        )
        seconds = time.perf_counter() - started
        if done.returncode:
            raise SystemExit(f"`{_command(*options)}` failed:\n{done.stderr.strip()}")
        templates = Path(folder).glob("*.template.json")
        return seconds, sum(len(json.loads(file.read_bytes())["Resources"]) for file in templates)


def excess(default: float, plain: float) -> str:
    """Return one line when the default environment exceeds the limit, else nothing."""
    if default <= LIMIT * plain:
        return ""
    return (
        f"{_command(*DEFAULT)} takes {default / plain:.2f} times as long as the plain application; "
        f"it must take at most {LIMIT} times as long"
    )


def _command(*options: str) -> str:
    return shlex.join(["cdk", "synth", *options])


if __name__ == "__main__":
    sys.exit(main())
