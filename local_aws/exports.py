"""Shell commands that direct every AWS SDK and CLI in a shell to the embedded AWS."""

import json
import os
import shlex
from pathlib import Path
from typing import Any

import boto3

from local_aws.credentials import ACCOUNT_KEYS, Credentials
from local_aws.environment import (
    ACCOUNT,
    PROXY_AUTHORITIES,
    PROXY_PORT,
    embedded_aws,
    endpoint_url,
)

# Variables that clients read besides those which begin with AWS_
OTHERS = ("BOTO_CONFIG",)
# Variables for the authorities: Python's requests, OpenSSL, curl and Node.js
TRUST = (
    "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS",
)  # fmt: skip
FULL_ACCESS = "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"
SESSION = "SageMaker"
LONGEST_SECONDS = 43_200


def variables(port: int, region: str, state: Path) -> dict[str, str]:
    """Return the variables of a shell whose AWS clients use the embedded AWS only.

    Args:
        port: its TCP port.
        region: its region.
        state: its state folder.
    """
    proxy = f"http://127.0.0.1:{(state / PROXY_PORT).read_text('utf-8')}"
    return {
        **embedded_aws(endpoint_url(port), region),
        "HTTPS_PROXY": proxy,
        "https_proxy": proxy,
        **dict.fromkeys(TRUST, str(state / PROXY_AUTHORITIES)),
    }


def inherited() -> set[str]:
    """Return the names of this process's variables that AWS's clients read."""
    return {name for name in os.environ if name.startswith("AWS_")} | set(OTHERS)


def as_commands(exported: dict[str, str], names: set[str]) -> str:
    """Return the commands of a POSIX shell that set variables and unset the others of `names`."""
    lines = [f"unset {' '.join(sorted(names - exported.keys()))}"]
    lines += [f"export {name}={shlex.quote(value)}" for name, value in exported.items()]
    return "\n".join(lines)


def role_variables(name: str, port: int, region: str) -> dict[str, str]:
    """Return the keys of a session of a role, as a SageMaker notebook has them.

    Args:
        name: the role's name; it is created if missing.
        port: TCP port of the embedded AWS.
        region: its region.
    """
    keys = {
        "region_name": region, "endpoint_url": endpoint_url(port),
        **ACCOUNT_KEYS.arguments,
    }  # fmt: skip
    iam, sts = boto3.client("iam", **keys), boto3.client("sts", **keys)
    arn = execution_role(name, iam)
    longest = int(iam.get_role(RoleName=name)["Role"].get("MaxSessionDuration", 3600))
    session = sts.assume_role(RoleArn=arn, RoleSessionName=SESSION, DurationSeconds=longest)[
        "Credentials"
    ]
    return Credentials(
        session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"]
    ).variables


def execution_role(name: str, iam: Any) -> str:
    """Return the ARN of a role; a missing one is created as SageMaker's console creates it.

    Args:
        name: the role's name.
        iam: client of the embedded IAM.
    """
    try:
        role = iam.get_role(RoleName=name)
    except iam.exceptions.NoSuchEntityException:
        role = iam.create_role(
            RoleName=name, Path="/service-role/", MaxSessionDuration=LONGEST_SECONDS,
            AssumeRolePolicyDocument=json.dumps(_trust()),
        )  # fmt: skip
        iam.attach_role_policy(RoleName=name, PolicyArn=FULL_ACCESS)
    return str(role["Role"]["Arn"])


def _trust() -> dict[str, object]:
    """Return the trust policy of a role for SageMaker and for the account's own users."""
    principals = {
        "Service": "sagemaker.amazonaws.com", "AWS": f"arn:aws:iam::{ACCOUNT}:root",
    }  # fmt: skip
    statement = {"Effect": "Allow", "Principal": principals, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}
