"""Log groups of functions: a function does not recreate one that its stack has deleted."""

from collections.abc import Callable
from typing import Any

from ministack.services import cloudwatch_logs, lambda_svc

PRIVATE_NAMES = (
    (cloudwatch_logs, "_log_groups", "AccountRegionScopedDict"),
    (lambda_svc, "_emit_lambda_logs", "(func, request_id, log_text, error, duration_ms, *, log_source=None)"),
)  # fmt: skip


def apply(may_write: Callable[[str, str], bool]) -> None:
    """Patch ministack, which creates a missing log group on the first line.

    On AWS the function's role would need permission to create it.

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

    lambda_svc._emit_lambda_logs = emit_lambda_logs
