"""Service Quotas as a service of the emulator."""

from local_aws.emulator.extension import ServiceHandler
from local_aws.sagemaker.service import Answer
from local_aws.service_quotas import ServiceQuotas


def service_quotas_api(quotas: ServiceQuotas) -> ServiceHandler:
    """Return the handler of the API."""

    async def handle(
        _method: str, _path: str, headers: dict[str, str], body: bytes, _query: dict[str, list[str]]
    ) -> Answer:
        return quotas.handle({key.lower(): value for key, value in headers.items()}, body)

    return handle
