"""Settings that are allowed one by one and impossible together."""

from stacks.refusal import SettingsError
from stacks.settings import Settings


def refuse_impossible(settings: Settings) -> None:
    """Refuse what AWS would refuse late.

    Raises:
        SettingsError: for the first combination that cannot be deployed.
    """
    _refuse_serverless(settings)


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
