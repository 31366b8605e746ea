"""The function's configuration, from its environment."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """What the deployment decides.

    Attributes:
        endpoint_name: the one SageMaker endpoint that is invoked.
        max_review_characters: longer reviews are refused.
        feedback_bucket: where feedback is kept; None where none is taken.
    """

    endpoint_name: str
    max_review_characters: int
    feedback_bucket: str | None = None


def read_settings() -> Settings:
    """Return the settings of this deployment.

    Raises:
        RuntimeError: naming the variable that is missing or wrong; the function then never starts.
    """
    name = os.environ.get("ENDPOINT_NAME", "")
    limit = os.environ.get("MAX_REVIEW_CHARACTERS", "")
    if not name:
        raise RuntimeError("ENDPOINT_NAME is not set")
    if not limit.isdecimal() or int(limit) < 1:
        raise RuntimeError(f"MAX_REVIEW_CHARACTERS={limit!r}: a number of at least 1 is needed")
    return Settings(name, int(limit), os.environ.get("FEEDBACK_BUCKET") or None)
