"""What ministack's CloudWatch lacks: API Gateway's metrics, and alarms on those of one resource."""

import time
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any

from ministack.core.responses import AccountRegionScopedDict
from ministack.services import apigateway_v1, cloudwatch

from local_aws.emulator.measured import Measured, failed

PRIVATE_NAMES = (
    (apigateway_v1, "_invoke_lambda_proxy_v1"),
    (apigateway_v1, "_rest_apis"),
    (apigateway_v1, "handle_execute"),
    (cloudwatch, "_dims_key"),
    (cloudwatch, "_evaluate_alarm"),
    (cloudwatch, "_metrics"),
    (cloudwatch, "record_metric"),
)
NAMESPACE = "AWS/ApiGateway"
_watched: ContextVar[str | None] = ContextVar("_watched", default=None)


def record_metrics(measured: Iterable[Measured]) -> None:
    """Add to CloudWatch what a service of AWS reports of itself."""
    for each in measured:
        cloudwatch.record_metric(
            each.namespace, each.name, each.value, each.unit, dict(each.dimensions)
        )


def measure_api_gateway() -> None:
    """Report the metrics of REST APIs by stage.

    Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
    """
    execute = apigateway_v1.handle_execute
    integrate = apigateway_v1._invoke_lambda_proxy_v1  # noqa: SLF001

    async def handle_execute(api_id: str, stage: str, *arguments: Any, **keywords: Any) -> Any:
        began = time.perf_counter()
        answer = await execute(api_id, stage, *arguments, **keywords)
        by_client, by_server = failed(answer[0])
        report(api_id, stage, "Count", 1)
        report(api_id, stage, "4XXError", int(by_client))
        report(api_id, stage, "5XXError", int(by_server))
        report(api_id, stage, "Latency", _milliseconds(began), "Milliseconds")
        return answer

    async def invoke_lambda_proxy(
        integration: Any, api_id: str, stage: str, *arguments: Any, **keywords: Any
    ) -> Any:
        began = time.perf_counter()
        answer = await integrate(integration, api_id, stage, *arguments, **keywords)
        report(api_id, stage, "IntegrationLatency", _milliseconds(began), "Milliseconds")
        return answer

    def report(api_id: str, stage: str, name: str, value: float, unit: str = "Count") -> None:
        api = apigateway_v1._rest_apis.get(api_id)  # noqa: SLF001
        if api is not None:
            whose = {"ApiName": str(api["name"]), "Stage": stage}
            record_metrics([Measured(NAMESPACE, name, value, unit, whose)])

    apigateway_v1.handle_execute = handle_execute
    apigateway_v1._invoke_lambda_proxy_v1 = invoke_lambda_proxy  # noqa: SLF001


class _Metrics(AccountRegionScopedDict):  # type: ignore[misc]
    """All metrics; while an alarm is evaluated, those with its dimensions."""

    __slots__ = ()

    def items(self) -> Any:
        """Return keys, of which the third part is the dimensions, with their points."""
        watched = _watched.get()
        found = super().items()
        return found if watched is None else [each for each in found if each[0][2] == watched]


def heed_dimensions_of_alarms() -> None:
    """Let an alarm look at its own resource; ministack's look at all with a metric of that name."""
    evaluate = cloudwatch._evaluate_alarm  # noqa: SLF001

    def evaluate_alarm(alarm: dict[str, Any]) -> None:
        dimensions = {each["Name"]: each["Value"] for each in alarm.get("Dimensions", [])}
        token = _watched.set(cloudwatch._dims_key(dimensions))  # noqa: SLF001
        try:
            evaluate(alarm)
        finally:
            _watched.reset(token)

    metrics = _Metrics()
    metrics._data = cloudwatch._metrics._data  # noqa: SLF001
    cloudwatch._metrics = metrics  # noqa: SLF001
    cloudwatch._evaluate_alarm = evaluate_alarm  # noqa: SLF001


def _milliseconds(began: float) -> float:
    return (time.perf_counter() - began) * 1000
