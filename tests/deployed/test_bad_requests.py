"""Every bad request gets a 4xx with one clear line of JSON, and the next request succeeds."""

import gzip
import json

import pytest

from local_aws.urls import send
from tests.support.deployment import Deployment

TEXT = "text/plain"
JSON = "application/json"
BAD_REQUESTS = {
    "empty body": (b"", TEXT),
    "whitespace": (b" \n\t ", TEXT),
    "only markup": (b"<br /><br />", TEXT),
    "4.6 MB": (b"good " * 920_000, TEXT),
    "6 MB": (b"good " * (6 * 1024 * 1024 // 5), TEXT),
    "invalid UTF-8": (b"good \xff\xfe film", TEXT),
    "wrong content type": (b"a fine film", "image/png"),
    "malformed JSON": (b'{"review": "a fine film"', JSON),
    "list of 10,000": (json.dumps(["a fine film"] * 10_000).encode(), JSON),
    "null": (b"null", JSON),
    "number for a review": (b'{"review": 7}', JSON),
    "unknown key": (b'{"reviw": "a fine film"}', JSON),
}


@pytest.mark.parametrize("path", ["predict", "elsewhere"])
def test_unknown_paths_and_methods_are_reported(deployment: Deployment, path: str) -> None:
    status, headers, answer = send(deployment.outputs["ApiUrl"] + path, method="GET")
    problem = json.loads(answer)
    assert (status, problem["code"]) == (
        (405, "method_not_allowed") if path == "predict" else (404, "not_found")
    )
    assert headers.get("allow") == ("POST" if path == "predict" else None)
    assert headers["content-type"].startswith("application/problem+json")
    assert headers["x-request-id"] == problem["request_id"]


@pytest.mark.parametrize("output", ["SiteUrl", "ApiUrl"])
def test_compressed_reviews_are_read(deployment: Deployment, output: str) -> None:
    url = deployment.outputs[output] + ("api/predict" if output == "SiteUrl" else "predict")
    headers = {"Content-Type": JSON, "Content-Encoding": "gzip"}
    body = gzip.compress(b'{"review": "A superb film, I loved it."}')
    status, _, answer = send(url, body=body, headers=headers, method="POST")
    assert (status, json.loads(answer)["sentiment"]) == (200, "positive")
    status, answered, answer = send(url, body=b"plain", headers=headers, method="POST")
    problem = json.loads(answer)
    assert (status, problem["status"], problem["code"]) == (415, 415, "unsupported_media_type")
    assert answered["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize("output", ["SiteUrl", "ApiUrl"])
@pytest.mark.parametrize("path", ["health", "model", "openapi.json"])
def test_head_is_answered_like_get(deployment: Deployment, output: str, path: str) -> None:
    url = deployment.outputs[output] + ("api/" if output == "SiteUrl" else "") + path
    (read, headers, body), (head, its, nothing) = (send(url, method=one) for one in ("GET", "HEAD"))
    assert (read, head) == (200, 200)
    assert body
    assert not nothing
    for name in ("content-type", "cache-control"):
        assert its[name] == headers[name]
    assert its.get("content-length", headers["content-length"]) == headers["content-length"]


@pytest.mark.parametrize("case", BAD_REQUESTS)
@pytest.mark.parametrize("output", ["SiteUrl", "ApiUrl"])
def test_bad_requests_are_refused_with_one_clear_line(
    deployment: Deployment, output: str, case: str
) -> None:
    path = "api/predict" if output == "SiteUrl" else "predict"
    url = deployment.outputs[output] + path
    body, content_type = BAD_REQUESTS[case]

    status, headers, answer = send(
        url, body=body, headers={"Content-Type": content_type}, method="POST"
    )

    assert 400 <= status < 500
    assert headers["content-type"].startswith("application/problem+json")
    problem = json.loads(answer)
    assert problem["status"] == status
    assert problem["detail"]
    assert problem["code"]
    assert len(answer.strip().splitlines()) == 1
    assert b"Traceback" not in answer
    assert send(url, body=b"a fine film", headers={"Content-Type": TEXT})[0] == 200
