"""Targets of an evaluation: an API by its URL, or a SageMaker endpoint by its name."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import urlsplit

import boto3
import urllib3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from scripts.evaluate import EvaluationError

ATTEMPTS = 8  # for each request

JSON = "application/json"
REFUSED = {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE}
BUSY_STATUSES = {429, 500, 502, 503, 504}
BUSY_CODES = {
    "ThrottlingException", "ServiceUnavailable", "ModelNotReadyException", "InternalFailure",
}  # fmt: skip
# Status of a container that is starting or has no free worker; 0 means a timeout.
BUSY_CONTAINER = {0, 408, 429, 503, 504, 507}

# Probability of each label, or the error code of a refused review
Verdict = Mapping[str, float] | str


class BusyError(Exception):
    """The target is busy and may answer another attempt after `retry_after` seconds."""

    def __init__(self, reason: str, retry_after: float = 0.0) -> None:
        """Keep the reason, which is reported if no attempt succeeds."""
        super().__init__(reason)
        self.retry_after = retry_after


class Target(Protocol):
    """A deployed model. Each call makes one attempt and raises EvaluationError or BusyError."""

    name: str

    def model_card(self) -> dict[str, Any]:
        """Return the model's description of itself."""

    def send(self, content: dict[str, Any]) -> Any:
        """Send `review` or up to 512 `reviews`; return the JSON answer or the refusal."""


def classify(target: Target, reviews: list[str], *, in_list: bool) -> tuple[list[Verdict], str]:
    """Classify reviews with one request: a list of reviews, or a single one.

    Returns:
        The verdicts in order, and the model's version, which is empty if every review was refused.

    Raises:
        BusyError: when the target is busy.
        EvaluationError: when it fails or refuses the whole list.
    """
    answer = target.send({"reviews": reviews} if in_list else {"review": reviews[0]})
    if in_list and not (isinstance(answer, dict) and "predictions" in answer):
        raise EvaluationError(f"{target.name}: {str(answer)[:300]}")
    entries = answer["predictions"] if in_list else [answer]
    verdicts = [_verdict(entry) for entry in entries]
    # The API reports the version once, the endpoint in every prediction.
    versions = {entry.get("model_version") for entry in entries}
    versions.add((answer.get("model") or {}).get("version"))
    return verdicts, "".join(filter(None, versions))


def _verdict(content: Any) -> Verdict:
    match content:
        case {"probabilities": dict(probabilities)}:
            return {str(name): float(share) for name, share in probabilities.items()}
        case {"error": {"code": str(code)}}:
            return code
    raise EvaluationError(f"not a verdict: {str(content)[:200]}")


class Site:
    """The API of a site: POST /predict and POST /predict/batch."""

    def __init__(self, url: str, *, connections: int) -> None:
        """Find the API at the URL, or below it at `api/`.

        Args:
            url: URL of the site or of the API.
            connections: number of requests sent at the same time.

        Raises:
            EvaluationError: when no API answers there.
        """
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise EvaluationError(f"SITE={url}: must be an http or https URL")
        self._headers = {"Content-Type": JSON, "Accept": JSON}
        self._root = f"{parts.scheme}://{parts.netloc}"
        if parts.hostname.endswith(".localhost"):
            # RFC 6761 maps these names to the loopback address; the C library does not.
            self._root = f"{parts.scheme}://127.0.0.1:{parts.port or 80}"
            self._headers["Host"] = parts.netloc
        self._pool = urllib3.PoolManager(
            maxsize=connections, timeout=urllib3.Timeout(connect=5, read=60), retries=False
        )
        base = parts.path.rstrip("/") + "/"
        self._path = next((path for path in (base, f"{base}api/") if self._is_api(url, path)), "")
        if not self._path:
            raise EvaluationError(f"SITE={url}: no API found there or at {base}api/")
        self.name = f"{parts.scheme}://{parts.netloc}{self._path}"

    def model_card(self) -> dict[str, Any]:
        """Return the model's description of itself."""
        return self._send("GET", "model")

    def send(self, content: dict[str, Any]) -> dict[str, Any]:
        """Send one review or several."""
        return self._send("POST", "predict/batch" if "reviews" in content else "predict", content)

    def _is_api(self, url: str, path: str) -> bool:
        try:
            response = self._request("GET", f"{path}health")
        except HTTPError as error:
            raise EvaluationError(f"SITE={url}: cannot be reached ({error})") from error
        if "Location" in response.headers:
            location = response.headers["Location"].removesuffix("health")
            raise EvaluationError(f"SITE={url}: redirects to {location}; use that URL")
        return response.status == HTTPStatus.OK and _json_object(response).get("status") == "ok"

    def _send(
        self, method: str, operation: str, content: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        try:
            response = self._request(method, self._path + operation, content)
        except HTTPError as error:
            raise BusyError(f"{self.name}: {error}") from error
        answer = _json_object(response)
        if response.status == HTTPStatus.OK:
            return answer
        reason = f"{self.name} answered {response.status}: {str(answer)[:300]}"
        if response.status in BUSY_STATUSES:
            retry_after = response.headers.get("Retry-After", "")
            raise BusyError(reason, float(retry_after) if retry_after.isdecimal() else 0.0)
        if response.status in REFUSED and "code" in answer:
            return {"error": answer}
        raise EvaluationError(reason)

    def _request(
        self, method: str, path: str, content: dict[str, Any] | None = None
    ) -> urllib3.BaseHTTPResponse:
        body = None if content is None else json.dumps(content).encode()
        return self._pool.request(method, self._root + path, body=body, headers=self._headers)


class Endpoint:
    """A SageMaker endpoint, called with the user's AWS credentials."""

    def __init__(self, name: str) -> None:
        """Check that the endpoint is in service.

        Raises:
            EvaluationError: when it does not exist or is not in service.
        """
        self.name = name
        patient = Config(retries={"mode": "standard", "total_max_attempts": ATTEMPTS})
        try:
            client = boto3.client("sagemaker", config=patient)
            status = client.describe_endpoint(EndpointName=name)["EndpointStatus"]
            # boto3's own retries would not be counted, but would add to the measured latency.
            once = Config(retries={"total_max_attempts": 1})
            self._runtime = boto3.client("sagemaker-runtime", config=once)
        except (ClientError, BotoCoreError, ValueError) as error:
            raise EvaluationError(f"ENDPOINT={name}: {error}") from error
        if status not in {"InService", "Updating"}:
            raise EvaluationError(f"ENDPOINT={name}: is {status}; it must be InService")

    def model_card(self) -> dict[str, Any]:
        """Return the model's description of itself."""
        card = self.send({"card": True})
        if not isinstance(card, dict) or "model_version" not in card:
            raise EvaluationError(f"ENDPOINT={self.name}: its model does not describe itself")
        return card

    def send(self, content: dict[str, Any]) -> Any:
        """Send one review or several."""
        try:
            response = self._runtime.invoke_endpoint(
                EndpointName=self.name, Body=json.dumps(content), ContentType=JSON, Accept=JSON
            )
            return json.loads(response["Body"].read())
        except ClientError as error:
            if _is_busy(error):
                raise BusyError(f"{self.name}: {error}") from error
            if error.response.get("OriginalStatusCode") in REFUSED:
                return {"error": {"code": _model_code(error)}}
            raise EvaluationError(f"{self.name}: {error}") from error
        except (BotoCoreError, HTTPError) as error:
            raise BusyError(f"{self.name}: {error}") from error
        except ValueError as error:
            raise EvaluationError(f"{self.name}: the answer is not JSON") from error


def _is_busy(error: ClientError) -> bool:
    return (
        error.response["Error"]["Code"] in BUSY_CODES
        or error.response["ResponseMetadata"]["HTTPStatusCode"] in BUSY_STATUSES
        or error.response.get("OriginalStatusCode") in BUSY_CONTAINER
    )


def _model_code(error: ClientError) -> str:
    """Return the model's error code for a refused review."""
    try:
        return str(json.loads(error.response["OriginalMessage"])["code"])
    except (ValueError, TypeError, KeyError):
        return f"refused with {error.response['OriginalStatusCode']}"


def _json_object(response: urllib3.BaseHTTPResponse) -> dict[str, Any]:
    try:
        content = response.json()
    except ValueError:
        return {"body": response.data[:300].decode(errors="replace")}
    return content if isinstance(content, dict) else {"body": content}
