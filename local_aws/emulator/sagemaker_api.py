"""SageMaker's control plane and runtime as a service of the emulator."""

import asyncio
import re
from http import HTTPStatus
from urllib.parse import unquote

from local_aws.emulator.extension import ServiceHandler
from local_aws.sagemaker.service import Answer, SageMakerService

INVOCATIONS = re.compile(r"^/endpoints/([^/]+)/invocations$")


def sagemaker_api(service: SageMakerService) -> ServiceHandler:
    """Return the handler of both APIs, since clients sign requests to both for `sagemaker`."""

    async def handle(
        _method: str, path: str, headers: dict[str, str], body: bytes, _query: dict[str, list[str]]
    ) -> Answer:
        lower = {key.lower(): value for key, value in headers.items()}
        if match := INVOCATIONS.match(path):
            status, answered, answer = await asyncio.to_thread(
                service.invoke_endpoint, unquote(match[1]), body, lower
            )
            # ministack would change a `Content-Type` of JSON to the type of the control plane.
            return status, {key.lower(): value for key, value in answered.items()}, answer
        if "x-amz-target" in lower:
            return await asyncio.to_thread(service.handle_control_plane, lower, body)
        return HTTPStatus.NOT_FOUND, {}, b""

    return handle
