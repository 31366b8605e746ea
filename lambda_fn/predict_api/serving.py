"""Labels and version of the serving model, for feedback.

Callers do not send the version: each made-up version would be another metric on the bill.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from predict_api.model import Model
from predict_api.problem import Problem

KNOWN_SECONDS = 60.0  # a new model's feedback may be counted for the old one for this long
MOST_SHOWN = 20  # labels


@dataclass
class Serving:
    """The serving model, as this function instance has last seen it.

    Attributes:
        version: its version.
        labels: its labels.
        at: when it was seen, by the monotonic clock.
    """

    version: str = ""
    labels: Sequence[str] = ()
    at: float = 0.0

    def see(self, model: Model) -> None:
        """Ask the model.

        Raises:
            Problem: 503 with Retry-After while it is busy or starting, 502 when it fails.
        """
        self.version, self.labels = model.identity()
        self.at = time.monotonic()


serving = Serving()


def require_known(labels: Sequence[str], model: Model) -> None:
    """Check that the model has the labels; it is only asked about new ones.

    Raises:
        Problem: 409 when it does not have one, 503 with Retry-After while it is starting.
    """
    if set(labels) <= set(serving.labels):
        return
    serving.see(model)
    unknown = [label for label in labels if label not in serving.labels]
    if unknown:
        shown = ", ".join(serving.labels[:MOST_SHOWN])
        more = ", …" if len(serving.labels) > MOST_SHOWN else ""
        raise Problem(
            HTTPStatus.CONFLICT,
            "unknown_label",
            f"The model has no label {unknown[0]!r}; its labels are {shown}{more}.",
        )


def version_of(model: Model) -> str:
    """Return the version of the serving model.

    Raises:
        Problem: 503 with Retry-After while it is busy or starting, 502 when it fails.
    """
    if not serving.version or time.monotonic() - serving.at > KNOWN_SECONDS:
        serving.see(model)
    return serving.version
