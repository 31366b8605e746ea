"""The API's function with a stubbed SageMaker runtime."""

import base64
import io
import json
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import boto3
from botocore.response import StreamingBody
from botocore.stub import Stubber

# A session reads the services' models only once.
SESSION = boto3.session.Session()
TEXT, JSON = "text/plain", "application/json"
LIMIT = 100
MODEL = {"version": "sentiment-dev-1", "trained_at": "2026-03-01T12:00:00+00:00", "accuracy": 0.92}
VERDICT = {
    "sentiment": "positive",
    "probability": 0.97,
    "label": "positive",
    "probabilities": {"negative": 0.03, "positive": 0.97},
    "words": 3,
    "known_words": 2,
    "model_version": MODEL["version"],
    "trained_at": MODEL["trained_at"],
    "accuracy": MODEL["accuracy"],
}
ENDPOINT = "sentiment-dev"


@dataclass
class LambdaContext:
    """The part of the Lambda context that the logger reads."""

    function_name: str = "predict_api"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:predict_api"
    aws_request_id: str = "lambda-request"


class Api:
    """The function with a stubbed runtime."""

    def __init__(self, module: ModuleType, runtime: Any) -> None:
        self.module, self.runtime, self.stubber = module, runtime, Stubber(runtime)
        self.stubber.activate()

    def model_answers(
        self,
        content: Any = VERDICT,
        review: str = "A fine film",
        correlation_id: str = "request-1",
        asked: dict[str, Any] | None = None,
    ) -> None:
        """Expect exactly one call of the endpoint, with the review as JSON."""
        body = json.dumps(content).encode()
        self.stubber.add_response(
            "invoke_endpoint",
            {"Body": StreamingBody(io.BytesIO(body), len(body)), "ContentType": JSON},
            {
                "EndpointName": ENDPOINT,
                "ContentType": JSON,
                "Accept": JSON,
                "InferenceId": correlation_id,
                "Body": json.dumps(asked or {"review": review}, ensure_ascii=False).encode(),
            },
        )

    def model_fails(self, code: str, **fields: Any) -> None:
        self.stubber.add_client_error(
            "invoke_endpoint", code, "secret inner words", modeled_fields=fields
        )

    def post(
        self,
        body: bytes,
        content_type: str = TEXT,
        accept: str = "",
        *,
        plain: bool = False,
        method: str = "POST",
        correlation_id: str = "",
        path: str = "/predict",
        query: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        headers = {"Content-Type": content_type, "X-Correlation-Id": correlation_id} | (
            {"accept": accept} if accept else {}
        )
        event = {
            "resource": path,
            "httpMethod": method,
            "queryStringParameters": query,
            "headers": headers,
            "body": body.decode() if plain else base64.b64encode(body).decode(),
            "isBase64Encoded": not plain,
            "requestContext": {"requestId": "request-1"},
        }
        answer: dict[str, Any] = self.module.handler(event, LambdaContext())
        return answer


def problem_of(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the problem details of an answer after checking their form."""
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    assert len(answer["body"].splitlines()) == 1
    problem: dict[str, Any] = json.loads(answer["body"])
    assert problem.keys() == {"type", "title", "status", "detail", "code", "request_id"}
    assert problem["status"] == answer["statusCode"]
    assert problem["request_id"] == answer["headers"]["X-Request-Id"] == "request-1"
    return problem
