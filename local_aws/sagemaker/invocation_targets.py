"""The parts of an endpoint that an invocation may address by header."""

from collections.abc import Mapping

from local_aws.sagemaker.errors import SageMakerError

VARIANT = "x-amzn-sagemaker-target-variant"
# Headers that address what an endpoint of one variant with one container does not have
ABSENT = {
    "x-amzn-sagemaker-target-model": "TargetModel, since it is not a multi-model endpoint",
    "x-amzn-sagemaker-target-container-hostname":
        "TargetContainerHostname, since its model has one container",
    "x-amzn-sagemaker-inference-component":
        "InferenceComponentName, since it has no inference components",
    "x-amzn-sagemaker-enable-explanations": "EnableExplanations, since it has no ExplainerConfig",
}  # fmt: skip


def check_targets(endpoint: str, variant: str, headers: Mapping[str, str]) -> None:
    """Refuse an invocation that addresses what its endpoint does not have.

    Args:
        endpoint: the endpoint's name.
        variant: the name of its production variant.
        headers: the request's headers.

    Raises:
        SageMakerError: naming the parameter.
    """
    for name, value in headers.items():
        if name.lower() in ABSENT:
            raise _refused(f"The endpoint {endpoint} does not take {ABSENT[name.lower()]}.")
        if name.lower() == VARIANT and value != variant:
            raise _refused(
                f"Variant {value} of the TargetVariant is not one of endpoint {endpoint}, "
                f"which has {variant}."
            )


def _refused(message: str) -> SageMakerError:
    return SageMakerError("ValidationError", message)
