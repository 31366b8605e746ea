"""Log groups of functions: a deleted one is not recreated, and lines may contain metrics."""

from collections.abc import Callable
from typing import Any

from ministack.services import cloudwatch, cloudwatch_logs, lambda_svc

from local_aws.emulator.embedded_metrics import embedded_metrics

PRIVATE_NAMES = (
    (cloudwatch, "_evaluate_all_alarms", "()"),
    (cloudwatch_logs, "_log_groups", "AccountRegionScopedDict"),
    (lambda_svc, "_emit_lambda_logs", "(func, request_id, log_text, error, duration_ms, *, log_source=None)"),
)  # fmt: skip


def apply(may_write: Callable[[str, str], bool]) -> None:
    """Patch ministack, which creates a missing log group on the first line and reads no metrics.

    On AWS the function's role would need permission to create it, and CloudWatch turns lines in
    the embedded metric format into metrics.

    Args:
        may_write: returns whether a role, given by its ARN, may write to a log group.
    """
    emit = lambda_svc._emit_lambda_logs

    def emit_lambda_logs(func: dict[str, Any], *arguments: Any, **keywords: Any) -> None:
        config = func.get("config") or func
        declared = config.get("LoggingConfig", {}).get("LogGroup")
        group = declared or f"/aws/lambda/{config['FunctionName']}"
        exists = declared is None or declared in cloudwatch_logs._log_groups
        if exists and may_write(str(config.get("Role")), group):
            emit(func, *arguments, **keywords)
            _, log = arguments[:2]
            for datum in embedded_metrics(log or ""):
                cloudwatch.record_metric(*datum)
            cloudwatch._evaluate_all_alarms()

    lambda_svc._emit_lambda_logs = emit_lambda_logs
