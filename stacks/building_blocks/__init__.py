"""Building blocks that know nothing of sentiment: functions, roles, logs, assets, reasons."""
