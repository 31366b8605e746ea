"""What services of AWS report of themselves in CloudWatch, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus


@dataclass(frozen=True)
class Measured:
    """One value of one metric.

    Attributes:
        namespace: such as AWS/SageMaker.
        name: of the metric.
        value: in that unit.
        unit: CloudWatch's name of it.
        dimensions: whose value it is.
    """

    namespace: str
    name: str
    value: float
    unit: str
    dimensions: Mapping[str, str]


def failed(status: int) -> tuple[bool, bool]:
    """Tell whether an HTTP status is an error of the client, and whether one of the server."""
    by_server = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return status >= HTTPStatus.BAD_REQUEST and not by_server, by_server
