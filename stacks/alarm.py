"""Alarms that are told to the environment's topic."""

from aws_cdk.aws_cloudwatch import Alarm, ComparisonOperator, IMetric, TreatMissingData
from aws_cdk.aws_cloudwatch_actions import SnsAction
from aws_cdk.aws_sns import ITopic
from constructs import Construct

PERIODS, OF_WHICH = 3, 2


def declare_alarm(
    scope: Construct,
    construct_id: str,
    *,
    description: str,
    metric: IMetric,
    threshold: float,
    topic: ITopic,
) -> Alarm:
    """Declare an alarm for two values above a threshold among the last three.

    It costs $0.10 a month. No data is no reason for an alarm: without traffic nothing goes wrong.

    Args:
        scope: the construct that is watched.
        construct_id: id within `scope`.
        description: what is wrong when it is raised.
        metric: what is watched.
        threshold: in the metric's unit.
        topic: where it is told.
    """
    alarm = Alarm(
        scope,
        construct_id,
        alarm_description=description,
        metric=metric,
        threshold=threshold,
        comparison_operator=ComparisonOperator.GREATER_THAN_THRESHOLD,
        evaluation_periods=PERIODS,
        datapoints_to_alarm=OF_WHICH,
        treat_missing_data=TreatMissingData.NOT_BREACHING,
    )
    alarm.add_alarm_action(SnsAction(topic))
    return alarm
