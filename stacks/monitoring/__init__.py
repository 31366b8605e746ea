"""Metrics, alarms, dashboard and budget."""
