"""Deletion of a stack some hours after its last deployment."""

from aws_cdk import Duration, Stack
from aws_cdk.aws_events import Rule, Schedule
from aws_cdk.aws_events_targets import LambdaFunction
from constructs import Construct

from stacks.building_blocks.assets import ROOT
from stacks.building_blocks.permissions import Permission
from stacks.building_blocks.python_function import PythonFunction
from stacks.building_blocks.reasons import acknowledge, acknowledge_scheduled

HANDLERS = ROOT / "lambda_fn" / "expiry"
NEXT_HOUR = "A lost event is covered by the next run an hour later"


class Expiry(Construct):
    """Deletes its own stack some hours after the last deployment that changed it.

    Creates: a function, its role and log group, and a rule that starts it every hour.
    Idle: nothing: 730 invocations a month are within Lambda's free requests.
    Destroy: it is deleted with its stack. Trained models stay in the data bucket, so another
        deployment trains nothing.
    """

    def __init__(self, scope: Construct, construct_id: str, *, hours: int) -> None:
        """Declare the function and its schedule.

        Args:
            hours: least time between the stack's last change and its deletion.
        """
        super().__init__(scope, construct_id)
        stack = Stack.of(self)
        expiry = PythonFunction(
            self,
            "Handler",
            package=HANDLERS,
            handler="handler.on_schedule",
            description=f"Removes this stack {hours} hours after its last change",
            timeout=Duration.seconds(30),
            environment={
                # The id and not the name, because the permission below covers only the id.
                "STACK_ID": stack.stack_id,
                "EXPIRES_AFTER_HOURS": str(hours),
            },
            permissions=[
                Permission(
                    sid="RemoveStack",
                    actions=["cloudformation:DescribeStacks", "cloudformation:DeleteStack"],
                    resources=[stack.stack_id],
                )
            ],
        )
        acknowledge_scheduled(expiry.function, next_run=NEXT_HOUR)
        rule = Rule(
            self,
            "EveryHour",
            description="Checks whether the stack has expired",
            schedule=Schedule.rate(Duration.hours(1)),
            targets=[LambdaFunction(expiry.function, retry_attempts=0)],
        )
        acknowledge(rule, {"Serverless-EventBusDLQ": NEXT_HOUR})
