"""`python -m local_aws env`: a shell whose clients reach the embedded AWS and no account."""

import json
import shlex
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from local_aws.emulator import https_proxy
from local_aws.emulator.https_proxy import Proxy
from scripts import ROOT
from tests.local_aws.conftest import Emulator, run_cli
from tests.local_aws.test_environment import CALLERS, SERVICES

# As SageMaker's Python SDK asks for the account, and reports its use
SCRIPT = """
import boto3, json, os, sys, urllib.request, urllib.error
sts = boto3.client("sts", endpoint_url="https://sts.us-east-1.amazonaws.com")
caller = sts.get_caller_identity()
try:
    urllib.request.urlopen("https://sm-pysdk-t-us-east-1.s3.us-east-1.amazonaws.com/telemetry?x=1")
except urllib.error.HTTPError as error:
    telemetry = error.code, "x-amz-request-id" in error.headers
urls = {name: boto3.client(name).meta.endpoint_url for name in sys.argv[1:]}
aws = sorted(name for name in os.environ if name.startswith("AWS_"))
print(json.dumps({"arn": caller["Arn"], "telemetry": telemetry, "urls": urls, "aws": aws}))
"""


def in_shell(emulator: Emulator, *options: str) -> dict[str, object]:
    """Return what the script finds in a shell that has evaluated the commands."""
    state = shlex.quote(str(emulator.state))
    python = shlex.quote(sys.executable)
    env = f"{python} -m local_aws env --state {state} {shlex.join(options)}"
    script = shlex.join(["-c", SCRIPT, *SERVICES])
    done = subprocess.run(
        ["sh", "-ec", f'commands=$({env}); eval "$commands"; exec {python} {script}'],
        cwd=ROOT, env={**CALLERS, "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_every_client_of_the_shell_reaches_the_embedded_aws(emulator: Emulator) -> None:
    found = in_shell(emulator)
    assert found["arn"] == "arn:aws:iam::000000000000:root"
    assert found["telemetry"] in ([403, True], [404, True])
    assert found["urls"] == dict.fromkeys(SERVICES, f"http://127.0.0.1:{emulator.port}")
    assert found["aws"] == [
        "AWS_ACCESS_KEY_ID", "AWS_CA_BUNDLE", "AWS_CONFIG_FILE", "AWS_DEFAULT_REGION",
        "AWS_EC2_METADATA_DISABLED", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY", "AWS_SHARED_CREDENTIALS_FILE",
    ]  # fmt: skip


def test_the_session_of_a_role_is_that_of_a_notebook(emulator: Emulator) -> None:
    for _ in range(2):  # the second time, the role exists
        found = in_shell(emulator, "--role", "AmazonSageMaker-ExecutionRole")
        assert found["arn"] == (
            "arn:aws:sts::000000000000:assumed-role/AmazonSageMaker-ExecutionRole/SageMaker"
        )
    role = emulator.client("iam").get_role(RoleName="AmazonSageMaker-ExecutionRole")["Role"]
    assert role["Path"] == "/service-role/"


def test_without_an_emulator_there_are_no_commands(tmp_path: object) -> None:
    done = run_cli("env", "--state", f"{tmp_path}/none")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "does not run; start it with `up`" in done.stderr


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """A proxy in front of a server that answers with what it receives, in capitals."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.sendall(connection.recv(100).upper())

        threading.Thread(target=serve, daemon=True).start()
        made = Proxy(server.getsockname()[1])
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made
        made.shutdown()
        made.server_close()


def asked(proxy: Proxy, head: bytes) -> socket.socket:
    connection = socket.create_connection(proxy.server_address[:2], timeout=120)  # type: ignore[arg-type]
    connection.sendall(head)
    return connection


def test_other_hosts_pass_through_the_proxy(proxy: Proxy) -> None:
    port = proxy.emulator[1]
    with asked(proxy, f"CONNECT localhost:{port} HTTP/1.1\r\nHost: x\r\n\r\n".encode()) as client:
        assert client.recv(100).startswith(b"HTTP/1.1 200")
        client.sendall(b"hello")
        assert client.recv(100) == b"HELLO"


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET http://sts.amazonaws.com/ HTTP/1.1\r\n\r\n", b"405"),
        (b"CONNECT no-such-host.invalid:443 HTTP/1.1\r\n\r\n", b"502"),
    ],
)
def test_what_the_proxy_cannot_do_is_refused(proxy: Proxy, head: bytes, status: bytes) -> None:
    with asked(proxy, head) as client:
        assert client.recv(100).startswith(b"HTTP/1.1 " + status)


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("sts.us-east-1.amazonaws.com", True),
        ("bucket.s3.eu-west-1.amazonaws.com", True),
        ("amazonaws.com", True),
        ("sts.cn-north-1.amazonaws.com.cn", True),
        ("s3.dualstack.us-east-1.api.aws", True),
        ("amazonaws.com.example.org", False),
        ("notamazonaws.com", False),
        ("pypi.org", False),
    ],
)
def test_the_hosts_of_aws_are_known(host: str, local: bool) -> None:  # noqa: FBT001 - a column
    assert (https_proxy.OF_AWS.fullmatch(host) is not None) is local
