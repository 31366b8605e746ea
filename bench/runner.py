"""The measurements of each subject, each in a fresh process."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from bench import process
from bench.figures import Figure, Figures
from bench.measure import MEGABYTE
from bench.reviews import Data
from bench.subjects import PEERS, Plan
from scripts import ROOT
from sentiment.schema import Schema

PEERS_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
UNCOUNTED = "code"  # folder with the serving code and its wheels, the same for every model


@dataclass(frozen=True)
class Runner:
    """Settings of a benchmark.

    Attributes:
        folder: folder of the reviews and the models.
        plans: extent of each subject's measurements.
        show: called with each line of progress and its source.
    """

    folder: Path
    plans: Mapping[str, Plan]
    show: Callable[[str, str], None]

    def prepare(
        self, source: Path | None, sample: int | None = None, schema: Schema | None = None
    ) -> Data:
        """Write the reviews into the folder."""
        options = [f"--source={source.resolve()}"] if source else []
        options += [f"--sample={sample}"] if sample else []
        options += [f"--schema={schema.encode()}"] if schema else []
        command = [sys.executable, "-m", "bench.data", str(self.folder), *options]
        finished = process.run(command, threads=1, show=lambda line: self.show(line, "data"))
        return Data(**finished.result)

    def clean(self, name: str) -> Figures:
        """Measure the cleaning on one core."""
        return self._measure("cleaning", name, threads=1)[0]

    def serve(self, name: str) -> Figures:
        """Measure the trained model's serving, on one thread."""
        return self._measure("serving", name, threads=1)[0]

    def train(self, name: str) -> Figures:
        """Measure the training from raw reviews to the artifact, on all cores."""
        figures, finished = self._measure("training", name, threads=os.cpu_count() or 1)
        by_processor = self.plans[name].processor_time
        seconds = finished.processor_seconds if by_processor else finished.seconds
        return {
            "training_seconds": Figure(seconds),
            **figures,
            "training_memory": Figure(finished.peak_bytes / MEGABYTE),
            "artifact": Figure(_artifact_bytes(self.folder / "models" / name) / MEGABYTE),
        }

    def _measure(
        self, measurement: str, name: str, *, threads: int
    ) -> tuple[Figures, process.Finished]:
        python = str(PEERS_PYTHON) if name in PEERS else sys.executable
        plan = json.dumps(asdict(self.plans[name]))
        finished = process.run(
            [python, "-m", "bench.measure", measurement, name, str(self.folder), plan],
            threads=threads,
            show=lambda line: self.show(line, name),
        )
        return {key: Figure(**figure) for key, figure in finished.result.items()}, finished


def _artifact_bytes(model_dir: Path) -> int:
    """Return the size of an artifact without the serving code and its wheels."""
    files = (path for path in model_dir.rglob("*") if path.is_file())
    return sum(
        file.stat().st_size for file in files if file.relative_to(model_dir).parts[0] != UNCOUNTED
    )
