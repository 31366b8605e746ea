"""Process environments that reach the embedded AWS and nothing else."""

import os
from collections.abc import Mapping

ACCOUNT = "000000000000"
DEFAULT_PORT = 4566
DEFAULT_REGION = "us-east-1"
DUMMY_KEY = "test"
# File in the state folder with the decisions of enforced IAM, a JSON object per line
DECISIONS = "decisions.jsonl"
# Variable with the seconds for which the embedded IAM and SageMaker do not see what is new
LAG = "LOCAL_AWS_LAG"
# Variable with the share of their time for which state machines really wait
WAITS = "LOCAL_AWS_WAITS"
# Files in the state folder: the port of the HTTPS proxy, and the certificates that it needs trusted
PROXY_PORT, PROXY_AUTHORITIES = "proxy-port", "authorities.pem"
# Variable of the emulator's process: "true" for the quotas of an account that has just been opened
NEW_ACCOUNT = "NEW_ACCOUNT"
# Neither the caller's AWS configuration nor a proxy between the parts of the embedded AWS
ONLY_THIS_MACHINE = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "NO_PROXY": "127.0.0.1,localhost",
    "no_proxy": "127.0.0.1,localhost",
}


def endpoint_url(port: int) -> str:
    """Return the URL that all services of the embedded AWS share."""
    return f"http://127.0.0.1:{port}"


def client_environment(port: int, region: str = DEFAULT_REGION) -> dict[str, str]:
    """Return a whole process environment for programs that use the embedded AWS.

    It contains none of the caller's AWS configuration: no profile, keys, configuration file or
    instance metadata. A program started with it cannot reach a real account.

    Args:
        port: TCP port of the embedded AWS.
        region: region of the clients.
    """
    return {
        **without_aws(os.environ),
        **embedded_aws(endpoint_url(port), region),
        "CDK_DISABLE_CLI_TELEMETRY": "true",
    }


def embedded_aws(url: str, region: str) -> dict[str, str]:
    """Return the variables that direct AWS clients to `url`, with dummy keys."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ENDPOINT_URL_S3": url,
        "AWS_ACCESS_KEY_ID": DUMMY_KEY,
        "AWS_SECRET_ACCESS_KEY": DUMMY_KEY,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        **ONLY_THIS_MACHINE,
    }


def isolate(port: int, region: str = DEFAULT_REGION) -> None:
    """Give this process the environment of `client_environment`, before it creates clients."""
    environment = client_environment(port, region)
    os.environ.clear()
    os.environ.update(environment)


def without_aws(environment: Mapping[str, str]) -> dict[str, str]:
    """Return `environment` without the variables that AWS clients read."""
    return {key: value for key, value in environment.items() if not key.startswith("AWS_")}
