"""Clients started in the isolated environment reach only the embedded AWS."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from local_aws.environment import client_environment, isolate

CALLERS = {
    "AWS_PROFILE": "production",
    "AWS_DEFAULT_PROFILE": "production",
    "AWS_ACCESS_KEY_ID": "AKIAREAL",
    "AWS_SECRET_ACCESS_KEY": "real",
    "AWS_SESSION_TOKEN": "real",
    "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/real",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/var/run/token",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.2/real",
    "AWS_CONFIG_FILE": "/home/someone/.aws/config",
    "AWS_ENDPOINT_URL_SAGEMAKER": "https://api.sagemaker.eu-west-1.amazonaws.com",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "AWS_CA_BUNDLE": "/etc/real.pem",
    "AWS_REGION": "eu-west-1",
}
# Services that `cdk deploy` and the application's functions call or may call
SERVICES = (
    "apigateway", "cloudformation", "cloudfront", "cloudwatch", "ec2", "ecr", "iam", "kms", "lambda",
    "logs", "s3", "s3control", "sagemaker", "sagemaker-runtime", "secretsmanager", "ssm",
    "stepfunctions", "sts", "wafv2",
)  # fmt: skip
REPORT = """
import boto3, json, sys
session = boto3.Session()
keys = session.get_credentials().get_frozen_credentials()
urls = {name: session.client(name).meta.endpoint_url for name in sys.argv[1:]}
print(json.dumps({"keys": keys, "region": session.region_name, "urls": urls}))
"""


@pytest.fixture
def callers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A caller with every kind of credentials for a real account."""
    for name, value in CALLERS.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("callers")
def test_no_aws_setting_of_the_caller_survives() -> None:
    environment = client_environment(4711, "us-east-1")
    kept = {name for name, value in CALLERS.items() if environment.get(name) == value}
    assert kept == set()
    assert environment.keys() & {"AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ROLE_ARN"} == set()


def test_other_variables_of_the_caller_survive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_SETTING", "kept")
    environment = client_environment(4711)
    assert environment["SOME_SETTING"] == "kept"
    assert environment["PATH"]


@pytest.mark.usefixtures("callers")
def test_every_client_talks_to_the_embedded_aws(tmp_path: Path) -> None:
    """A configuration in the caller's home folder does not change that."""
    folder = tmp_path / ".aws"
    folder.mkdir()
    (folder / "config").write_text(
        "[default]\nregion = eu-west-1\nendpoint_url = https://example.com\n"
        "s3 =\n  addressing_style = virtual\n"
    )
    (folder / "credentials").write_text(
        "[default]\naws_access_key_id = AKIAREAL\naws_secret_access_key = real\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", REPORT, *SERVICES],
        env={**client_environment(4711, "us-east-1"), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    report = json.loads(done.stdout)
    assert report["keys"][:3] == ["test", "test", None]
    assert report["region"] == "us-east-1"
    assert report["urls"] == dict.fromkeys(SERVICES, "http://127.0.0.1:4711")


@pytest.mark.usefixtures("callers")
def test_a_process_isolates_itself() -> None:
    """The command line's clients ignore the caller's profile."""
    program = (
        "import boto3, os; from local_aws.environment import isolate; isolate(4711)\n"
        "print(boto3.client('s3').meta.endpoint_url, os.environ.get('AWS_PROFILE'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["http://127.0.0.1:4711", "None"]
    assert callable(isolate)
