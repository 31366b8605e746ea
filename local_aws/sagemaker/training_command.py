"""The command of a training container, and what the toolkit in it reads."""

from pathlib import Path

from local_aws.sagemaker.images import is_pytorch
from local_aws.sagemaker.namespace import OPT_ML
from local_aws.sagemaker.store import Record

TOOLKIT = Path(__file__).with_name("training_toolkit.py")
PYTORCH_MODULE = "sagemaker_pytorch_container.training:main"
SUBMIT_DIRECTORY = "sagemaker_submit_directory"


def container_command(record: Record, python: Path) -> list[str | Path]:
    """Return the command of a job's containers, as their image and the request give it.

    Arguments without an entrypoint are a command to AWS's images, unless they are `train`.

    Args:
        record: the job's record.
        python: the container's Python.
    """
    algorithm = record["AlgorithmSpecification"]
    entrypoint = algorithm.get("ContainerEntrypoint", [])
    arguments = algorithm.get("ContainerArguments", [])
    if entrypoint or arguments not in ([], ["train"]):
        return [*entrypoint, *arguments]
    return [python, "-P", TOOLKIT]


def toolkit_variables(record: Record, base: str, region: str) -> dict[str, str]:
    """Return the variables that AWS and the image set for the training toolkit.

    Args:
        record: the job's record.
        base: path of /opt/ml for the container's processes.
        region: region of the job.
    """
    variables = {
        "TRAINING_JOB_NAME": str(record["TrainingJobName"]),
        "TRAINING_JOB_ARN": str(record["TrainingJobArn"]),
        "SAGEMAKER_BASE_DIR": base,
        "SAGEMAKER_REGION": region,
        "SM_STUDIO_LOCAL_MODE": "true",  # do not wait for a cluster DNS
    }
    if is_pytorch(record["AlgorithmSpecification"]["TrainingImage"]):
        variables["SAGEMAKER_TRAINING_MODULE"] = PYTORCH_MODULE
    return variables


def seen_hyperparameters(record: Record, base: str) -> Record:
    """Return a job's hyperparameters; if its network is isolated, its code is below /opt/ml.

    Args:
        record: the job's record.
        base: path of /opt/ml for the container's processes.
    """
    given: Record = record.get("HyperParameters", {})
    if SUBMIT_DIRECTORY not in given:
        return given
    return {**given, SUBMIT_DIRECTORY: str(given[SUBMIT_DIRECTORY]).replace(OPT_ML, base)}
