"""Every request of the handlers to AWS is checked against botocore's model of the service."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from botocore import xform_name

from scripts import ROOT
from tests.lambda_fn.fake_aws import SESSION

SERVICES = set(SESSION.get_available_services())
RECORDER = "tests.lambda_fn.recorded_requests"


def services(tree: ast.AST) -> Iterator[str]:
    """Yield the services of the clients that a module names, such as in `boto3.client("s3")`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            called = getattr(node.func, "attr", "") or getattr(node.func, "id", "")
            argument = node.args[0]
            if called.endswith(("client", "clients")) and isinstance(argument, ast.Constant):
                yield str(argument.value)


def requests() -> Iterator[tuple[str, int, int]]:
    """Yield file, first and last line of every call of an operation in the handlers."""
    trees = {
        str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8"))
        for path in sorted((ROOT / "lambda_fn").rglob("*.py"))
    }
    named = {service for tree in trees.values() for service in services(tree)}
    assert named <= SERVICES, named
    operations = {
        xform_name(operation)
        for service in named
        for operation in SESSION.get_service_model(service).operation_names
    }
    for file, tree in trees.items():
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in operations
                and not node.args  # operations accept only keywords
            ):
                yield file, node.lineno, node.end_lineno or node.lineno


def test_botocore_validates_every_request_of_the_handlers(tmp_path: Path) -> None:
    record = tmp_path / "requests.json"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", RECORDER]
    own = Path(__file__).relative_to(ROOT)
    refused = "tests/lambda_fn/predict_api/test_bad_requests.py"  # sends nothing to AWS
    run = subprocess.run(
        [*command, "tests/lambda_fn", f"--ignore={own}", f"--ignore={refused}"],
        cwd=ROOT,
        env={**os.environ, "RECORDED_REQUESTS": str(record), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    validated = [tuple(one) for one in json.loads(record.read_text("utf-8"))]
    sent = list(requests())
    assert len(sent) >= 12
    missing = [
        f"{file}:{first}"
        for file, first, last in sent
        if not any(name == file and first <= line <= last for name, line in validated)
    ]
    assert missing == []
