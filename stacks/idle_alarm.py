"""An endpoint that costs and that nobody asks."""

from aws_cdk import Duration
from aws_cdk.aws_cloudwatch import Alarm, ComparisonOperator, Metric, TreatMissingData
from aws_cdk.aws_cloudwatch_actions import SnsAction
from aws_cdk.aws_sns import ITopic
from constructs import Construct


def declare_idle_alarm(
    scope: Construct,
    construct_id: str,
    *,
    endpoint_name: str,
    variant: str,
    hours: int,
    topic: ITopic,
) -> Alarm:
    """Declare an alarm for a real-time endpoint without any request; it costs $0.10 a month.

    Args:
        scope: the stack that deploys the endpoint.
        construct_id: id within `scope`.
        endpoint_name: the endpoint.
        variant: its production variant.
        hours: without a request until the alarm is raised, at most a week.
        topic: where it is told.
    """
    invocations = Metric(
        namespace="AWS/SageMaker",
        metric_name="Invocations",
        dimensions_map={"EndpointName": endpoint_name, "VariantName": variant},
        statistic="Sum",
        period=Duration.hours(1),
    )
    alarm = Alarm(
        scope,
        construct_id,
        alarm_description=f"No request for {hours} hours: the endpoint costs and serves nobody",
        metric=invocations,
        threshold=0,
        comparison_operator=ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluation_periods=hours,
        # Without requests there is no data, which is what the alarm is about.
        treat_missing_data=TreatMissingData.BREACHING,
    )
    alarm.add_alarm_action(SnsAction(topic))
    return alarm
