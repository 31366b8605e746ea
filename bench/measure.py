"""One measurement of one subject in a process of its own: `python -m bench.measure`."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import cast

from bench import cleaning, serving
from bench.figure import Figure, Figures, as_json
from bench.handover import hand_over
from bench.plan import Plan
from bench.rows import NOTEBOOK, TITLES
from bench.subject import Trainable, find

MEASUREMENTS = ("cleaning", "training", "serving")


def measure(measurement: str, name: str, folder: Path, plan: Plan) -> Figures:
    """Measure one subject.

    Args:
        measurement: `cleaning`, `training` or `serving`.
        name: the subject; our own is trained by train.py and not from here.
        folder: has the reviews of each half, and `models/<subject>` for what is trained.
        plan: how much is measured.
    """
    training, testing = folder / "train" / "reviews.jsonl", folder / "test" / "reviews.jsonl"
    model_dir = folder / "models" / name
    subject = find(name)
    if measurement == "cleaning":
        return cleaning.measure(subject.clean, training, plan)
    if measurement == "serving":
        return serving.measure(subject, model_dir, testing, plan)
    model_dir.mkdir(parents=True, exist_ok=True)
    if name == NOTEBOOK:
        from bench import notebook_training  # noqa: PLC0415 - the peers' environment has no torch

        return notebook_training.measure(training, testing, model_dir, plan)
    accuracy = cast("Trainable", subject).train(training, testing, model_dir)
    return {"accuracy": Figure(accuracy)}


def main() -> int:
    """Measure and hand the figures over."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("measurement", choices=MEASUREMENTS)
    parser.add_argument("subject", choices=TITLES)
    parser.add_argument("folder", type=Path)
    parser.add_argument("plan", type=json.loads)
    given = parser.parse_args()
    plan = Plan(**given.plan)
    hand_over(as_json(measure(given.measurement, given.subject, given.folder, plan)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
