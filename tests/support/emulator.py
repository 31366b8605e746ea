"""Clients and ports of an embedded AWS."""

import socket
from typing import Any

import boto3

from local_aws.environment import DEFAULT_REGION, DUMMY_KEY, endpoint_url

# A folder name with characters that are special to a shell, and a non-ASCII letter
AWKWARD = "a b'ü\"c $d"


def emulator_client(service: str, port: int, region: str = DEFAULT_REGION) -> Any:
    """Return a boto3 client of the embedded AWS, regardless of the environment variables."""
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=endpoint_url(port),
        aws_access_key_id=DUMMY_KEY,
        aws_secret_access_key=DUMMY_KEY,
    )


def free_port() -> int:
    """Return an unused TCP port of the loopback interface."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
