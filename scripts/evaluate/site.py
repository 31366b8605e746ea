"""A deployed API, by the URL of the site or of the API itself."""

import json
import time
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from scripts.evaluate.answer import Answer, EvaluationError

BUSY = {429, 500, 502, 503, 504}
ATTEMPTS = 8


class Site:
    """POST /predict for single reviews, POST /predict/batch for lists where the API has it.

    Attributes:
        name: the API's URL.
        batches: whether lists can be sent.
    """

    def __init__(self, url: str, *, connections: int, attempts: int = ATTEMPTS) -> None:
        """Find the API at the URL itself, or below it at `api/`.

        Args:
            url: of the site, or of the API.
            connections: how many requests are sent at the same time.
            attempts: how often a busy API is asked again, with growing pauses in between or with
                those that it asks for (Retry-After).

        Raises:
            EvaluationError: when no API answers there.
        """
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise EvaluationError(f"SITE={url}: an http or https URL is needed")
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        self._root = f"{parts.scheme}://{parts.netloc}"
        if parts.hostname.endswith(".localhost"):
            # The C library resolves no such names; RFC 6761 says where they lead.
            self._root = f"{parts.scheme}://127.0.0.1:{parts.port or 80}"
            self._headers["Host"] = parts.netloc
        self._pool = urllib3.PoolManager(
            maxsize=connections,
            timeout=urllib3.Timeout(connect=5, read=60),
            retries=urllib3.Retry(
                total=attempts,
                backoff_factor=0.5,
                backoff_jitter=0.5,
                status_forcelist=BUSY,
                allowed_methods=None,
                redirect=0,
                raise_on_status=False,
            ),
        )
        base = parts.path.rstrip("/") + "/"
        self._path = next((path for path in (base, f"{base}api/") if self._is_api(path)), "")
        if not self._path:
            raise EvaluationError(f"SITE={url}: no API answers there, nor at {base}api/")
        self.name = f"{parts.scheme}://{parts.netloc}{self._path}"
        status = self._send("POST", "predict/batch", {"reviews": ["A film."]})[0]
        self.batches = status == HTTPStatus.OK

    def ask(self, review: str) -> Answer:
        """Return the verdict on one review.

        Raises:
            EvaluationError: when the API failed, not merely refused the review.
        """
        status, content, seconds, retries = self._send("POST", "predict", {"review": review})
        if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR and (
            status != HTTPStatus.TOO_MANY_REQUESTS
        ):
            return Answer(None, error=str(content.get("code", status)), seconds=seconds)
        self._require(status, content)
        version = str(content["model"]["version"])
        return Answer(content["probability"], version, seconds=seconds, retries=retries)

    def ask_all(self, reviews: list[str]) -> list[Answer]:
        """Return the verdicts on at most 512 reviews, in their order.

        Raises:
            EvaluationError: when the API failed or refused the whole list.
        """
        status, content, seconds, retries = self._send(
            "POST", "predict/batch", {"reviews": reviews}
        )
        self._require(status, content)
        version = str((content["model"] or {}).get("version", ""))
        return [
            Answer(
                one.get("probability"),
                version,
                str(one.get("error", {}).get("code", "")),
                seconds,
                retries,
            )
            for one in content["predictions"]
        ]

    def _is_api(self, path: str) -> bool:
        self._path = path
        status, content, _, _ = self._send("GET", "health")
        return status == HTTPStatus.OK and content.get("status") == "ok"

    def _require(self, status: int, content: dict[str, Any]) -> None:
        if status != HTTPStatus.OK:
            raise EvaluationError(f"{self.name} answered {status}: {str(content)[:300]}")

    def _send(
        self, method: str, operation: str, content: dict[str, Any] | None = None
    ) -> tuple[int, dict[str, Any], float, int]:
        """Return status, JSON object, seconds and how often the request was repeated."""
        body = None if content is None else json.dumps(content).encode()
        since = time.perf_counter()
        try:
            answer = self._pool.request(
                method, f"{self._root}{self._path}{operation}", body=body, headers=self._headers
            )
        except HTTPError as error:
            raise EvaluationError(f"{self._root}{self._path}: {error}") from error
        seconds = time.perf_counter() - since
        retries = len(answer.retries.history) if answer.retries else 0
        return answer.status, _json_object(answer.data), seconds, retries


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except ValueError:
        return {"body": body[:300].decode(errors="replace")}
    return content if isinstance(content, dict) else {"body": content}
