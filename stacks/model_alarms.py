"""Alarms of the training and of the endpoint's machines."""

from aws_cdk.aws_events import CfnRule
from aws_cdk.aws_sns import ITopic
from constructs import Construct

from stacks.acknowledgements import acknowledge
from stacks.alarm import declare_alarm
from stacks.metrics import EndpointMetrics

FULL_PERCENT = 85
IN_CLOUDFORMATION = "A failed training fails the deployment, too, which cannot be lost"


def tell_failed_trainings(scope: Construct, *, name_prefix: str, topic: ITopic) -> None:
    """Tell the topic of every training job of this environment that fails or takes too long.

    What somebody stops is no news, and a model under the quality gate is told by CloudFormation
    alone: its job has completed.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html

    Args:
        scope: the stack that trains.
        name_prefix: what the jobs' names begin with.
        topic: where it is told; its policy must let EventBridge publish.
    """
    # CDK's own class wants to compare the accounts of rule and topic, which nobody knows at synth.
    rule = CfnRule(
        scope,
        "FailedTraining",
        description="Tells of every training job of this environment that fails or takes too long",
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
    """Raised when a real-time endpoint's instances are full.

    Creates: two alarms, of disk and memory.
    Idle: $0.20 a month.
    Destroy: they go.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, metrics: EndpointMetrics, topic: ITopic
    ) -> None:
        """Declare the alarms.

        Args:
            scope: the stack that deploys the endpoint.
            construct_id: id within `scope`.
            metrics: of the endpoint.
            topic: where they are told.
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
