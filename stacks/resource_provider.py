"""CDK's provider framework with roles and log groups of our own."""

from aws_cdk import Duration
from aws_cdk.custom_resources import Provider
from constructs import Construct

from stacks.log_group import declare_log_group
from stacks.python_function import PythonFunction
from stacks.roles import function_role


class ResourceProvider(Construct):
    """Turns handler functions into what a custom resource talks to.

    Attributes:
        service_token: what a custom resource names as its provider.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        on_event: PythonFunction,
        retention_days: int,
        is_complete: PythonFunction | None = None,
        query_interval: Duration | None = None,
        total_timeout: Duration | None = None,
    ) -> None:
        """Declare the framework around the handlers.

        Args:
            scope: the construct whose resource is provided.
            construct_id: id within `scope`.
            on_event: begins to create, update or delete.
            retention_days: age at which the framework's log events are deleted.
            is_complete: tells whether that has ended; without it, `on_event` does all the work.
            query_interval: time between two calls of `is_complete`.
            total_timeout: time after which the resource has failed.
        """
        super().__init__(scope, construct_id)
        log_group = declare_log_group(self, "LogGroup", retention_days=retention_days)
        waits = is_complete is not None
        provider = Provider(
            self,
            "Framework",
            on_event_handler=on_event.function,
            is_complete_handler=is_complete.function if is_complete else None,
            query_interval=query_interval,
            total_timeout=total_timeout,
            log_group=log_group,
            framework_on_event_role=function_role(self, "OnEventRole", log_group=log_group),
            framework_complete_and_timeout_role=function_role(
                self, "WaiterRole", log_group=log_group
            )
            if waits
            else None,
            # The handlers' own logs say more, and logging would need a role over all log deliveries.
            disable_waiter_state_machine_logging=True if waits else None,
        )
        self.service_token = provider.service_token
