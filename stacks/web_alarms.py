"""Alarms of the API and the function behind it."""

from aws_cdk.aws_sns import ITopic
from constructs import Construct

from stacks.alarm import declare_alarm
from stacks.metrics import ApiMetrics
from stacks.settings.account import OperationsSettings


class WebAlarms(Construct):
    """Raised when callers are refused, failed or kept waiting.

    Creates: five alarms.
    Idle: $0.50 a month.
    Destroy: they go.
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
            scope: the stack of the public parts.
            construct_id: id within `scope`.
            metrics: of API and function.
            topic: where they are told.
            settings: from where on it is too much.
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
                f"The slowest in a hundred requests takes more than {slowest} ms",
                metrics.of_api("Latency", "p99"),
                slowest,
            ),
            (
                "FunctionErrors",
                "The function ends with an error that it did not expect",
                metrics.of_function("Errors", "Sum"),
                0,
            ),
            (
                "FunctionThrottles",
                "The function has no concurrency left, and requests are turned away",
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
