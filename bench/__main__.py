"""Benchmarks of `make bench` and `make bench-check`."""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import compare, machine, table
from bench.process import ProcessError
from bench.runner import PEERS_PYTHON, Runner
from local_aws.cdk.screen import Screen
from scripts.synthesis import context, overrides_in
from stacks.settings.error import SettingsError
from stacks.settings.load import read_settings

FOLDER = Path(__file__).resolve().parent
RESULTS = FOLDER / "results.json"
CHECK_RATIOS = FOLDER / "check_ratios.json"


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    """Measure everything, print the table and write it as JSON."""
    started = time.monotonic()
    overrides = overrides_in(arguments.context)
    schema = read_settings(context("dev", overrides)).dataset.table_schema
    plans = compare.plans(whole_notebook=arguments.whole_notebook)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        runner = Runner(Path(folder), plans, screen.line)
        data = runner.prepare(arguments.data, schema=schema)
        screen.step(f"{data.name}: {data.training:,} training and {data.testing:,} test reviews")
        results = compare.measure(runner, data)
    document = compare.as_document(results, data, time.monotonic() - started)
    _write(arguments.output, document)
    table.show(document)
    print(f"written to {arguments.output}")
    return 0


def check(arguments: argparse.Namespace, screen: Screen) -> int:
    """Compare the ratios on a sample with the committed ones, or accept them."""
    accepted = json.loads(CHECK_RATIOS.read_text("utf-8"))["ratios"]
    committed: dict[str, float] = {} if arguments.accept else accepted
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        runner = Runner(Path(folder), compare.CHECK_PLANS, screen.line)
        runner.prepare(None, compare.CHECK_SAMPLE)
        measured = compare.check(runner, committed)
    if arguments.accept:
        ratios = {row: round(value, 3) for row, value in measured.items()}
        _write(CHECK_RATIOS, {"machine": machine.describe(), "ratios": ratios})
        print(f"written to {CHECK_RATIOS}")
        return 0
    for row, value in measured.items():
        screen.line(f"{value:.3g} (committed {committed.get(row, 0):.3g})", row)
    falls = compare.fallen(committed, measured)
    for fall in falls:
        screen.failure(fall)
    return 1 if falls else 0


def _write(file: Path, content: dict[str, Any]) -> None:
    file.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")


def parse(argv: list[str]) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    commands = parser.add_subparsers(required=True)
    full = commands.add_parser("run", help="measure everything and print the table")
    full.add_argument("--data", type=Path, help="folder with the training and the test half")
    full.add_argument("-c", "--context", action="append", default=[], metavar="KEY=VALUE")
    full.add_argument("--output", type=Path, default=RESULTS)
    full.add_argument(
        "--whole-notebook",
        action="store_true",
        help="run the notebook's algorithm in full to measure its accuracy: about an hour",
    )
    full.set_defaults(command=run)
    sample = commands.add_parser("check", help="fail if a ratio fell by more than a third")
    sample.add_argument("--accept", action="store_true", help="write the ratios instead")
    sample.set_defaults(command=check)
    return parser.parse_args(argv)


def main(argv: list[str]) -> int:
    """Run a command; a failure is one line and status 1."""
    arguments = parse(argv)
    screen = Screen()
    if not PEERS_PYTHON.is_file():
        screen.failure(f"{PEERS_PYTHON}: no such interpreter; `make bench` installs it")
        return 1
    try:
        status: int = arguments.command(arguments, screen)
    except (ProcessError, SettingsError) as error:
        screen.failure(str(error))
        return 1
    return status


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("interrupted")
