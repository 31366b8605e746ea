"""A deployed API, by the URL of the site or of the API itself."""

import json
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError, MaxRetryError

from scripts.evaluate.errors import BusyError, EvaluationError
from scripts.evaluate.patience import ATTEMPTS, patiently
from scripts.evaluate.reply import Reply, read_verdict

BUSY = {429, 500, 502, 503, 504}
REFUSALS = {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE}


class Site:
    """POST /predict for single reviews, POST /predict/batch for lists.

    Attributes:
        name: the API's URL.
    """

    def __init__(self, url: str, *, connections: int, attempts: int = ATTEMPTS) -> None:
        """Find the API at the URL itself, or below it at `api/`.

        Args:
            url: of the site, or of the API.
            connections: how many requests are sent at the same time.
            attempts: how often a busy API is asked.

        Raises:
            EvaluationError: when no API answers there.
        """
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise EvaluationError(f"SITE={url}: an http or https URL is needed")
        self._attempts = attempts
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        self._root = f"{parts.scheme}://{parts.netloc}"
        if parts.hostname.endswith(".localhost"):
            # The C library resolves no such names; RFC 6761 says where they lead.
            self._root = f"{parts.scheme}://127.0.0.1:{parts.port or 80}"
            self._headers["Host"] = parts.netloc
        self._pool = urllib3.PoolManager(
            maxsize=connections,
            timeout=urllib3.Timeout(connect=5, read=60),
            # Repeating is our own: the pauses are no part of an answer's time.
            retries=urllib3.Retry(0, raise_on_redirect=False),
        )
        base = parts.path.rstrip("/") + "/"
        self._path = next((path for path in (base, f"{base}api/") if self._is_api(url, path)), "")
        if not self._path:
            raise EvaluationError(f"SITE={url}: no API answers there, nor at {base}api/")
        self.name = f"{parts.scheme}://{parts.netloc}{self._path}"

    def card(self) -> dict[str, Any]:
        """Return what the model knows of itself.

        Raises:
            EvaluationError: when the API failed.
        """
        return patiently(partial(self._send, "GET", "model"), attempts=self._attempts)[0]

    def ask(self, review: str) -> Reply:
        """Return the verdict on one review.

        Raises:
            EvaluationError: when the API failed, not merely refused the review.
        """
        content, seconds, retries = self._post("predict", {"review": review})
        version = content.get("model", {}).get("version", "")
        return Reply([read_verdict(content)], version, seconds, retries)

    def ask_all(self, reviews: list[str]) -> Reply:
        """Return the verdicts on at most 512 reviews, in their order.

        Raises:
            EvaluationError: when the API failed or refused the whole list.
        """
        content, seconds, retries = self._post("predict/batch", {"reviews": reviews})
        if "predictions" not in content:
            raise EvaluationError(f"{self.name}: {str(content)[:300]}")
        verdicts = [read_verdict(one) for one in content["predictions"]]
        return Reply(verdicts, (content["model"] or {}).get("version", ""), seconds, retries)

    def _is_api(self, url: str, path: str) -> bool:
        try:
            status, headers, body = self._request("GET", f"{path}health")
        except HTTPError as error:
            reason = error.reason if isinstance(error, MaxRetryError) else error
            raise EvaluationError(f"SITE={url}: it cannot be reached ({reason})") from error
        if "Location" in headers:
            leads = headers["Location"].removesuffix("health")
            raise EvaluationError(f"SITE={url}: it leads to {leads}: name that")
        return status == HTTPStatus.OK and _json_object(body).get("status") == "ok"

    def _post(self, operation: str, content: dict[str, Any]) -> tuple[dict[str, Any], float, int]:
        return patiently(partial(self._send, "POST", operation, content), attempts=self._attempts)

    def _send(
        self, method: str, operation: str, content: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the JSON object of the answer; that of a refused review has its error."""
        try:
            status, headers, body = self._request(method, self._path + operation, content)
        except HTTPError as error:
            raise BusyError(f"{self.name}: {error}") from error
        answer = _json_object(body)
        if status == HTTPStatus.OK:
            return answer
        reason = f"{self.name} answered {status}: {str(answer)[:300]}"
        if status in BUSY:
            after = headers.get("Retry-After", "")
            raise BusyError(reason, float(after) if after.isdecimal() else 0.0)
        if status in REFUSALS and "code" in answer:
            return {"error": answer}
        raise EvaluationError(reason)

    def _request(
        self, method: str, path: str, content: dict[str, Any] | None = None
    ) -> tuple[int, urllib3.HTTPHeaderDict, bytes]:
        body = None if content is None else json.dumps(content).encode()
        answer = self._pool.request(method, self._root + path, body=body, headers=self._headers)
        return answer.status, answer.headers, answer.data


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except ValueError:
        return {"body": body[:300].decode(errors="replace")}
    return content if isinstance(content, dict) else {"body": content}
