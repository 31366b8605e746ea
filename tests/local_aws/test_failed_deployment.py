"""Last lines of a failed deployment: the failed resource and the reason."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from local_aws.cdk import Cdk, CdkError
from local_aws.cdk.command import LOG
from local_aws.cdk.failure import last_word
from local_aws.cdk.screen import Screen
from local_aws.environment import DEFAULT_REGION
from local_aws.testing import free_port
from tests.local_aws.conftest import Emulator, ended, started
from tests.local_aws.support.assembly import FUNCTION, QUEUE, application, custom_resource
from tests.local_aws.support.endpoints import ROLE

REASON = "The training failed.\nAlgorithmError: " + "line 7 has no label, " * 60
CAPTURED = Path(__file__).parent / "support" / "cdk_output"


@pytest.fixture
def cdk(emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cdk:
    for name, value in emulator.environment.items():
        monkeypatch.setenv(name, value)
    return Cdk(tmp_path, Screen())


def failure(cdk: Cdk, root: Path) -> list[str]:
    """Return the lines of a failed deployment's error."""
    with pytest.raises(CdkError) as error:
        cdk.deploy(root, [])
    lines = str(error.value).splitlines()
    assert lines[0] == f"cdk deploy failed; its whole output is in {cdk.state / LOG}"
    return lines[1:]


def test_a_resource_that_cannot_be_created(cdk: Cdk, tmp_path: Path) -> None:
    """Neither the stack nor a resource cancelled because of it is named."""
    model: dict[str, Any] = {
        "Type": "AWS::SageMaker::Model",
        "Properties": {
            "ExecutionRoleArn": ROLE,
            "PrimaryContainer": {
                "Image": "pytorch-inference",
                "ModelDataUrl": "s3://nowhere/model.tar.gz",
            },
        },
    }
    stacks = {"failing-first": {"Queue": QUEUE}, "failing-create": {"Queue": QUEUE, "Model": model}}
    (line,) = failure(cdk, application(tmp_path / "app", stacks))
    assert line.startswith(
        "failing-create: Job/Model (AWS::SageMaker::Model) failed: "
        "Could not find model data at s3://nowhere/model.tar.gz."
    )
    log = (tmp_path / LOG).read_text("utf-8")
    assert "failing-first | " in log
    assert "| CREATE_FAILED " in log


def test_an_update_that_is_rolled_back_for_a_long_reason(cdk: Cdk, tmp_path: Path) -> None:
    """The reason of a custom resource has several lines and stays whole."""
    root = application(tmp_path / "app", {"failing-update": custom_resource()})
    cdk.deploy(root, [])
    application(root, {"failing-update": custom_resource(Fails=REASON)})
    (line,) = failure(cdk, root)
    assert line == (
        "failing-update: Job/Training (Custom::Training) failed: " + " ".join(REASON.split())
    )
    # The failure of an earlier deployment is not repeated.
    trace = "Error: something else\n\nLogs: /aws/lambda/function\n\n    at handler (index.js:2:6)"
    application(root, {"failing-update": custom_resource(Fails=trace)})
    (line,) = failure(cdk, root)
    assert line.endswith(" failed: something else")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import missing_module\n" + FUNCTION, "No module named 'missing_module'"),
        ("def handler(event, context):\n    raise ValueError('bad data')", "bad data"),
    ],
    ids=["cannot start", "raises"],
)
def test_a_custom_resource_whose_function_gives_no_answer(
    cdk: Cdk, tmp_path: Path, code: str, reason: str
) -> None:
    """CloudFormation would wait for an hour."""
    stacks = {f"failing-{len(code)}": custom_resource(code=code, ServiceTimeout="60")}
    started_at = time.monotonic()
    (line,) = failure(cdk, application(tmp_path / "app", stacks))
    assert "Job/Training (Custom::Training) failed: " in line
    assert reason in line
    assert time.monotonic() - started_at < 50


def test_a_template_that_cloudformation_refuses(cdk: Cdk, tmp_path: Path) -> None:
    unknown = {"Unknown": {"Type": "AWS::Nothing::Here", "Properties": {}}}
    (line,) = failure(cdk, application(tmp_path / "app", {"failing-template": unknown}))
    assert line == "Template format error: Unrecognized resource types: [AWS::Nothing::Here]"


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (
            "import sys; sys.exit('cdk.json: api.stage must be text')",
            "cdk.json: api.stage must be text",
        ),
        ("raise ValueError('a defect')", "ValueError: a defect"),
    ],
)
def test_a_synthesis_that_fails(program: str, expected: str, cdk: Cdk, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(program)
    (tmp_path / "cdk.json").write_text(json.dumps({"app": "python app.py"}))
    assert failure(cdk, tmp_path) == [expected]


def test_a_missing_cli(cdk: Cdk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CdkError, match=r"^the CDK CLI is not installed: run `make local`"):
        cdk.deploy(tmp_path, [])


def test_a_failed_bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    emulator = started(free_port(), tmp_path / "state")
    for name, value in emulator.environment.items():
        monkeypatch.setenv(name, value)
    try:
        bucket = f"cdk-hnb659fds-assets-000000000000-{DEFAULT_REGION}"
        emulator.client("s3").create_bucket(Bucket=bucket)
        with pytest.raises(CdkError) as error:
            Cdk(emulator.state, Screen()).bootstrap(DEFAULT_REGION)
    finally:
        ended(emulator.state)
    first, last = str(error.value).splitlines()
    assert first.startswith("cdk bootstrap failed; ")
    assert last == (
        "CDKToolkit: StagingBucket (AWS::S3::Bucket) failed: Resource of type 'AWS::S3::Bucket' "
        f"with identifier '{bucket}' already exists."
    )


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (
            "bootstrap",
            "The stack named CDKToolkit failed creation, it may need to be manually deleted from the AWS console: ROLLBACK_COMPLETE",
        ),
        ("update", "AlgorithmError: the data has no label in line 7."),
        ("missing-module", "Cannot find module '/clone/node_modules/aws-cdk/bin/cdk'"),
        ("nothing", "it printed nothing"),
    ],
)
def test_the_error_line_of_the_cli(output: str, expected: str) -> None:
    """It is not a hint, a stack trace or a member of a printed error; the output is the CLI's."""
    lines = (CAPTURED / f"{output}.txt").read_text("utf-8").splitlines()
    assert last_word(lines) == expected
