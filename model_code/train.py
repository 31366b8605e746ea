"""Train a model from raw reviews: the entry point of the SageMaker training job.

By hand, with folders of reviews and nothing of SageMaker:

    SM_CHANNEL_TRAINING=train SM_CHANNEL_TESTING=test SM_MODEL_DIR=model python train.py
"""

import os
import platform
import sys
import time
import traceback
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from sentiment import artifact
from sentiment.cleaning import clean
from sentiment.datasets import Dataset, read_channel
from sentiment.errors import TrainingInputError
from sentiment.hyperparameters import Hyperparameters, add_arguments
from sentiment.split import shuffle, stratified_split
from sentiment.training import Examples, accuracy, train
from sentiment.vocabulary import build_dict, convert

SOURCE = Path(__file__).resolve().parent
SHOWN_OF_FAILURE = 1024  # characters of /opt/ml/output/failure that SageMaker keeps


def read_data(
    training: Path, testing: Path | None, parameters: Hyperparameters
) -> tuple[Dataset, Dataset]:
    """Return training and test reviews, the first in random order.

    The test reviews are those of the testing channel, else the test half that an official archive
    brought along, else a seeded stratified share of the training reviews.
    """
    halves = read_channel(training)
    train_reviews = shuffle(halves["train"], parameters.seed)
    if testing is not None:
        tested = read_channel(testing)
        return train_reviews, tested.get("test", tested["train"])
    if "test" in halves:
        return train_reviews, halves["test"]
    return stratified_split(train_reviews, parameters.test_fraction, parameters.seed)


def run(arguments: Namespace) -> float:
    """Read, clean, train, evaluate, save; return the accuracy on the test reviews."""
    started = time.monotonic()
    parameters = Hyperparameters(
        **{name: getattr(arguments, name) for name in Hyperparameters().as_dict()}
    )
    train_reviews, test_reviews = read_data(arguments.training, arguments.testing, parameters)
    print(
        f"reviews: {len(train_reviews.texts)} to train on, {len(test_reviews.texts)} to test on",
        flush=True,
    )

    train_words = clean(train_reviews.texts, "training")
    test_words = clean(test_reviews.texts, "test")
    word_dict = build_dict(train_words, parameters.vocab_size)
    examples = Examples(
        [convert(word_dict, words, parameters.pad) for words in train_words], train_reviews.labels
    )
    held_out = Examples(
        [convert(word_dict, words, parameters.pad) for words in test_words], test_reviews.labels
    )

    model = train(examples, parameters)
    test_accuracy = accuracy(model, held_out)
    metadata = describe(arguments, parameters, train_reviews, test_reviews, test_accuracy)
    artifact.save(artifact.Artifact(model, word_dict, metadata), arguments.model_dir)
    artifact.add_serving_code(SOURCE, arguments.model_dir)
    print(f"finished in {time.monotonic() - started:.0f} s", flush=True)
    print(f"test_accuracy={test_accuracy:.4f}", flush=True)
    return test_accuracy


def describe(
    arguments: Namespace,
    parameters: Hyperparameters,
    train_reviews: Dataset,
    test_reviews: Dataset,
    test_accuracy: float,
) -> dict[str, Any]:
    """Return what metadata.json says of the model: where it comes from and how good it is."""
    code = artifact.code_sha256(SOURCE)
    data = {"training": train_reviews.sha256(), "testing": test_reviews.sha256()}
    return {
        "model_version": arguments.job_name or f"local-{code[:6]}{data['training'][:6]}",
        "trained_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "metrics": {
            "test_accuracy": test_accuracy,
            "test_rows": len(test_reviews.labels),
            "training_rows": len(train_reviews.labels),
        },
        "hyperparameters": parameters.as_dict(),
        "dataset_sha256": data,
        "code_sha256": code,
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
    }


def parse(argv: list[str]) -> Namespace:
    """Read the command line; SageMaker's environment variables are the defaults."""
    parser = ArgumentParser(description=__doc__)
    add_arguments(parser)
    environment = os.environ
    testing = environment.get("SM_CHANNEL_TESTING")
    parser.add_argument("--training", type=Path, default=environment.get("SM_CHANNEL_TRAINING"))
    parser.add_argument("--testing", type=Path, default=testing)
    parser.add_argument("--model_dir", type=Path, default=environment.get("SM_MODEL_DIR"))
    parser.add_argument("--output_dir", type=Path, default=environment.get("SM_OUTPUT_DIR"))
    parser.add_argument("--job_name", default=environment.get("TRAINING_JOB_NAME", ""))
    arguments, _ = parser.parse_known_args(argv)  # the toolkit adds options of its own
    if arguments.training is None or arguments.model_dir is None:
        parser.error(
            "SM_CHANNEL_TRAINING and SM_MODEL_DIR, or --training and --model_dir, are needed"
        )
    return arguments


def main(argv: list[str]) -> int:
    """Train; on failure leave the reason where SageMaker looks for it."""
    arguments = parse(argv)
    try:
        run(arguments)
    except Exception as error:  # noqa: BLE001 - the reason must reach the failure file
        expected = isinstance(error, TrainingInputError | artifact.WheelsError)
        if not expected:
            traceback.print_exc()
        reason = str(error) if expected else f"{type(error).__name__}: {error}"
        print(f"training failed: {reason}", file=sys.stderr, flush=True)
        if arguments.output_dir is not None:
            arguments.output_dir.mkdir(parents=True, exist_ok=True)
            (arguments.output_dir / "failure").write_text(reason[:SHOWN_OF_FAILURE], "utf-8")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
