"""Train a model from raw reviews: the entry point of the SageMaker training job.

Without SageMaker, with folders of reviews:

    SM_CHANNEL_TRAINING=train SM_CHANNEL_TESTING=test SM_MODEL_DIR=model python train.py

Processes that torchrun starts, on one host or several, share the work.
"""

import os
import sys
import traceback
from argparse import ArgumentParser, Namespace
from dataclasses import fields
from pathlib import Path

from sentiment.distributed import joined
from sentiment.errors import TrainingInputError
from sentiment.hyperparameters import Hyperparameters, add_arguments
from sentiment.pipeline import Folders, run
from sentiment.schema import Schema
from sentiment.wheels import WheelsError

SHOWN_OF_FAILURE = 1024  # length to which SageMaker cuts /opt/ml/output/failure


def parse(argv: list[str]) -> Namespace:
    """Parse the command line; SageMaker's environment variables are the defaults."""
    parser = ArgumentParser(description=__doc__)
    add_arguments(parser)
    environment = os.environ
    base = Path(environment.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
    checkpoints = base / "checkpoints"  # exists when SageMaker copies it to S3
    for name, default in {
        "training": environment.get("SM_CHANNEL_TRAINING"),
        "testing": environment.get("SM_CHANNEL_TESTING"),
        "feedback": environment.get("SM_CHANNEL_FEEDBACK"),
        "model_dir": environment.get("SM_MODEL_DIR"),
        "output_dir": environment.get("SM_OUTPUT_DIR"),
        "output_data_dir": environment.get("SM_OUTPUT_DATA_DIR"),
        "checkpoint_dir": checkpoints if checkpoints.is_dir() else None,
    }.items():
        parser.add_argument(f"--{name}", type=Path, default=default)
    parser.add_argument("--schema", default="", help="columns and labels, as Schema encodes them")
    parser.add_argument("--job_name", default=environment.get("TRAINING_JOB_NAME", ""))
    arguments, _ = parser.parse_known_args(argv)  # the toolkit adds its own options
    if arguments.training is None or arguments.model_dir is None:
        parser.error(
            "--training and --model_dir, or SM_CHANNEL_TRAINING and SM_MODEL_DIR, must be set"
        )
    return arguments


def train(arguments: Namespace) -> None:
    """Train with the options of the command line."""
    parameters = Hyperparameters(
        **{field.name: getattr(arguments, field.name) for field in fields(Hyperparameters)}
    )
    if arguments.checkpoint_dir is not None:
        arguments.checkpoint_dir.mkdir(parents=True, exist_ok=True)
    folders = Folders(
        training=arguments.training,
        testing=arguments.testing,
        model=arguments.model_dir,
        # Without SageMaker there is no output folder; keep the report with the model.
        output=arguments.output_data_dir or arguments.model_dir / "output",
        checkpoints=arguments.checkpoint_dir,
        feedback=arguments.feedback,
    )
    with joined() as ranks:
        run(folders, parameters, ranks, arguments.job_name, Schema.decode(arguments.schema))


def main(argv: list[str]) -> int:
    """Train; on failure write the reason to the file that SageMaker reads."""
    arguments = parse(argv)
    try:
        train(arguments)
    except Exception as error:  # noqa: BLE001 - the reason must reach the failure file
        expected = isinstance(error, TrainingInputError | WheelsError)
        if not expected:
            traceback.print_exc()
        reason = str(error) if expected else f"{type(error).__name__}: {error}"
        print(f"training failed: {reason}", file=sys.stderr, flush=True)
        if arguments.output_dir is not None:
            _leave(reason, arguments.output_dir)
        return 1
    return 0


def _leave(reason: str, folder: Path) -> None:
    """Write the failure file, unless a rank that failed first has written it."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with (folder / "failure").open("x", encoding="utf-8") as file:
            file.write(reason[:SHOWN_OF_FAILURE])
    except FileExistsError:
        return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
