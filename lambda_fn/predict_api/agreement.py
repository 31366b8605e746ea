"""Agreement of people's feedback with the model that serves, as a metric of each version."""

from aws_lambda_powertools import single_metric
from aws_lambda_powertools.metrics import MetricUnit

from predict_api.feedback import Feedback
from predict_api.log import logger
from predict_api.model import Model
from predict_api.problem import Problem
from predict_api.serving import version_of


def count_agreement(feedback: Feedback, model: Model) -> None:
    """Count feedback as 100 % agreement if the verdict was right, and as 0 % otherwise.

    It is not counted while the model cannot say its version.
    """
    try:
        version = version_of(model)
    except Problem as problem:
        logger.warning("the model's version is unknown", extra={"code": problem.code})
        return
    percent = 100 * (feedback.predicted == feedback.correct)
    with single_metric(name="Agreement", unit=MetricUnit.Percent, value=percent) as metric:
        metric.add_dimension("model_version", version)
