"""SageMaker's control plane and runtime as a service of the emulator."""

import asyncio
import re
from urllib.parse import unquote

from local_aws.emulator.extension import ServiceHandler
from local_aws.sagemaker.errors import SageMakerError
from local_aws.sagemaker.service import Answer, SageMakerService, runtime_error
from local_aws.sagemaker.validation import operation_at_path

# APIs whose requests clients sign for `sagemaker` and name by their path
BY_PATH = (
    "sagemaker-runtime", "sagemaker-metrics", "sagemaker-featurestore-runtime",
    "sagemaker-a2i-runtime", "sagemaker-edge",
)  # fmt: skip
INVOCATIONS = re.compile(r"^/endpoints/([^/]+)/invocations$")


def sagemaker_api(service: SageMakerService) -> ServiceHandler:
    """Return the handler of both APIs, since clients sign requests to both for `sagemaker`."""

    async def handle(
        method: str, path: str, headers: dict[str, str], body: bytes, _query: dict[str, list[str]]
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
        asked = operation_at_path(BY_PATH, method, path) or f"an operation at {method} {path}"
        error = SageMakerError(
            "ValidationError", f"The embedded SageMaker does not support {asked}."
        )
        return runtime_error(error)

    return handle
