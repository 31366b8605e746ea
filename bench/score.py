"""Speed of batch scoring next to that of `predict_fn` alone: `make bench-score`.

Each job judges recombined reviews with the model of the packaged reviews, on an embedded AWS. The
command writes docs/benchmarks.md and bench/score.json.
"""

import json
import os
import sys
import tarfile
import time
from argparse import SUPPRESS, ArgumentParser
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import boto3

from bench import machine, process, reviews, size
from bench.score_page import Measured, document, measured_table, price_table, with_block
from local_aws import process as emulator
from local_aws.environment import DEFAULT_REGION, isolate
from local_aws.exports import execution_role
from local_aws.testing import free_port
from scripts import ROOT
from scripts.score import ScoreError
from scripts.score.deployment import Deployment
from scripts.score.job import Job
from scripts.score.parts import Part, cut, survey
from scripts.score.tables import Table
from sentiment.datasets import read_channel
from sentiment.schema import SENTIMENTS
from stacks.datasets import find_dataset
from stacks.model.endpoint import ENVIRONMENT
from stacks.settings.images import default_image
from stacks.settings.scoring import ScoringSettings

COUNTS, PROCESSES = (10_000, 50_000, 200_000), (1, 2)
PAGE, RESULTS = ROOT / "docs" / "benchmarks.md", ROOT / "bench" / "score.json"
BUCKET, MODEL = "scored", "model"
LIST = 512
MOST_ALONE = 20_000  # reviews with which `predict_fn` alone is measured


def artifact(originals: Path, folder: Path) -> Path:
    """Train on the packaged reviews, as a training job does; return the model's folder."""
    model = folder / "model"
    process.run(
        [
            *(sys.executable, str(ROOT / "model_code" / "train.py")),
            *("--training", str(originals), "--model_dir", str(model)),
            *("--test_fraction", "0.05"),
        ],
        threads=os.cpu_count() or 1,
        show=print,
    )
    return model


def alone(model: Path, file: Path, processes: int) -> float:
    """Return the reviews a second of `predict_fn` in as many processes at the same time."""
    command = [sys.executable, "-m", "bench.score", "--alone", str(model), str(file)]
    with ThreadPoolExecutor(processes) as pool:
        runs = [pool.submit(process.run, command, threads=1, show=print) for _ in range(processes)]
    return sum(float(run.result().result) for run in runs)


def judge_alone(model: Path, file: Path) -> float:
    """Return the reviews a second of `predict_fn` on lists."""
    from predict import model_fn, predict_fn  # noqa: PLC0415 - as the container imports it
    from sentiment.request import JSON, Request  # noqa: PLC0415

    loaded = model_fn(str(model))
    texts = [text for text, _ in islice(reviews.read(file), MOST_ALONE)]
    lists = [texts[start : start + LIST] for start in range(0, len(texts), LIST)]
    predict_fn(Request(lists[0], JSON, many=True), loaded)
    started = time.perf_counter()
    for one in lists:
        predict_fn(Request(one, JSON, many=True), loaded)
    return len(texts) / (time.perf_counter() - started)


@contextmanager
def embedded_aws(folder: Path, model: Path) -> Iterator[None]:
    """Run an embedded AWS with a bucket and the model, for all clients of this process."""
    state = folder / "state"
    running = emulator.start(free_port(), state, DEFAULT_REGION, ends_with_caller=True)
    try:
        isolate(running.port)
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        with tarfile.open(folder / "model.tar.gz", "w:gz", compresslevel=1) as packed:
            packed.add(model, ".")
        s3.upload_file(str(folder / "model.tar.gz"), BUCKET, "model.tar.gz")
        boto3.client("sagemaker").create_model(
            ModelName=MODEL,
            ExecutionRoleArn=execution_role(MODEL, boto3.client("iam")),
            EnableNetworkIsolation=True,
            PrimaryContainer={
                "Image": default_image("serving", DEFAULT_REGION).uri,
                "ModelDataUrl": f"s3://{BUCKET}/model.tar.gz",
                "Environment": ENVIRONMENT,
            },
        )
        yield
    finally:
        emulator.stop(running, state)


def score(model: Path, file: Path, count: int, processes: int) -> Measured:
    """Measure `predict_fn` alone, cut a file into parts and judge them, as `make score` does."""
    most = alone(model, file, processes)
    tables = [Table(file.name, file)]
    found = survey(tables, explain=False)
    # Each job has its own prefix of answers, so that it judges every part.
    name = f"bench-{count}-{processes}"
    place = Deployment(MODEL, SENTIMENTS, MODEL, name, BUCKET, None, name)
    s3, sagemaker = boto3.client("s3"), boto3.client("sagemaker")
    started = time.perf_counter()
    parts: list[Part] = []
    for part, content in cut(tables, found, instances=processes, explain=False):
        s3.put_object(Bucket=BUCKET, Key=f"{place.given}{part.key}", Body=content)
        parts.append(part)
    cutting = time.perf_counter() - started
    settings = ScoringSettings(instance_count=processes)
    Job(boto3.client, place, settings, parts).run(lambda *_: None)
    [job] = sagemaker.list_transform_jobs(NameContains=f"{name}-")["TransformJobSummaries"]
    times = sagemaker.describe_transform_job(TransformJobName=job["TransformJobName"])
    begun, ended = times["TransformStartTime"], times["TransformEndTime"]
    return Measured(
        count,
        processes,
        most,
        cutting,
        (begun - times["CreationTime"]).total_seconds(),
        (ended - begun).total_seconds(),
    )


def measure(
    folder: Path, counts: list[int], processes: list[int], model: Path | None
) -> list[Measured]:
    """Measure each job, and `predict_fn` alone before it.

    Args:
        folder: an empty folder.
        counts: numbers of reviews.
        processes: numbers of instances.
        model: folder of a trained model; None trains one.
    """
    originals = folder / "data"
    find_dataset("DATA", "packaged", root=ROOT).write(originals)
    model = model or artifact(originals, folder)
    dataset = read_channel(originals)["train"]
    results = []
    with embedded_aws(folder, model):
        for count in counts:
            file = folder / f"{count}.jsonl"
            reviews.write(file, size.recombine(dataset, count))
            for number in processes:
                results.append(score(model, file, count, number))
                print(results[-1], f"{results[-1].share:.0%}", flush=True)
    return results


def main(argv: list[str]) -> int:
    """Measure and write the page and the results."""
    parser = ArgumentParser(prog="python -m bench.score", description=__doc__)
    parser.add_argument("counts", nargs="*", type=int, default=list(COUNTS))
    parser.add_argument("--processes", nargs="+", type=int, default=list(PROCESSES))
    parser.add_argument("--model", type=Path, help="folder of a trained model; trains one without")
    parser.add_argument("--alone", nargs=2, type=Path, metavar=("MODEL", "FILE"), help=SUPPRESS)
    arguments = parser.parse_args(argv)
    if arguments.alone:
        process.hand_over(judge_alone(*arguments.alone))
        return 0
    try:
        with TemporaryDirectory(prefix="bench-score-") as folder:
            results = measure(Path(folder), arguments.counts, arguments.processes, arguments.model)
    except (process.ProcessError, emulator.EmulatorError, ScoreError) as error:
        print(error, file=sys.stderr)
        return 1
    described, day = machine.describe(), datetime.now(UTC).date().isoformat()
    page = with_block(PAGE.read_text("utf-8"), "measured", measured_table(described, day, results))
    PAGE.write_text(with_block(page, "prices", price_table()), "utf-8")
    RESULTS.write_text(json.dumps(document(described, day, results), indent=1) + "\n", "utf-8")
    print(f"written to {PAGE} and {RESULTS}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
