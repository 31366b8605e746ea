"""Application-independent building blocks: functions, roles, logs, assets, reasons."""
