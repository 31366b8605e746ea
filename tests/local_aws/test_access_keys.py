"""Access keys that look like those of a real account."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local_aws.environment import DEFAULT_REGION, DUMMY_KEY, endpoint_url
from local_aws.urls import send
from tests.local_aws.conftest import Emulator

LONG_TERM, TEMPORARY = "AKIA" + "Q3EGRIZ5XMNLW7PT", "ASIA" + "Q3EGRIZ5XMNLW7PT"
# An operation of each protocol, and AWS's code for a key that it does not know
CALLS: list[tuple[str, Callable[[Any], Any], str]] = [
    ("s3", lambda s3: s3.list_buckets(), "InvalidAccessKeyId"),
    ("sts", lambda sts: sts.get_caller_identity(), "InvalidClientTokenId"),
    ("iam", lambda iam: iam.list_roles(), "InvalidClientTokenId"),
    ("sagemaker", lambda sagemaker: sagemaker.list_models(), "UnrecognizedClientException"),
    (
        "sagemaker-runtime",
        lambda runtime: runtime.invoke_endpoint(EndpointName="any", Body=b"text"),
        "UnrecognizedClientException",
    ),
    ("lambda", lambda functions: functions.list_functions(), "UnrecognizedClientException"),
    ("logs", lambda logs: logs.describe_log_groups(), "UnrecognizedClientException"),
    ("cloudformation", lambda stacks: stacks.list_stacks(), "InvalidClientTokenId"),
]


def client(emulator: Emulator, service: str, key: str, token: str | None = None) -> Any:
    """Return a client with an access key."""
    return boto3.client(
        service,
        region_name=DEFAULT_REGION,
        endpoint_url=endpoint_url(emulator.port),
        aws_access_key_id=key,
        aws_secret_access_key=DUMMY_KEY,
        aws_session_token=token,
    )


@pytest.mark.parametrize("key", [LONG_TERM, TEMPORARY], ids=["long-term", "temporary"])
@pytest.mark.parametrize(("service", "call", "code"), CALLS, ids=[one[0] for one in CALLS])
def test_the_key_of_a_real_account_is_refused(
    emulator: Emulator, service: str, call: Callable[[Any], Any], code: str, key: str
) -> None:
    token = "token" if key == TEMPORARY else None
    with pytest.raises(ClientError) as refused:
        call(client(emulator, service, key, token))
    assert refused.value.response["Error"]["Code"] == code
    assert key not in str(refused.value)


def test_a_presigned_url_of_a_real_account_is_refused(emulator: Emulator) -> None:
    url = client(emulator, "s3", LONG_TERM).generate_presigned_url("list_buckets")
    status, _, body = send(url)
    assert status == 403
    assert b"InvalidAccessKeyId" in body


@pytest.mark.parametrize("key", ["test", "dummy", "000000000000"])
def test_a_dummy_key_is_accepted(emulator: Emulator, key: str) -> None:
    assert client(emulator, "s3", key).list_buckets()["Buckets"] is not None


def test_keys_of_the_embedded_aws_are_accepted(emulator: Emulator) -> None:
    iam, sts = emulator.client("iam"), emulator.client("sts")
    iam.create_user(UserName="developer")
    key = iam.create_access_key(UserName="developer")["AccessKey"]["AccessKeyId"]
    caller = client(emulator, "sts", key).get_caller_identity()
    assert caller["Arn"] == "arn:aws:iam::000000000000:user/developer"
    for session in (
        sts.assume_role(RoleArn=emulator.execution_role(), RoleSessionName="work")["Credentials"],
        sts.get_session_token()["Credentials"],
    ):
        assert session["AccessKeyId"].startswith("ASIA")
        one = client(emulator, "sts", session["AccessKeyId"], session["SessionToken"])
        assert one.get_caller_identity()["Account"] == "000000000000"
    iam.delete_access_key(UserName="developer", AccessKeyId=key)
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        client(emulator, "sts", key).get_caller_identity()
