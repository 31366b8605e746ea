"""A SageMaker endpoint, through the SageMaker Python SDK and the caller's credentials."""

import json
import time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from scripts.evaluate.answer import Answer, EvaluationError

JSON = "application/json"


class Endpoint:
    """InvokeEndpoint, one review or a list at a time. The SDK repeats what was throttled.

    Attributes:
        name: the endpoint's name.
        batches: True; the model takes lists.
    """

    batches = True

    def __init__(self, name: str) -> None:
        """Find the endpoint.

        Raises:
            EvaluationError: when it cannot be described.
        """
        # Takes more than a second, and only an endpoint needs it.
        from sagemaker.core.resources import Endpoint as Resource  # noqa: PLC0415

        self.name = name
        try:
            self._resource = Resource.get(endpoint_name=name)
        except (ClientError, BotoCoreError, ValueError) as error:
            raise EvaluationError(f"ENDPOINT={name}: {error}") from error
        if self._resource.endpoint_status != "InService":
            raise EvaluationError(f"ENDPOINT={name}: it is {self._resource.endpoint_status}")

    def ask(self, review: str) -> Answer:
        """Return the verdict on one review.

        Raises:
            EvaluationError: when the endpoint failed.
        """
        try:
            content, seconds = self._invoke({"review": review})
        except ClientError as error:
            refused = error.response.get("OriginalStatusCode", 0)
            if refused in {400, 413}:  # the model's own refusals of a review
                return Answer(None, error=f"refused with {refused}")
            raise EvaluationError(f"{self.name}: {error}") from error
        return Answer(content["probability"], content["model_version"], seconds=seconds)

    def ask_all(self, reviews: list[str]) -> list[Answer]:
        """Return the verdicts on at most 512 reviews, in their order.

        Raises:
            EvaluationError: when the endpoint failed or refused the list.
        """
        try:
            content, seconds = self._invoke({"reviews": reviews})
        except ClientError as error:
            raise EvaluationError(f"{self.name}: {error}") from error
        return [
            Answer(one["probability"], one["model_version"], seconds=seconds)
            for one in content["predictions"]
        ]

    def _invoke(self, content: dict[str, Any]) -> tuple[dict[str, Any], float]:
        since = time.perf_counter()
        try:
            answer = self._resource.invoke(body=json.dumps(content), content_type=JSON, accept=JSON)
        except BotoCoreError as error:
            raise EvaluationError(f"{self.name}: {error}") from error
        body: dict[str, Any] = json.loads(answer.body.read())
        return body, time.perf_counter() - since
