"""Alarms that watch only their own resource, or a formula over several metrics."""

import time
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

from ministack.core.responses import AccountRegionScopedDict
from ministack.services import cloudwatch
from ministack.services.cloudformation import provisioners

from local_aws.emulator.metric_math import value_of, watched

PRIVATE_NAMES = (
    (cloudwatch, "_calc_stats", "(points)"),
    (cloudwatch, "_dims_key", "(dims)"),
    (cloudwatch, "_evaluate_alarm", "(alarm)"),
    (cloudwatch, "_metrics", "AccountRegionScopedDict"),
    (cloudwatch, "_stat_value", "(stats, stat_name, points=None)"),
    (provisioners, "_cw_metric_alarm_record", "(name, props)"),
)
Alarm = dict[str, Any]
FORMULA = "(metric math)"
_watched: ContextVar[str | None] = ContextVar("_watched", default=None)
_result: ContextVar[float | None] = ContextVar("_result", default=None)


class _Metrics(AccountRegionScopedDict):  # type: ignore[misc]
    """All metrics; while an alarm is evaluated, those with its dimensions or its formula's value."""

    __slots__ = ()

    def items(self) -> Any:
        """Return keys, whose third part is the dimensions, with their points."""
        watched, result = _watched.get(), _result.get()
        if result is not None:
            return [((FORMULA, FORMULA, ""), [{"Timestamp": time.time(), "Value": result}])]
        found = super().items()
        return found if watched is None else [each for each in found if each[0][2] == watched]


def apply() -> None:
    """Patch ministack, whose alarms watch every metric of the same name and no formula."""
    evaluate, record = cloudwatch._evaluate_alarm, provisioners._cw_metric_alarm_record

    def evaluate_alarm(alarm: Alarm) -> None:
        if alarm.get("Metrics"):
            _evaluate_formula(alarm, evaluate)
            return
        dimensions = {each["Name"]: each["Value"] for each in alarm.get("Dimensions", [])}
        token = _watched.set(cloudwatch._dims_key(dimensions))
        try:
            evaluate(alarm)
        finally:
            _watched.reset(token)

    def record_alarm(name: str, properties: dict[str, Any]) -> Alarm:
        queries = properties.get("Metrics")
        if not queries:
            return dict(record(name, properties))
        with suppress(ArithmeticError):  # refuses a formula that cannot be evaluated
            value_of(watched(queries)["Expression"], {query["Id"]: 1.0 for query in queries})
        plain = {key: value for key, value in properties.items() if key != "Metrics"}
        recorded = dict(record(name, {**plain, "MetricName": FORMULA, "Namespace": FORMULA}))
        return {**recorded, "MetricName": None, "Namespace": None, "Metrics": queries}

    metrics = _Metrics()
    metrics._data = cloudwatch._metrics._data
    cloudwatch._metrics = metrics
    cloudwatch._evaluate_alarm = evaluate_alarm
    provisioners._cw_metric_alarm_record = record_alarm


def _evaluate_formula(alarm: Alarm, evaluate: Callable[[Alarm], None]) -> None:
    """Evaluate an alarm on the formula's value for the latest period; none without all metrics."""
    values: dict[str, float] = {}
    for query in alarm["Metrics"]:
        if "MetricStat" in query:
            found = _statistic(query["MetricStat"])
            if found is None:
                return
            values[query["Id"]] = found
    try:
        result = value_of(watched(alarm["Metrics"])["Expression"], values)
    except ArithmeticError:
        return
    token = _result.set(result)
    alarm.update(MetricName=FORMULA, Namespace=FORMULA)
    try:
        evaluate(alarm)
    finally:
        alarm.update(MetricName=None, Namespace=None)
        _result.reset(token)


def _statistic(wanted: dict[str, Any]) -> float | None:
    """Return a metric's statistic for the latest period, or None without a value."""
    metric = wanted["Metric"]
    dimensions = {each["Name"]: each["Value"] for each in metric.get("Dimensions", [])}
    key = (metric["Namespace"], metric["MetricName"], cloudwatch._dims_key(dimensions))
    since = time.time() - int(wanted["Period"])
    points = [one for one in cloudwatch._metrics.get(key) or [] if one["Timestamp"] >= since]
    if not points:
        return None
    found = cloudwatch._stat_value(cloudwatch._calc_stats(points), wanted["Stat"], points)
    return None if found is None else float(found)
