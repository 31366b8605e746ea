"""Every alarm of an environment."""

from aws_cdk import Duration
from aws_cdk.aws_cloudwatch import (
    Alarm,
    ComparisonOperator,
    IMetric,
    Metric,
    TreatMissingData,
)
from aws_cdk.aws_cloudwatch_actions import SnsAction
from aws_cdk.aws_events import CfnRule
from aws_cdk.aws_sns import ITopic
from constructs import Construct

from stacks.building_blocks.reasons import acknowledge
from stacks.monitoring.metrics import ApiMetrics, EndpointMetrics
from stacks.settings.operations import OperationsSettings

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

    It costs $0.10 a month. Missing data does not raise it: without traffic nothing can fail.

    Args:
        description: meaning of the alarm.
        metric: the monitored metric.
        threshold: limit in the metric's unit.
        topic: the topic that the alarm notifies.
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


def declare_idle_alarm(
    scope: Construct,
    construct_id: str,
    *,
    metrics: EndpointMetrics,
    hours: int,
    topic: ITopic,
) -> Alarm:
    """Declare an alarm for a real-time endpoint without requests; it costs $0.10 a month.

    Args:
        metrics: metrics of the endpoint.
        hours: hours without a request before the alarm is raised; at most a week.
        topic: the topic that the alarm notifies.
    """
    alarm = Alarm(
        scope,
        construct_id,
        alarm_description=f"The endpoint costs money but has had no request for {hours} hours",
        metric=metrics.of_requests("Invocations", "Sum", period=Duration.hours(1)),
        threshold=0,
        comparison_operator=ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluation_periods=hours,
        # Without requests there is no data, so missing data must raise the alarm.
        treat_missing_data=TreatMissingData.BREACHING,
    )
    alarm.add_alarm_action(SnsAction(topic))
    return alarm


def declare_refusal_alarm(
    scope: Construct, construct_id: str, *, schedule_group: str, topic: ITopic
) -> Alarm:
    """Declare an alarm for a scheduled call that AWS refuses; it costs $0.10 a month.

    Source: https://docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch.html

    Args:
        schedule_group: group of the schedule; EventBridge Scheduler counts by group only.
        topic: the topic that the alarm notifies.
    """
    alarm = Alarm(
        scope,
        construct_id,
        alarm_description="A training could not start on schedule; CloudTrail has the reason",
        metric=Metric(
            namespace="AWS/Scheduler",
            metric_name="TargetErrorCount",
            dimensions_map={"ScheduleGroup": schedule_group},
            statistic="Sum",
            period=Duration.hours(1),
        ),
        threshold=0,
        comparison_operator=ComparisonOperator.GREATER_THAN_THRESHOLD,
        evaluation_periods=1,
        treat_missing_data=TreatMissingData.NOT_BREACHING,
    )
    alarm.add_alarm_action(SnsAction(topic))
    return alarm


FULL_PERCENT = 85
IN_CLOUDFORMATION = (
    "A failed training also fails the deployment, so losing this event hides nothing"
)


def report_failed_trainings(scope: Construct, *, name_prefix: str, topic: ITopic) -> None:
    """Notify the topic of this environment's training jobs that fail or exceed a time limit.

    Jobs stopped by a user are ignored. A model below the quality gate only fails the deployment,
    because its job has completed.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html

    Args:
        scope: the stack with the training job.
        name_prefix: prefix of the jobs' names.
        topic: the notified topic; its policy must let EventBridge publish.
    """
    # CDK's Rule compares the accounts of rule and topic, which are unknown at synthesis.
    rule = CfnRule(
        scope,
        "FailedTraining",
        description="Reports every training job of this environment that fails or takes too long",
        event_pattern={
            "source": ["aws.sagemaker"],
            "detail-type": ["SageMaker Training Job State Change"],
            "detail": {
                "TrainingJobName": [{"prefix": f"{name_prefix}-"}],
                # SageMaker stops a job at its time limits; the secondary status says so.
                "SecondaryStatus": ["Failed", "MaxRuntimeExceeded", "MaxWaitTimeExceeded"],
            },
        },
        targets=[CfnRule.TargetProperty(id="alarms", arn=topic.topic_arn)],
    )
    acknowledge(rule, {"Serverless-EventBusDLQ": IN_CLOUDFORMATION})


class HostAlarms(Construct):
    """Alarms for full disks or memory of a real-time endpoint's instances.

    Creates: two alarms, for disk and memory.
    Idle: $0.20 a month.
    Destroy: the alarms are deleted.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, metrics: EndpointMetrics, topic: ITopic
    ) -> None:
        """Declare the alarms.

        Args:
            metrics: metrics of the endpoint.
            topic: the topic that the alarms notify.
        """
        super().__init__(scope, construct_id)
        for name, metric in (("Disk", "DiskUtilization"), ("Memory", "MemoryUtilization")):
            declare_alarm(
                self,
                name,
                description=f"{name} of an instance of the endpoint is over {FULL_PERCENT} % full",
                metric=metrics.of_hosts(metric, "Maximum"),
                threshold=FULL_PERCENT,
                topic=topic,
            )


class WebAlarms(Construct):
    """Alarms for refused, failed or slow requests.

    Creates: five alarms.
    Idle: $0.50 a month.
    Destroy: the alarms are deleted.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        metrics: ApiMetrics,
        topic: ITopic,
        settings: OperationsSettings,
    ) -> None:
        """Declare the alarms.

        Args:
            metrics: metrics of the API and its function.
            topic: the topic that the alarms notify.
            settings: thresholds of the alarms.
        """
        super().__init__(scope, construct_id)
        refused, failed = settings.client_error_rate, settings.server_error_rate
        slowest = settings.latency_p99_ms
        for name, description, metric, threshold in (
            (
                "ClientErrors",
                f"More than {refused:.1%} of the requests are refused with 4XX",
                metrics.of_api("4XXError", "Average"),
                refused,
            ),
            (
                "ServerErrors",
                f"More than {failed:.1%} of the requests fail with 5XX",
                metrics.of_api("5XXError", "Average"),
                failed,
            ),
            (
                "Latency",
                f"The p99 latency is above {slowest} ms",
                metrics.of_api("Latency", "p99"),
                slowest,
            ),
            (
                "FunctionErrors",
                "The function fails with an unexpected error",
                metrics.of_function("Errors", "Sum"),
                0,
            ),
            (
                "FunctionThrottles",
                "The function has no concurrency left, and requests are throttled",
                metrics.of_function("Throttles", "Sum"),
                0,
            ),
        ):
            declare_alarm(
                self,
                name,
                description=description,
                metric=metric,
                threshold=threshold,
                topic=topic,
            )
