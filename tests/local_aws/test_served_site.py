"""A deployed page as its visitors see it: CloudFront, the private bucket and the API."""

import gzip
import json
import socket
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest

from local_aws.urls import local_url, send
from tests.local_aws.conftest import Emulator
from tests.local_aws.support.site_template import api, distribution, storage
from tests.local_aws.support.stack import Stack

PAGE = b"<!doctype html><title>page</title>"


@dataclass(frozen=True)
class Site:
    """URLs of the page, its API and its bucket."""

    page: str
    api: str
    bucket: str
    stack: Stack


@pytest.fixture(scope="module")
def site(emulator: Emulator) -> Iterator[Site]:
    """A deployed page, whose stack the last test or the teardown deletes."""
    stack = Stack(emulator, "page")
    deployed = stack.deploy(
        {**storage(), **api(), **distribution()},
        Page={"Fn::Sub": "https://${Distribution.DomainName}/"},
        Api={"Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.amazonaws.com/api/"},
    )
    assert deployed.status == "CREATE_COMPLETE", deployed.reasons
    bucket = deployed.ids["Bucket"]
    emulator.client("s3").put_object(
        Bucket=bucket, Key="index.html", Body=PAGE, ContentType="text/html"
    )
    yield Site(
        page=local_url(deployed.outputs["Page"], emulator.port),
        api=local_url(deployed.outputs["Api"], emulator.port),
        bucket=bucket,
        stack=stack,
    )
    emulator.client("s3").delete_object(Bucket=bucket, Key="index.html")
    assert stack.delete() == "DELETE_COMPLETE"


def test_programs_that_resolve_no_localhost_names_reach_the_page(
    site: Site, emulator: Emulator
) -> None:
    label = str(urlsplit(site.page).hostname).partition(".")[0]
    address = f"http://127.0.0.1:{emulator.port}/_aws/cloudfront/{label}/"
    status, headers, body = send(address)
    assert (status, body, headers["x-frame-options"]) == (200, PAGE, "DENY")
    assert send(address.replace(label, "unknown"))[0] == 404


@pytest.mark.parametrize("path", ["", "index.html"])
def test_the_page_is_served_from_the_private_bucket(site: Site, path: str) -> None:
    """The distribution requires HTTPS and the bucket's policy refuses direct reads."""
    status, headers, body = send(site.page + path)
    assert (status, body) == (200, PAGE)
    assert headers["content-type"] == "text/html"
    assert headers["x-frame-options"] == "DENY"
    assert headers["content-security-policy"] == "default-src 'self'"


def test_the_bucket_refuses_anonymous_requests(site: Site, emulator: Emulator) -> None:
    base = f"http://127.0.0.1:{emulator.port}/{site.bucket}"
    for url in (f"{base}/index.html", f"{base}/?list-type=2"):
        assert send(url)[0] == 403
    assert send(f"{base}/index.html", body=b"x", method="PUT")[0] == 403
    signed = emulator.client("s3").generate_presigned_url(
        "get_object", Params={"Bucket": site.bucket, "Key": "index.html"}
    )
    assert send(signed)[0] == 200


@pytest.mark.parametrize("way", ["page", "api"])
@pytest.mark.parametrize(
    "body", [b'{"review": "fine"}', "café".encode(), bytes(range(256)), b""], ids=repr
)
def test_bodies_reach_the_function_byte_for_byte(site: Site, way: str, body: bytes) -> None:
    url = f"{site.page}api/predict" if way == "page" else f"{site.api}predict"
    status, _, answer = send(f"{url}?a=1", body=body, method="POST")
    assert status == 200
    echoed: dict[str, Any] = json.loads(answer)
    assert echoed == {"hex": body.hex(), "path": "/predict", "query": {"a": "1"}}


@pytest.mark.parametrize("way", ["page", "api"])
def test_an_exception_of_a_function_is_not_shown(site: Site, way: str) -> None:
    url = f"{site.page}api/predict" if way == "page" else f"{site.api}predict"
    status, _, answer = send(url, body=b"fail", method="POST")
    assert (status, json.loads(answer)) == (502, {"message": "Internal server error"})


@pytest.mark.parametrize("way", ["page", "api"])
def test_an_answer_to_head_has_no_body(site: Site, way: str) -> None:
    """The function's answer has one, which API Gateway drops."""
    url = urlsplit(f"{site.page}api/predict" if way == "page" else f"{site.api}predict")
    with socket.create_connection(("127.0.0.1", url.port or 0)) as connection:
        lines = (f"HEAD {url.path} HTTP/1.1", f"Host: {url.netloc}", "X-Required: 1",
                 "Connection: close", "", "")  # fmt: skip
        connection.sendall("\r\n".join(lines).encode())
        answer = connection.makefile("rb").read()
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert body == b""


def test_a_missing_required_header_is_refused(site: Site) -> None:
    status, _, answer = send(f"{site.api}predict")
    assert (status, json.loads(answer)["message"]) == (
        400,
        "Missing required request parameters: [X-Required]",
    )
    assert send(f"{site.api}predict", headers={"X-Required": "1"})[0] == 200


@pytest.mark.parametrize(
    ("length", "status", "message"),
    [
        (4_710_000, 200, b'{"hex": "6161'),
        (4_720_000, 413, b'{"message":"Request Too Long"}'),
        (10 * 1024 * 1024 + 1, 413, b"HTTP content length exceeded 10485760 bytes."),
    ],
)
def test_bodies_have_a_longest_length(site: Site, length: int, status: int, message: bytes) -> None:
    """An event of Lambda has at most 6 MB, and API Gateway encodes a body as base64."""
    answered, _, answer = send(f"{site.api}predict", body=b"a" * length, method="POST")
    assert answered == status
    assert message in answer


@pytest.mark.parametrize(
    ("coding", "body", "status", "message"),
    [
        ("gzip", gzip.compress(b"aa"), 200, b'{"hex": "6161"'),
        ("deflate", zlib.compress(b"aa"), 200, b'{"hex": "6161"'),
        ("identity", b"aa", 200, b'{"hex": "6161"'),
        ("br", b"aa", 415, b'{"message":"Unsupported Media Type"}'),
        ("gzip", b"aa", 415, b'{"message":"Unsupported Media Type"}'),
        ("gzip", gzip.compress(b"aa")[:-9], 415, b'{"message":"Unsupported Media Type"}'),
        ("gzip", gzip.compress(b"a" * (10 * 1024 * 1024 + 1)), 413, b"Request Too Long"),
    ],
)
def test_bodies_are_decompressed(
    site: Site, coding: str, body: bytes, status: int, message: bytes
) -> None:
    headers = {"Content-Encoding": coding}
    answered, _, answer = send(f"{site.api}predict", body=body, headers=headers, method="POST")
    assert answered == status
    assert message in answer


def test_an_answer_that_is_too_long_fails(site: Site) -> None:
    status, _, answer = send(f"{site.api}predict", body=b"long", method="POST")
    assert (status, json.loads(answer)) == (502, {"message": "Internal server error"})


def test_buckets_have_their_tags(site: Site, emulator: Emulator) -> None:
    """CDK's function empties a bucket before its deletion only if it finds its tag."""
    tags = emulator.client("s3").get_bucket_tagging(Bucket=site.bucket)["TagSet"]
    assert {"Key": "aws-cdk:auto-delete-objects", "Value": "true"} in tags


def test_a_bucket_with_objects_is_not_deleted(emulator: Emulator) -> None:
    stack = Stack(emulator, "full-bucket")
    deployed = stack.deploy({"Full": {"Type": "AWS::S3::Bucket"}})
    s3 = emulator.client("s3")
    s3.put_object(Bucket=deployed.ids["Full"], Key="object", Body=b"x")
    assert stack.delete() == "DELETE_FAILED"
    s3.delete_object(Bucket=deployed.ids["Full"], Key="object")
    assert stack.delete() == "DELETE_COMPLETE"
