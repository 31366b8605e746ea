"""The settings of logs."""

from stacks.settings.types import RetentionDays, Section


class LogSettings(Section):
    """Logs of the functions, the endpoint and the buckets."""

    retention_days: RetentionDays = 30
