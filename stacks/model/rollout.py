"""Canary rollout of a new model: part of the traffic first, with alarms that roll it back."""

from aws_cdk.aws_cloudwatch import Alarm
from aws_cdk.aws_events import Rule, Schedule
from aws_cdk.aws_events_targets import LambdaFunction
from aws_cdk.aws_sagemaker import CfnEndpoint
from aws_cdk.aws_sns import ITopic
from constructs import Construct

from stacks.building_blocks.assets import ROOT
from stacks.building_blocks.aws import ACCOUNT_ID, PARTITION, REGION
from stacks.building_blocks.custom_resource import CONSISTENCY, PROPERTIES
from stacks.building_blocks.permissions import Permission, put_metrics
from stacks.building_blocks.python_function import PythonFunction
from stacks.building_blocks.reasons import acknowledge, acknowledge_scheduled
from stacks.datasets import KNOWN_REVIEWS
from stacks.monitoring.alarms import declare_alarm
from stacks.monitoring.metrics import MINUTE, EndpointMetrics, metric
from stacks.settings.rollout import RolloutSettings

METRICS_HAVE_NO_RESOURCE = (
    "PutMetricData does not support resource-level permissions; a condition limits the namespace"
)
NEXT_MINUTE = "A lost event is covered by the next run a minute later"
HANDLERS = ROOT / "lambda_fn" / "trial"
MICROSECONDS_A_MILLISECOND = 1000
# Time for SageMaker to start and stop instances, in addition to the waits in the settings.
MARGIN_SECONDS = 1800


class Rollout(Construct):
    """Alarms that roll a new model back, and a probe that sends known reviews during the rollout.

    Creates: three alarms, and a function with its role, log group and a rule that runs it every
        minute; it sends reviews only while an update is running.
    Idle: $0.30 a month for the alarms; the function stays within Lambda's free requests.
    Destroy: everything is deleted.

    Attributes:
        alarms: the alarms that SageMaker watches during an update.
        deployment_config: SageMaker's instructions for an update.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        endpoint_name: str,
        variant: str,
        namespace: str,
        topic: ITopic,
        settings: RolloutSettings,
    ) -> None:
        """Declare the alarms and the probe.

        Args:
            endpoint_name: the endpoint's name as plain text, because the endpoint needs the alarms.
            variant: its production variant.
            namespace: namespace of the application's metrics.
            topic: the topic that receives the alarms.
            settings: shares, times and limits.
        """
        super().__init__(scope, construct_id)
        self._declare_probe(endpoint_name, namespace)
        metrics = EndpointMetrics(endpoint_name, variant)
        errors = metrics.of_requests("Invocation5XXErrors", "Average", period=MINUTE)
        latency = metrics.of_requests("ModelLatency", "p99", period=MINUTE)
        dimensions = {"EndpointName": endpoint_name}
        probes = metric(namespace, "FailedProbes", "Sum", dimensions, period=MINUTE)
        self.alarms = [
            declare_alarm(
                self,
                "ServerErrors",
                description=f"More than {settings.error_rate:.1%} of the invocations fail with 5XX",
                metric=errors,
                threshold=settings.error_rate,
                topic=topic,
            ),
            declare_alarm(
                self,
                "ModelLatency",
                description=f"The model's p99 latency is above {settings.latency_p99_ms} ms",
                metric=latency,
                threshold=settings.latency_p99_ms * MICROSECONDS_A_MILLISECOND,
                topic=topic,
            ),
            declare_alarm(
                self,
                "Probes",
                description="Known reviews get wrong verdicts or none",
                metric=probes,
                threshold=0,
                topic=topic,
            ),
        ]
        self.deployment_config = _canary(settings, self.alarms)

    def _declare_probe(self, endpoint_name: str, namespace: str) -> None:
        """Send known reviews during an update; without traffic a canary has nothing to measure."""
        endpoint = f"arn:{PARTITION}:sagemaker:{REGION}:{ACCOUNT_ID}:endpoint"
        probe = PythonFunction(
            self,
            "Probe",
            package=HANDLERS,
            libraries=[PROPERTIES, CONSISTENCY, KNOWN_REVIEWS],
            handler="handler.on_schedule",
            description="Sends known reviews through the endpoint while it is updated",
            timeout=MINUTE,
            environment={"ENDPOINT_NAME": endpoint_name, "METRICS_NAMESPACE": namespace},
            permissions=[
                Permission(
                    sid="TestEndpoint",
                    actions=["sagemaker:DescribeEndpoint", "sagemaker:InvokeEndpoint"],
                    resources=[f"{endpoint}/{endpoint_name}"],
                ),
                put_metrics(namespace),
            ],
        )
        acknowledge(probe.role, {"Serverless-LambdaStarPermissions": METRICS_HAVE_NO_RESOURCE})
        acknowledge_scheduled(probe.function, next_run=NEXT_MINUTE)
        rule = Rule(
            self,
            "EveryMinute",
            description="Checks whether the endpoint is being updated",
            schedule=Schedule.rate(MINUTE),
            targets=[LambdaFunction(probe.function, retry_attempts=0)],
        )
        acknowledge(rule, {"Serverless-EventBusDLQ": NEXT_MINUTE})


def _canary(settings: RolloutSettings, alarms: list[Alarm]) -> CfnEndpoint.DeploymentConfigProperty:
    """Return the update policy.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green-canary.html
    """
    bake, keep = settings.bake_minutes * 60, settings.keep_old_minutes * 60
    return CfnEndpoint.DeploymentConfigProperty(
        blue_green_update_policy=CfnEndpoint.BlueGreenUpdatePolicyProperty(
            traffic_routing_configuration=CfnEndpoint.TrafficRoutingConfigProperty(
                type="CANARY",
                canary_size=CfnEndpoint.CapacitySizeProperty(
                    type="CAPACITY_PERCENT", value=settings.canary_percent
                ),
                wait_interval_in_seconds=bake,
            ),
            termination_wait_in_seconds=keep,
            maximum_execution_timeout_in_seconds=bake + keep + MARGIN_SECONDS,
        ),
        auto_rollback_configuration=CfnEndpoint.AutoRollbackConfigProperty(
            alarms=[CfnEndpoint.AlarmProperty(alarm_name=alarm.alarm_name) for alarm in alarms]
        ),
    )
