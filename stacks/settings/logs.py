"""The settings of logs."""

from stacks.settings.types import RetentionDays, Section


class LogSettings(Section):
    """Logs of functions, endpoint and buckets."""

    retention_days: RetentionDays = 30
