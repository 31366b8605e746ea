"""Settings that are allowed one by one and impossible together."""

from typing import NoReturn

from stacks.refusal import SettingsError
from stacks.settings.environment import Settings

CANARY_INSTANCES = 2


def refuse_impossible(settings: Settings) -> None:
    """Refuse what AWS would refuse late.

    Raises:
        SettingsError: for the first combination that cannot be deployed.
    """
    _refuse_serverless(settings)
    _refuse_lone_canary(settings)
    _refuse_scaling(settings)
    _refuse_silent_budget(settings)


def _refuse_serverless(settings: Settings) -> None:
    """Refuse what serverless endpoints do not have.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html
    """
    if settings.endpoint.kind != "serverless":
        return
    if settings.network.subnet_ids:
        raise SettingsError(
            "network.subnet_ids",
            ",".join(settings.network.subnet_ids),
            "a serverless endpoint cannot be in a VPC; endpoint.kind=real_time can",
        )
    if settings.endpoint.capture_percent:
        raise SettingsError(
            "endpoint.capture_percent",
            str(settings.endpoint.capture_percent),
            "a serverless endpoint cannot capture data; endpoint.kind=real_time can",
        )


def _refuse_lone_canary(settings: Settings) -> None:
    """Refuse a canary without traffic to split, or without anything that could call it back."""
    if settings.rollout.strategy != "canary":
        return
    endpoint = settings.endpoint
    if endpoint.kind != "real_time":
        _refuse_strategy("it needs endpoint.kind=real_time")
    if endpoint.instance_count < CANARY_INSTANCES:
        _refuse_strategy(
            f"it needs endpoint.instance_count of {CANARY_INSTANCES} or more, "
            f"which is {endpoint.instance_count}"
        )
    if not settings.operations.alarms:
        _refuse_strategy("it needs operations.alarms=true, since alarms call a bad model back")


def _refuse_strategy(reason: str) -> NoReturn:
    raise SettingsError("rollout.strategy", "canary", reason)


def _refuse_scaling(settings: Settings) -> None:
    most, endpoint = settings.scaling.max_instances, settings.endpoint
    if most is None:
        return
    if endpoint.kind != "real_time":
        raise SettingsError(
            "scaling.max_instances",
            str(most),
            "a serverless endpoint scales by itself; endpoint.kind=real_time has instances",
        )
    if most <= endpoint.instance_count:
        raise SettingsError(
            "scaling.max_instances",
            str(most),
            f"allowed is more than endpoint.instance_count, which is {endpoint.instance_count}",
        )


def _refuse_silent_budget(settings: Settings) -> None:
    operations = settings.operations
    if operations.monthly_budget_usd and not (operations.alarms or operations.alarm_email):
        raise SettingsError(
            "operations.monthly_budget_usd",
            str(operations.monthly_budget_usd),
            "allowed is a budget together with operations.alarm_email or operations.alarms=true",
        )
