"""Show what changes against the accepted templates: resources, permissions, cost.

`cdk diff` compares the templates, without credentials and without a network. The output is
Markdown: the pipeline adds it to the summary page of a run.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts import ROOT
from scripts.cost.comparison import compare
from scripts.snapshots import NoSnapshotError, Template, accepted, present
from scripts.stateful import stateful
from scripts.synthesis import SynthesisError, environments

CDK = ROOT / "node_modules" / ".bin" / "cdk"


class DiffError(Exception):
    """`cdk diff` failed; the message is its output."""


def changes(stack: str, before: Template, after: Template) -> str:
    """Return the report of `cdk diff` on two templates of a stack."""
    artifact = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://unknown-account/unknown-region",
        "properties": {"templateFile": "after.json"},
    }
    manifest = {"version": "48.0.0", "artifacts": {stack: artifact}}
    with TemporaryDirectory() as folder:
        for name, content in (
            ("manifest.json", manifest), ("before.json", before), ("after.json", after)
        ):  # fmt: skip
            Path(folder, name).write_text(json.dumps(content), "utf-8")
        done = subprocess.run(  # noqa: S603 - our own command
            [CDK, "diff", "--app=.", "--template=before.json", "--no-notices", "--no-color"],
            cwd=folder,
            # The CLI would break words to fit a table into a terminal.
            env={**os.environ, "CDK_DISABLE_CLI_TELEMETRY": "true", "COLUMNS": "10000"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    if done.returncode:
        raise DiffError(f"cdk diff failed for {stack}: {done.stdout.strip()}")
    return done.stdout.partition("✨")[0].strip()


def summarize(
    environment: str, before: Mapping[str, Template], after: Mapping[str, Template]
) -> Iterator[str]:
    """Yield the lines of an environment's summary.

    Args:
        environment: its name.
        before: the accepted templates, by stack.
        after: the current templates, by stack.
    """
    if before == after:
        yield f"## {environment}: nothing changes"
        return
    yield f"## {environment}"
    for stack in after:
        if before[stack] != after[stack]:
            report = changes(f"{environment}-{stack}", before[stack], after[stack])
            yield f"\n```diff\n{report}\n```"
    kept = stateful(after)
    lost = [name for name, entry in stateful(before).items() if kept.get(name) != entry]
    if lost:
        yield f"\n**stateful resources that are replaced or removed: {len(lost)}**"
        yield from (f"- {name}" for name in lost)
    yield from compare(before, after)


def main(given: Sequence[str] | None = None) -> int:
    """Compare every environment, or the named one, with the snapshots of a revision.

    Args:
        given: the arguments; by default those of the command line.
    """
    parser = argparse.ArgumentParser(prog="make diff", description=__doc__)
    parser.add_argument("--environment", choices=environments(), action="append")
    parser.add_argument("--against", default="HEAD", metavar="REVISION", help="default: HEAD")
    arguments = parser.parse_args(given)
    chosen = arguments.environment or environments()
    try:
        before = {environment: accepted(environment, arguments.against) for environment in chosen}
        after = present(chosen)
        for environment in chosen:
            for line in summarize(environment, before[environment], after[environment]):
                print(line)
    except (NoSnapshotError, SynthesisError, DiffError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
