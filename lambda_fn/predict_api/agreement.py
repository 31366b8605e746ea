"""Agreement of people's feedback with the model that serves, as a metric of each version."""

import time
from dataclasses import dataclass

from aws_lambda_powertools import single_metric
from aws_lambda_powertools.metrics import MetricUnit

from predict_api.feedback import Feedback
from predict_api.log import logger
from predict_api.model import Model
from predict_api.problem import Problem

KNOWN_SECONDS = 60.0  # a new model's feedback may be counted for the old one for this long


@dataclass
class _Serving:
    """Version of the serving model, as this function instance has last seen it."""

    version: str = ""
    at: float = 0.0


_serving = _Serving()


def count_agreement(feedback: Feedback, model: Model) -> None:
    """Count feedback as 100 % agreement if the verdict was right, and as 0 % otherwise.

    It is not counted while the model cannot say its version.
    """
    try:
        version = _version(model)
    except Problem as problem:
        logger.warning("the model's version is unknown", extra={"code": problem.code})
        return
    percent = 100 * (feedback.predicted == feedback.correct)
    with single_metric(name="Agreement", unit=MetricUnit.Percent, value=percent) as metric:
        metric.add_dimension("model_version", version)


def _version(model: Model) -> str:
    """Return the version of the serving model.

    Callers do not send it: each made-up version would be another metric on the bill.
    """
    now = time.monotonic()
    if not _serving.version or now - _serving.at > KNOWN_SECONDS:
        _serving.version, _serving.at = str(model.card()["model_version"]), now
    return _serving.version
