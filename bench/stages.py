"""The measurements of each subject, each in a fresh process of the same interpreter."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import process
from bench.figure import Figure, Figures, from_json
from bench.handover import handed_over
from bench.plan import Plan
from bench.reviews import Data
from bench.rows import OURS, PEERS
from scripts import ROOT

TRAIN = ROOT / "model_code" / "train.py"
ACCURACY = "test_accuracy="
MEGABYTE = 1e6
UNCOUNTED = "code"  # the serving code and its wheels, the same whatever the model is


@dataclass(frozen=True)
class Bench:
    """Where and how much is measured.

    Attributes:
        folder: has the reviews and gets the models.
        peers_python: the interpreter with the peers' packages.
        plans: how much is measured of each subject.
        show: called with a line of progress and the subject that it comes from.
    """

    folder: Path
    peers_python: Path
    plans: Mapping[str, Plan]
    show: Callable[[str, str], None]

    def prepare(self, source: Path | None, sample: int | None = None) -> Data:
        """Write the reviews into the folder."""
        options = [f"--source={source.resolve()}"] if source else []
        options += [f"--sample={sample}"] if sample else []
        command = [sys.executable, "-m", "bench.data", str(self.folder), *options]
        done = process.run(command, threads=1, show=lambda line: self.show(line, "data"))
        return Data(**handed_over(done.lines))

    def clean(self, name: str) -> Figures:
        """Measure the cleaning, on one core."""
        return self._measure("cleaning", name, threads=1)[0]

    def serve(self, name: str) -> Figures:
        """Measure the serving of what was trained before, on one thread."""
        return self._measure("serving", name, threads=1)[0]

    def train(self, name: str) -> Figures:
        """Train from raw reviews to the artifact, on all cores."""
        cores = os.cpu_count() or 1
        model_dir = self.folder / "models" / name
        if name == OURS:
            figures, done = self._train_ours(model_dir, cores)
        else:
            figures, done = self._measure("training", name, threads=cores)
        counts_work = self.plans[name].processor_time
        seconds = done.processor_seconds if counts_work else done.seconds
        figures.setdefault("training_seconds", Figure(seconds))
        if "accuracy" in figures:
            accuracy = figures["accuracy"]
            figures["errors"] = Figure((1 - accuracy.value) * 100, accuracy.note)
        figures["training_memory"] = Figure(done.peak_bytes / MEGABYTE)
        figures["artifact"] = Figure(artifact_bytes(model_dir) / MEGABYTE)
        return figures

    def _train_ours(self, model_dir: Path, cores: int) -> tuple[Figures, process.Finished]:
        done = process.run(
            [sys.executable, str(TRAIN)],
            threads=cores,
            show=lambda line: self.show(line, OURS),
            environment={
                "SM_CHANNEL_TRAINING": str(self.folder / "train"),
                "SM_CHANNEL_TESTING": str(self.folder / "test"),
                "SM_MODEL_DIR": str(model_dir),
                "SM_OUTPUT_DIR": str(self.folder / "output"),
                "SM_OUTPUT_DATA_DIR": str(self.folder / "output" / "data"),
            },
        )
        printed = [line for line in done.lines if line.startswith(ACCURACY)]
        if not printed:
            raise process.ProcessError(f"{TRAIN.name} printed no {ACCURACY}")
        return {"accuracy": Figure(float(printed[-1].removeprefix(ACCURACY)))}, done

    def _measure(
        self, measurement: str, name: str, *, threads: int
    ) -> tuple[Figures, process.Finished]:
        python = str(self.peers_python) if name in PEERS else sys.executable
        plan: dict[str, Any] = self.plans[name].as_dict()
        done = process.run(
            [python, "-m", "bench.measure", measurement, name, str(self.folder), json.dumps(plan)],
            threads=threads,
            show=lambda line: self.show(line, name),
        )
        return from_json(handed_over(done.lines)), done


def artifact_bytes(model_dir: Path) -> int:
    """Return the size of an artifact's files, the serving code and its wheels aside."""
    files = (path for path in model_dir.rglob("*") if path.is_file())
    return sum(
        file.stat().st_size for file in files if file.relative_to(model_dir).parts[0] != UNCOUNTED
    )
