"""Alarms that watch only their own resource."""

from contextvars import ContextVar
from typing import Any

from ministack.core.responses import AccountRegionScopedDict
from ministack.services import cloudwatch

PRIVATE_NAMES = (
    (cloudwatch, "_dims_key", "(dims)"),
    (cloudwatch, "_evaluate_alarm", "(alarm)"),
    (cloudwatch, "_metrics", "AccountRegionScopedDict"),
)
_watched: ContextVar[str | None] = ContextVar("_watched", default=None)


class _Metrics(AccountRegionScopedDict):  # type: ignore[misc]
    """All metrics; while an alarm is evaluated, only those with its dimensions."""

    __slots__ = ()

    def items(self) -> Any:
        """Return keys, whose third part is the dimensions, with their points."""
        watched = _watched.get()
        found = super().items()
        return found if watched is None else [each for each in found if each[0][2] == watched]


def apply() -> None:
    """Patch ministack, whose alarms watch every metric of the same name."""
    evaluate = cloudwatch._evaluate_alarm

    def evaluate_alarm(alarm: dict[str, Any]) -> None:
        dimensions = {each["Name"]: each["Value"] for each in alarm.get("Dimensions", [])}
        token = _watched.set(cloudwatch._dims_key(dimensions))
        try:
            evaluate(alarm)
        finally:
            _watched.reset(token)

    metrics = _Metrics()
    metrics._data = cloudwatch._metrics._data
    cloudwatch._metrics = metrics
    cloudwatch._evaluate_alarm = evaluate_alarm
