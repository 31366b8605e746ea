"""Metrics of a training job, read from its log lines."""

import math
import re
from collections.abc import Iterable
from typing import Any


class Metrics:
    """Applies a job's metric definitions to its log lines and keeps the last value of each."""

    def __init__(self, definitions: Iterable[dict[str, str]]) -> None:
        """Take MetricDefinitions; the first group of each regex is the value."""
        self._patterns = [(d["Name"], re.compile(d["Regex"])) for d in definitions]
        self._values: dict[str, tuple[float, float]] = {}

    def observe(self, line: str, time: float) -> None:
        """Read a line that was printed at `time`; skip values that are not finite numbers."""
        for name, pattern in self._patterns:
            match = pattern.search(line)
            value = _number(match[1]) if match else None
            if value is not None:
                self._values[name] = (value, time)

    def final(self) -> list[dict[str, Any]]:
        """Return the last values as FinalMetricDataList."""
        return [
            {"MetricName": name, "Value": value, "Timestamp": time}
            for name, (value, time) in self._values.items()
        ]


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None
