"""The labels of the serving model."""

from collections.abc import Collection
from http import HTTPStatus

from predict_api.model import Model
from predict_api.problem import Problem

MOST_SHOWN = 20
_known: set[str] = set()  # as this function instance has last seen them


def require_known(labels: Collection[str], model: Model) -> None:
    """Check that the model has the labels; it is only asked about new ones.

    Raises:
        Problem: 400 when it does not have one, 503 with Retry-After while it is starting.
    """
    if _known.issuperset(labels):
        return
    found = model.labels()
    _known.clear()
    _known.update(found)
    unknown = [label for label in labels if label not in _known]
    if unknown:
        listed = ", ".join(found[:MOST_SHOWN]) + (", …" if len(found) > MOST_SHOWN else "")
        raise Problem(
            HTTPStatus.BAD_REQUEST,
            "unknown_label",
            f"The model has no label {unknown[0]!r}; its labels are {listed}.",
        )
