"""AWS Lambda's runtime for Python: its interface client, and a local Runtime API that drives it.

Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import Distribution, distribution
from pathlib import Path
from queue import Empty, Queue
from typing import Any

from packaging.requirements import Requirement

# The packages that AWS's runtime has besides the function's own
PROVIDED = ("awslambdaric", "boto3")
PATIENCE_SECONDS = 120


def provided() -> list[Distribution]:
    """Return the installed packages of the runtime and the packages that they need."""
    found: dict[str, Distribution] = {}
    names = list(PROVIDED)
    while names:
        name = names.pop()
        if name in found:
            continue
        found[name] = distribution(name)
        for line in found[name].requires or ():
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                names.append(needed.name)
    return list(found.values())


def link_packages(folder: Path) -> None:
    """Link the runtime's installed packages into an empty folder."""
    for package in provided():
        for name in {file.parts[0] for file in package.files or () if file.parts[0] != ".."}:
            if not (folder / name).exists():
                (folder / name).symlink_to(Path(str(package.locate_file(name))))


class RuntimeApi(ThreadingHTTPServer):
    """Lambda's Runtime API, which offers one event and receives the answer."""

    def __init__(self, event: Mapping[str, Any]) -> None:
        """Listen on the loopback interface."""
        super().__init__(("127.0.0.1", 0), RuntimeRequest)
        self.events: Queue[Mapping[str, Any]] = Queue()
        self.events.put(event)
        self.answers: Queue[tuple[str, Any]] = Queue()
        self.daemon_threads = True

    @cached_property
    def address(self) -> str:
        """Host and port, as in AWS_LAMBDA_RUNTIME_API."""
        return f"127.0.0.1:{self.server_address[1]}"


class RuntimeRequest(BaseHTTPRequestHandler):
    """One request of the runtime interface client."""

    protocol_version = "HTTP/1.1"
    server: RuntimeApi

    def do_GET(self) -> None:
        """Return the next event, or wait for ever, as Lambda does between events."""
        content = json.dumps(self.server.events.get()).encode()
        self.send_response(200)
        for name, value in {
            "Content-Type": "application/json",  # the client crashes without it
            "Content-Length": str(len(content)),
            "Lambda-Runtime-Aws-Request-Id": "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
            "Lambda-Runtime-Deadline-Ms": str(int(time.time() * 1000) + 30_000),
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:111122223333:function:f",
            "Lambda-Runtime-Trace-Id": "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0",
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self) -> None:
        """Receive an answer or an error."""
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.answers.put((self.path.rpartition("/")[2], content))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Print nothing."""


def invoke(
    *,
    package: Path,
    packages: Path,
    handler: str,
    variables: Mapping[str, str],
    event: Mapping[str, Any],
    python: str = sys.executable,
) -> tuple[str, Any]:
    """Start a function as Lambda does and return `response` or `error`, and the content.

    Args:
        package: the unpacked archive of the function.
        packages: the folder of the runtime's packages; no other package is found.
        handler: the handler's name in the template.
        variables: the function's environment variables.
        event: the event that the function gets.
        python: the interpreter.

    Raises:
        TimeoutError: with the output of the function, when it does not answer.
    """
    api = RuntimeApi(event)
    threading.Thread(target=api.serve_forever, daemon=True).start()
    # -S leaves out the interpreter's site-packages, which contain every package of the tests.
    process = subprocess.Popen(
        [python, "-S", "-m", "awslambdaric", handler],
        cwd=package,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(packages),
            "PYTHONDONTWRITEBYTECODE": "1",
            "AWS_LAMBDA_RUNTIME_API": api.address,
            "AWS_LAMBDA_FUNCTION_NAME": "function",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:9",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "LAMBDA_TASK_ROOT": str(package),
            **variables,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        return api.answers.get(timeout=PATIENCE_SECONDS)
    except Empty:
        process.kill()
        raise TimeoutError(process.communicate()[0]) from None
    finally:
        process.kill()
        process.wait()
        api.shutdown()
        api.server_close()
