"""An endpoint that costs and that nobody asks."""

from aws_cdk import Duration
from aws_cdk.aws_cloudwatch import Alarm, ComparisonOperator, TreatMissingData
from aws_cdk.aws_cloudwatch_actions import SnsAction
from aws_cdk.aws_sns import ITopic
from constructs import Construct

from stacks.metrics import EndpointMetrics


def declare_idle_alarm(
    scope: Construct,
    construct_id: str,
    *,
    metrics: EndpointMetrics,
    hours: int,
    topic: ITopic,
) -> Alarm:
    """Declare an alarm for a real-time endpoint without any request; it costs $0.10 a month.

    Args:
        scope: the stack that deploys the endpoint.
        construct_id: id within `scope`.
        metrics: of the endpoint.
        hours: without a request until the alarm is raised, at most a week.
        topic: where it is told.
    """
    alarm = Alarm(
        scope,
        construct_id,
        alarm_description=f"No request for {hours} hours: the endpoint costs and serves nobody",
        metric=metrics.of_requests("Invocations", "Sum", period=Duration.hours(1)),
        threshold=0,
        comparison_operator=ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluation_periods=hours,
        # Without requests there is no data, which is what the alarm is about.
        treat_missing_data=TreatMissingData.BREACHING,
    )
    alarm.add_alarm_action(SnsAction(topic))
    return alarm
