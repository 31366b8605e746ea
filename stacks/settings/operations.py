"""The settings of alarms, dashboard and budget."""

from typing import Annotated

from pydantic import Field

from stacks.settings.types import BlankIsNone, Decimal, EmailAddress, Flag, Section, Whole


class OperationsSettings(Section):
    """Alarms, dashboard and budget.

    Attributes:
        alarms: whether alarms are declared and sent to an encrypted topic.
        client_error_rate: share of the API's requests that may be refused.
        server_error_rate: share of the API's requests that may fail.
        latency_p99_ms: limit of the API's 99th percentile latency.
        drift: whether the function compares callers' reviews with the model's test reviews. The
            dashboard shows it, and an alarm is raised when an hour differs too much, at $0.80 a
            month. While there is traffic, the eight metrics cost $2.40 a month.
        dashboard: whether CloudWatch has a dashboard of the environment, at $3 a month.
        alarm_email: address that is subscribed to the topic after its owner confirms; without a
            topic it receives the budget's alerts.
        monthly_budget_usd: budget of the environment for a month. An actual cost of 80 % of it,
            or a forecast above it, alerts the alarms' topic, else the address. AWS counts by
            tags: activate `application` and `environment` as cost allocation tags.
    """

    alarms: Flag = True
    client_error_rate: Annotated[Decimal, Field(ge=0, lt=1)] = 0.25
    server_error_rate: Annotated[Decimal, Field(ge=0, lt=1)] = 0.01
    latency_p99_ms: Annotated[Whole, Field(ge=10, le=29_000)] = 3000
    drift: Flag = False
    dashboard: Flag = True
    alarm_email: Annotated[EmailAddress | None, BlankIsNone] = None
    monthly_budget_usd: Annotated[
        Annotated[Decimal, Field(gt=0, le=1_000_000)] | None, BlankIsNone
    ] = None
