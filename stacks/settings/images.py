"""Container images for training and serving on SageMaker, by region.

`make tables` generates images.json from the SageMaker SDK, so that synthesis does not need the
SDK's 420 MB. A test compares the two.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self

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


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(TABLE.read_text("utf-8"))
    return table


def regions(purpose: str) -> list[str]:
    """Return the regions where AWS offers the image for `training` or `serving`."""
    return sorted(_table()[purpose]["registries"])


def default_image(purpose: str, region: str) -> ContainerImage:
    """Return the default image for `training` or `serving`.

    Raises:
        KeyError: when the region does not have it.
    """
    image = _table()[purpose]
    return ContainerImage.parse(f"{image['registries'][region]}/{image['image']}")
