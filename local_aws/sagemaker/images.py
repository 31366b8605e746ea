"""The container images that the embedded SageMaker runs without Docker."""

import re
from collections.abc import Mapping, Sequence
from importlib.util import find_spec

from local_aws.sagemaker.errors import invalid

# The repository of an image URI: what is between the registry and the tag or digest.
REPOSITORY = re.compile(r"(?:.*/)?([^/:@]+)(?:[:@].*)?")
PYTORCH = re.compile(r"(?:^|-)pytorch(?:-|$)")
SCIKIT_LEARN = "sagemaker-scikit-learn"
# Packages of the environment without which a framework's images do not run. A model may do without
# scikit-learn where it is served.
TRAINING = {"pytorch": ("torch", "sagemaker_pytorch_container"), "scikit-learn": ("sklearn",)}
SERVING = {"pytorch": ("torch", "sagemaker_pytorch_serving_container"), "scikit-learn": ()}
DISTRIBUTIONS = {
    "pytorch": "torch 'local-aws[pytorch]'", "scikit-learn": "'local-aws[scikit-learn]'",
}  # fmt: skip
# Images with SageMaker's first toolkit; its PyTorch images are those of PyTorch 0.4 to 1.1
FIRST_TOOLKIT = {SCIKIT_LEARN, "sagemaker-pytorch"}


def repository(image: str) -> str:
    """Return the repository's name in the URI of an image."""
    match = REPOSITORY.fullmatch(image)
    return match[1] if match else image


def is_pytorch(image: str) -> bool:
    """Return whether AWS's PyTorch toolkits run in an image."""
    return PYTORCH.search(repository(image)) is not None


def is_scikit_learn(image: str) -> bool:
    """Return whether an image is SageMaker's scikit-learn image."""
    return repository(image) == SCIKIT_LEARN


def framework(image: str) -> str:
    """Return the framework whose toolkit serves a model in an image."""
    return "scikit-learn" if is_scikit_learn(image) else "pytorch"


def serves_submitted_code(image: str) -> bool:
    """Return whether an image serves the code that SAGEMAKER_SUBMIT_DIRECTORY names in S3."""
    return repository(image) in FIRST_TOOLKIT


def check_image(image: str, packages: Mapping[str, Sequence[str]]) -> None:
    """Refuse an image whose software the embedded SageMaker does not have.

    Args:
        image: URI of the image.
        packages: the packages that each framework needs, such as TRAINING.

    Raises:
        SageMakerError: naming the image.
    """
    check_known(image)
    missing = [name for name in packages[framework(image)] if find_spec(name) is None]
    if missing:
        raise invalid(
            f"The embedded SageMaker cannot run the image {image!r}: its environment has no "
            f"package {missing[0]}. Run pip install {DISTRIBUTIONS[framework(image)]} in it."
        )


def check_known(image: str) -> None:
    """Refuse an image that is not one of AWS's PyTorch and scikit-learn images.

    Raises:
        SageMakerError: naming the image.
    """
    if not (is_pytorch(image) or is_scikit_learn(image)):
        raise invalid(
            f"The embedded SageMaker cannot run the image {image!r}: it has the toolkits of AWS's "
            "PyTorch and scikit-learn images (a repository such as pytorch-training, "
            f"pytorch-inference or {SCIKIT_LEARN}), and no Docker for others."
        )
