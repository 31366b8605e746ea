"""Container images for training and serving on SageMaker, by region.

`make tables` generates images.json from the SageMaker SDK, so that synthesis does not need the
SDK. A test compares the two.
"""

import json
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Self

SCIKIT_LEARN = "scikit-learn"
SCIKIT_LEARN_REPOSITORY = "sagemaker-scikit-learn"
# The day on which AWS's security patches end, by image
# https://aws.github.io/deep-learning-containers/reference/support_policy and, for scikit-learn,
# https://github.com/aws/deep-learning-containers/blob/e0ecede/docs/src/data/sagemaker-scikit-learn/1.9-0-cpu-sagemaker.yml
PATCHED_UNTIL = {
    "pytorch-inference:2.6.0-cpu-py312": date(2026, 6, 30),
    "sagemaker-scikit-learn:1.9-0-cpu-py3": date(2027, 7, 16),
}
TABLE = Path(__file__).with_name("images.json")
URI = re.compile(r"([0-9]{12})\.dkr\.ecr\.([a-z0-9-]+)\.([a-z0-9.-]+)/([^:@]+)")


@dataclass(frozen=True)
class ContainerImage:
    """An image in ECR.

    Attributes:
        uri: the image's URI.
        account: the AWS account that owns the repository.
        region: the repository's region.
        repository: its name.
    """

    uri: str
    account: str
    region: str
    repository: str

    @classmethod
    def parse(cls, uri: str) -> Self:
        """Parse an image's URI.

        Raises:
            ValueError: when it is not the URI of an image in ECR.
        """
        match = URI.match(uri)
        if match is None:
            raise ValueError(f"{uri} is not the URI of an image in ECR")
        return cls(uri=uri, account=match[1], region=match[2], repository=match[4])

    @property
    def is_scikit_learn(self) -> bool:
        """True for SageMaker's scikit-learn image, which calls other functions than PyTorch's."""
        return self.repository == SCIKIT_LEARN_REPOSITORY

    @property
    def patched_until(self) -> date | None:
        """Day on which AWS's security patches end; None for an image without a known end."""
        return PATCHED_UNTIL.get(self.uri.partition("/")[2])

    def patches(self, today: date) -> str | None:
        """Return a sentence about AWS's patches for a security review; None without a known end."""
        end = self.patched_until
        if end is None:
            return None
        if today <= end:
            return f"AWS patches the image {self.uri} until {end}."
        return (
            f"AWS stopped patching the image {self.uri} on {end}: vulnerabilities found "
            f"since then stay in it. endpoint.image={SCIKIT_LEARN} chooses one that AWS patches."
        )


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(TABLE.read_text("utf-8"))
    return table


def regions(purpose: str) -> list[str]:
    """Return the regions that have the image for `training`, `serving` or `scikit-learn`."""
    return sorted(_table()[purpose]["registries"])


def default_image(purpose: str, region: str) -> ContainerImage:
    """Return AWS's image for `training`, `serving` or `scikit-learn`.

    Raises:
        KeyError: when the region does not have it.
    """
    image = _table()[purpose]
    return ContainerImage.parse(f"{image['registries'][region]}/{image['image']}")


def serving_image(chosen: str | None, region: str) -> ContainerImage:
    """Return the image that `endpoint.image` names: a URI, `scikit-learn`, or None for the default.

    Raises:
        KeyError: when the region does not have it.
    """
    if chosen is None or chosen == SCIKIT_LEARN:
        return default_image(chosen or "serving", region)
    return ContainerImage.parse(chosen)
