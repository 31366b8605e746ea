"""Trainings that a schedule starts, without a deployment and without a function."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Stack
from aws_cdk.aws_events import CfnRule
from aws_cdk.aws_scheduler import CfnSchedule, CfnScheduleGroup
from aws_cdk.aws_sns import ITopic
from constructs import Construct

from stacks.building_blocks.aws import PARTITION
from stacks.building_blocks.permissions import Permission
from stacks.building_blocks.reasons import acknowledge
from stacks.building_blocks.roles import scheduler_role
from stacks.monitoring.alarms import declare_refusal_alarm
from training_job.request import TrainingRequest

# EventBridge Scheduler replaces this with the id of the run.
# Source: https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
RUN = "<aws.scheduler.execution-id>"
IN_JOBS = "SageMaker lists the job even if the message is lost"
ATTEMPTS = 3


class Retraining(Construct):
    """Starts a training job on a schedule and reports the model that is ready to be deployed.

    The job has the inputs of the deployment's job, but reads the data as they are when it starts.
    Its model does not serve until it is deployed, and then the trial compares it.

    Creates: a schedule with its group and role, a rule that notifies the topic of finished jobs,
        and an alarm for jobs that cannot start.
    Idle: the alarm costs $0.10 a month; each training costs its machines.
    Destroy: everything is deleted. Finished jobs and their models stay.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name_prefix: str,
        environment: str,
        schedule: str,
        properties: Mapping[str, Any],
        channels: Mapping[str, str],
        start: list[Permission],
        topic: ITopic,
    ) -> None:
        """Declare the schedule.

        Args:
            name_prefix: prefix of the jobs' names.
            environment: name of the environment, for the command that deploys a model.
            schedule: when a job starts.
            properties: properties of the deployment's training job.
            channels: channel name to the S3 URI of the data.
            start: permissions for starting jobs.
            topic: the notified topic; its policy must let EventBridge publish.
        """
        super().__init__(scope, construct_id)
        # With the longest prefix, a UUID still fits into the 63 characters of a job's name.
        names = f"{name_prefix}-new"
        name = f"{names}-{RUN}"
        described = {**properties, "JobName": name, "Channels": dict(channels)}
        request = TrainingRequest.from_properties(
            {  # CloudFormation passes numbers as strings
                key: str(value) if isinstance(value, int) else value
                for key, value in described.items()
            }
        )
        group = CfnScheduleGroup(self, "Group", name=name_prefix).ref
        CfnSchedule(
            self,
            "Schedule",
            group_name=group,
            description="Starts a training job on the data of this time",
            schedule_expression=schedule,
            flexible_time_window=CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=CfnSchedule.TargetProperty(
                arn=f"arn:{PARTITION}:scheduler:::aws-sdk:sagemaker:createTrainingJob",
                role_arn=scheduler_role(self, "Role", permissions=start).role_arn,
                input=Stack.of(self).to_json_string(request.job(name)),
                retry_policy=CfnSchedule.RetryPolicyProperty(maximum_retry_attempts=ATTEMPTS),
            ),
        )
        declare_refusal_alarm(self, "Refused", schedule_group=group, topic=topic)
        self._report(names, environment, topic)

    def _report(self, names: str, environment: str, topic: ITopic) -> None:
        rule = CfnRule(
            self,
            "Finished",
            description="Reports every model that a scheduled training has made",
            event_pattern={
                "source": ["aws.sagemaker"],
                "detail-type": ["SageMaker Training Job State Change"],
                "detail": {
                    "TrainingJobName": [{"prefix": f"{names}-"}],
                    "TrainingJobStatus": ["Completed"],
                },
            },
            targets=[
                CfnRule.TargetProperty(
                    id="alarms", arn=topic.topic_arn, input_transformer=_message(environment)
                )
            ],
        )
        acknowledge(rule, {"Serverless-EventBusDLQ": IN_JOBS})


def _message(environment: str) -> CfnRule.InputTransformerProperty:
    command = (
        f"make deploy ENV={environment} "
        "CONTEXT='-c rollout.challenger=better -c rollout.incomparable=fail "
        "-c training.model_data=<model>'"
    )
    return CfnRule.InputTransformerProperty(
        input_paths_map={
            "job": "$.detail.TrainingJobName",
            "model": "$.detail.ModelArtifacts.S3ModelArtifacts",
        },
        input_template=f'"A new model is ready: <job>. If it is better than the one that serves, '
        f'this command deploys it: {command}"',
    )
