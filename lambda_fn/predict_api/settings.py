"""Settings of the function, read from its environment."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Settings of one deployment.

    Attributes:
        endpoint_name: name of the SageMaker endpoint.
        max_review_characters: length of the longest accepted review.
        feedback_bucket: bucket that stores feedback; None disables feedback.
        artifacts_uri: S3 URI of the training jobs' artifacts, with the comparisons of models; None
            if models are not compared.
        drift: whether the function counts reviews by quarter of the test reviews.
        allowed_origins: origins whose pages may call the API.
    """

    endpoint_name: str
    max_review_characters: int
    feedback_bucket: str | None = None
    artifacts_uri: str | None = None
    drift: bool = False
    allowed_origins: tuple[str, ...] = ()


def read_settings() -> Settings:
    """Return the settings of this deployment.

    Raises:
        RuntimeError: naming the variable that is missing or wrong; the function does not start.
    """
    name = os.environ.get("ENDPOINT_NAME", "")
    limit = os.environ.get("MAX_REVIEW_CHARACTERS", "")
    if not name:
        raise RuntimeError("ENDPOINT_NAME must be set")
    if not limit.isdecimal() or int(limit) < 1:
        raise RuntimeError(f"MAX_REVIEW_CHARACTERS is {limit!r}; it must be a number of at least 1")
    origins = os.environ.get("ALLOWED_ORIGINS", "").split()
    return Settings(
        name,
        int(limit),
        feedback_bucket=os.environ.get("FEEDBACK_BUCKET") or None,
        artifacts_uri=os.environ.get("ARTIFACTS_URI") or None,
        drift=os.environ.get("DRIFT") == "true",
        allowed_origins=tuple(origins),
    )
