"""What instance types ask of other settings."""

from pydantic import ValidationInfo

ACCELERATED = ("ml.g", "ml.p", "ml.trn", "ml.inf")


def image_fits_instance(value: str | None, info: ValidationInfo) -> str | None:
    """Refuse to leave an image to us where the instance needs one that we do not know."""
    instance = str(info.data.get("instance_type", ""))
    if value is None and instance.startswith(ACCELERATED):
        raise ValueError(f"the URI of an image for {instance}, since the default one is for CPUs")
    return value
