"""A SageMaker endpoint, through the SageMaker Python SDK and the caller's credentials."""

import json
from functools import partial
from http import HTTPStatus
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from scripts.evaluate.errors import BusyError, EvaluationError
from scripts.evaluate.patience import patiently
from scripts.evaluate.reply import Reply, read_verdict

JSON = "application/json"
# Repeating is our own: the SDK's would go uncounted, and its pauses be part of an answer's time.
ONCE = Config(retries={"total_max_attempts": 1})
BUSY = {"ThrottlingException", "ServiceUnavailable", "ModelNotReadyException", "InternalFailure"}
BUSY_STATUSES = {429, 500, 502, 503, 504}
# Of the container: starting, or without a free worker; that it did not answer in time is told as 0.
BUSY_CONTAINER = {0, 408, 429, 503, 504, 507}
REFUSALS = {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE}


class Endpoint:
    """InvokeEndpoint, one review or a list at a time.

    Attributes:
        name: the endpoint's name.
    """

    def __init__(self, name: str) -> None:
        """Find the endpoint.

        Raises:
            EvaluationError: when it cannot be described, or does not serve.
        """
        # Takes more than a second, and only an endpoint needs it.
        from sagemaker.core.resources import Endpoint as Resource  # noqa: PLC0415
        from sagemaker.core.utils.utils import SageMakerClient  # noqa: PLC0415

        SageMakerClient(config=ONCE)  # the process's first is what the SDK uses from then on
        self.name = name
        try:
            self._resource = patiently(partial(self._describe, Resource))[0]
        except (ClientError, BotoCoreError, ValueError) as error:
            raise EvaluationError(f"ENDPOINT={name}: {error}") from error
        status = self._resource.endpoint_status
        if status not in {"InService", "Updating"}:
            raise EvaluationError(f"ENDPOINT={name}: it is {status}, and must be InService")

    def card(self) -> dict[str, Any]:
        """Return what the model knows of itself.

        Raises:
            EvaluationError: when the endpoint failed, or is of another application.
        """
        card = patiently(partial(self._invoke, {"card": True}))[0]
        if not isinstance(card, dict) or "model_version" not in card:
            raise EvaluationError(f"ENDPOINT={self.name}: its model does not describe itself")
        return card

    def ask(self, review: str) -> Reply:
        """Return the verdict on one review.

        Raises:
            EvaluationError: when the endpoint failed, not merely refused the review.
        """
        content, seconds, retries = patiently(partial(self._invoke, {"review": review}))
        return Reply([read_verdict(content)], content.get("model_version", ""), seconds, retries)

    def ask_all(self, reviews: list[str]) -> Reply:
        """Return the verdicts on at most 512 reviews, in their order.

        Raises:
            EvaluationError: when the endpoint failed or refused the list.
        """
        content, seconds, retries = patiently(partial(self._invoke, {"reviews": reviews}))
        if "predictions" not in content:
            raise EvaluationError(f"{self.name}: {str(content)[:300]}")
        answers = content["predictions"]
        versions = {one["model_version"] for one in answers if "model_version" in one}
        return Reply([read_verdict(one) for one in answers], "".join(versions), seconds, retries)

    def _describe(self, resource: Any) -> Any:
        try:
            return resource.get(endpoint_name=self.name)
        except ClientError as error:
            if _is_busy(error):
                raise BusyError(f"ENDPOINT={self.name}: {error}") from error
            raise

    def _invoke(self, content: dict[str, Any]) -> Any:
        try:
            answer = self._resource.invoke(body=json.dumps(content), content_type=JSON, accept=JSON)
            return json.loads(answer.body.read())
        except ClientError as error:
            if _is_busy(error):
                raise BusyError(f"{self.name}: {error}") from error
            if error.response.get("OriginalStatusCode") in REFUSALS:
                return {"error": {"code": _code(error)}}
            raise EvaluationError(f"{self.name}: {error}") from error
        except BotoCoreError as error:
            raise BusyError(f"{self.name}: {error}") from error
        except ValueError as error:
            raise EvaluationError(f"{self.name} answers something else than JSON") from error


def _is_busy(error: ClientError) -> bool:
    return (
        error.response["Error"]["Code"] in BUSY
        or error.response["ResponseMetadata"]["HTTPStatusCode"] in BUSY_STATUSES
        or error.response.get("OriginalStatusCode") in BUSY_CONTAINER
    )


def _code(error: ClientError) -> str:
    """Return the code with which the model refuses a review."""
    try:
        return str(json.loads(error.response["OriginalMessage"])["code"])
    except (ValueError, TypeError, KeyError):
        return f"refused with {error.response['OriginalStatusCode']}"
