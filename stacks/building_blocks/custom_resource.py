"""CDK's provider framework with our roles and log groups."""

from typing import TYPE_CHECKING, cast

from aws_cdk import Duration
from aws_cdk.custom_resources import Provider
from constructs import Construct

from stacks.building_blocks.assets import ROOT
from stacks.building_blocks.log_group import declare_log_group
from stacks.building_blocks.python_function import PythonFunction
from stacks.building_blocks.reasons import FUNCTION, acknowledge, acknowledge_type
from stacks.building_blocks.roles import function_role, limit_trust
from stacks.building_blocks.wildcards import wildcard

if TYPE_CHECKING:
    from aws_cdk.aws_iam import CfnRole
    from aws_cdk.aws_lambda import Function

CDKS_MEMORY = "Every function states its memory, except the ones of CDK's framework"
INVOKES_VERSIONS = "CDK's framework allows calls of any version of a function"
# The module that handlers read their resources' properties with
PROPERTIES = ROOT / "lambda_fn" / "resource_properties.py"
# The module with which handlers repeat requests that AWS refuses at first
CONSISTENCY = ROOT / "lambda_fn" / "eventual_consistency.py"


class ResourceProvider(Construct):
    """Turns handler functions into the provider of a custom resource.

    Creates: one function of CDK's framework, or three and a state machine if `is_complete` is
        given, with their roles and a log group.
    Idle: nothing.
    Destroy: everything is deleted, including the logs.

    Attributes:
        service_token: the ARN by which custom resources refer to their provider.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        on_event: PythonFunction,
        is_complete: PythonFunction | None = None,
        query_interval: Duration | None = None,
        total_timeout: Duration | None = None,
    ) -> None:
        """Declare the framework around the handlers.

        Args:
            on_event: starts creating, updating or deleting the resource.
            is_complete: checks whether that has finished; without it, `on_event` does all the work.
            query_interval: time between two calls of `is_complete`.
            total_timeout: time after which the resource fails.
        """
        super().__init__(scope, construct_id)
        log_group = declare_log_group(self, "LogGroup")
        handlers = [handler for handler in (on_event, is_complete) if handler is not None]
        names = ["OnEventRole", "WaiterRole"] if is_complete else ["OnEventRole"]
        roles = [function_role(self, name, log_group=log_group) for name in names]
        provider = Provider(
            self,
            "Framework",
            on_event_handler=on_event.function,
            is_complete_handler=is_complete.function if is_complete else None,
            query_interval=query_interval,
            total_timeout=total_timeout,
            log_group=log_group,
            framework_on_event_role=roles[0],
            framework_complete_and_timeout_role=roles[1] if is_complete else None,
            # The handlers' logs say more, and logging would need a role over all log deliveries.
            disable_waiter_state_machine_logging=True if is_complete else None,
        )
        acknowledge_type(self, FUNCTION, {"Serverless-LambdaDefaultMemorySize": CDKS_MEMORY})
        for role in roles:
            called = {
                wildcard(f"{handler.function.function_arn}:*"): INVOKES_VERSIONS
                for handler in handlers
            }
            acknowledge(role.node.find_child("DefaultPolicy"), called)
        if is_complete:
            _finish_waiter(provider)
        self.service_token = provider.service_token


def _finish_waiter(provider: Provider) -> None:
    waiter = provider.node.find_child("waiter-state-machine")
    called = [
        cast("Function", provider.node.find_child(name))
        for name in ("framework-isComplete", "framework-onTimeout")
    ]
    role = waiter.node.find_child("Role")
    limit_trust(cast("CfnRole", role.node.default_child))
    reasons = {wildcard(f"{one.function_arn}:*"): INVOKES_VERSIONS for one in called}
    acknowledge(role.node.find_child("DefaultPolicy"), reasons)
