"""The model behind the SageMaker endpoint."""

import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from predict_api.log import logger
from predict_api.problem import Problem
from predict_api.verdict import Verdict, read_verdict

T = TypeVar("T")

# API Gateway waits 29 s. Time out first so that callers get our error, not API Gateway's.
READ_SECONDS = 25
RETRY_AFTER = {"Retry-After": "5"}
# A serverless endpoint throttles requests above its concurrency; retries soon succeed.
FULL = "ThrottlingException"
# Upper bounds of the random pauses ("full jitter"), in seconds, so that clients spread out.
# https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
PAUSES = (0.1, 0.2, 0.4, 0.8, 1.6)
BUSY = {FULL, "ServiceUnavailable", "ModelNotReadyException", "InternalFailure"}
# Statuses of a container that has no free worker or timed out (SageMaker reports 0)
TOO_MANY = HTTPStatus.TOO_MANY_REQUESTS
BUSY_STATUSES = {0, 408, TOO_MANY, 503, 504, 507}
# Serverless endpoints accept requests of 4 MB, real-time ones of 6 MB.
MAX_REQUEST_BYTES = 3_500_000
# Problems that correspond to the model's own 4xx answers; callers see no other model errors.
MODEL_REFUSALS = {
    "empty_review": (HTTPStatus.BAD_REQUEST, "The review contains no text."),
    "review_too_long": (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The review is too long."),
}


@cache
def runtime() -> Any:
    """Return the SageMaker runtime client, created once per function instance."""
    config = Config(connect_timeout=2, read_timeout=READ_SECONDS, retries={"total_max_attempts": 1})
    return boto3.client("sagemaker-runtime", config=config)


@dataclass(frozen=True)
class Model:
    """The model behind an endpoint.

    Attributes:
        endpoint: name of the SageMaker endpoint.
        correlation_id: id of the API request, which SageMaker records with captured data.
    """

    endpoint: str
    correlation_id: str

    def verdict(self, review: str, *, explain: bool) -> Verdict:
        """Return the model's verdict on one review.

        Raises:
            Problem: 4xx when the model refuses the review, 503 with Retry-After while the model is
                busy or starting, 502 when it fails.
        """
        asked = {"review": review, **({"explain": True} if explain else {})}
        return self._ask(asked, read_verdict)

    def verdicts(self, reviews: Sequence[str]) -> list[Verdict | Problem]:
        """Return a verdict, or the reason there is none, for each review.

        Raises:
            Problem: 503 with Retry-After while the model is busy or starting, 502 when it fails.
        """
        answers: list[Verdict | Problem] = []
        for part in _parts(reviews):
            found = self._ask({"reviews": part}, _read_list)
            if len(found) != len(part):
                logger.error("the endpoint's answer has the wrong length")
                raise failed()
            answers += found
        return answers

    def card(self) -> dict[str, Any]:
        """Return the model's description of itself, without the reviews that it contains.

        Raises:
            Problem: 503 with Retry-After while the model is busy or starting, 502 when it fails.
        """
        return self._ask({"card": True}, _read_card)

    def identity(self) -> tuple[str, list[str]]:
        """Return the model's version and the labels that it can give.

        Raises:
            Problem: 503 with Retry-After while the model is busy or starting, 502 when it fails.
        """
        return self._ask({"card": True}, _read_identity)

    def _ask(self, content: dict[str, Any], read: Callable[[Any], T]) -> T:
        body = json.dumps(content, ensure_ascii=False).encode()
        try:
            answer = self._invoke(body)
            return read(json.loads(answer["Body"].read()))
        except ClientError as error:
            raise _problem(error) from error
        except BotoCoreError as error:
            logger.warning("the endpoint did not answer", exc_info=error)
            raise _warming_up() from error
        except (ValueError, RecursionError) as error:
            logger.exception("the endpoint's answer is malformed")
            raise failed() from error

    def _invoke(self, body: bytes) -> dict[str, Any]:
        """Invoke the endpoint, retrying for a few seconds while it throttles."""
        pauses = iter(PAUSES)
        while True:
            try:
                answer: dict[str, Any] = runtime().invoke_endpoint(
                    EndpointName=self.endpoint,
                    ContentType="application/json",
                    Accept="application/json",
                    InferenceId=self.correlation_id,
                    Body=body,
                )
            except ClientError as error:
                pause = next(pauses, None)
                if pause is None or _code(error) != FULL:
                    raise
                time.sleep(random.uniform(0, pause))  # noqa: S311 - not a secret
            else:
                return answer


def _parts(reviews: Sequence[str]) -> Iterator[list[str]]:
    """Split the reviews into requests small enough for any endpoint."""
    part: list[str] = []
    size = 0
    for review in reviews:
        bytes_ = len(json.dumps(review, ensure_ascii=False).encode()) + 2
        if part and size + bytes_ > MAX_REQUEST_BYTES:
            yield part
            part, size = [], 0
        part.append(review)
        size += bytes_
    if part:
        yield part


def _read_list(content: Any) -> list[Verdict | Problem]:
    match content:
        case {"predictions": [*answers]}:
            return [_read_answer(answer) for answer in answers]
    raise ValueError("the model's answer is not a list of verdicts")


def _read_answer(content: Any) -> Verdict | Problem:
    match content:
        case {"error": {"code": str(code)}} if code in MODEL_REFUSALS:
            return _refusal(code)
    return read_verdict(content)


def _read_card(content: Any) -> dict[str, Any]:
    match content:
        case {"model_version": str()}:
            return {key: value for key, value in content.items() if key != "known_reviews"}
    raise ValueError("the model's answer is not a description")


def _read_identity(content: Any) -> tuple[str, list[str]]:
    match content:
        case {"model_version": str(version), "labels": [*labels]} if all(
            isinstance(one, str) for one in labels
        ):
            return version, labels
    raise ValueError("the model's description has no labels")


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _problem(error: ClientError) -> Problem:
    code = _code(error)
    status = error.response.get("OriginalStatusCode")
    fields = {"error_code": code, "model_status": status}
    if code in BUSY or status in BUSY_STATUSES:
        logger.warning("the endpoint is busy", extra=fields)
        return _busy() if code == FULL or status == TOO_MANY else _warming_up()
    if _model_code(error) in MODEL_REFUSALS:
        return _refusal(_model_code(error))
    # Model error text can contain the review, which we must not log; see the endpoint's own log.
    logger.error("the endpoint failed", extra=fields, exc_info=None if status else error)
    return failed()


def _refusal(code: str) -> Problem:
    status, detail = MODEL_REFUSALS[code]
    return Problem(status, code, detail)


def _model_code(error: ClientError) -> str:
    """Return the error code in the model's own answer.

    The PyTorch toolkit appends a traceback to the model's line. The server of the Hugging Face
    toolkit answers `{"code": 400, "type": "InternalServerException", "message": <the line>}`.
    """
    refusal = _leading_object(str(error.response.get("OriginalMessage", "")))
    if isinstance(refusal.get("code"), int):
        refusal = _leading_object(str(refusal.get("message", "")))
    return str(refusal.get("code", ""))


def _leading_object(text: str) -> dict[str, Any]:
    try:
        content, _ = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _warming_up() -> Problem:
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "model_warming_up",
        "The model is starting. Try again in a few seconds.",
        RETRY_AFTER,
    )


def _busy() -> Problem:
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "model_busy",
        "The model is busy. Try again in a few seconds.",
        RETRY_AFTER,
    )


def failed() -> Problem:
    """Return the problem for a model that failed."""
    return Problem(HTTPStatus.BAD_GATEWAY, "model_failed", "The model could not answer.")
