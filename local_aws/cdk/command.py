"""The CDK CLI against the embedded AWS: bootstrap and deploy, with progress on the screen.

The calling process has isolated itself (`local_aws.environment.isolate`); so is what it starts.
"""

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import boto3
import psutil
from botocore.exceptions import ClientError

from local_aws.cdk.output import reduce
from local_aws.cdk.screen import Screen
from local_aws.cdk.training_progress import TrainingProgress
from local_aws.emulator.recorded import without_effect
from local_aws.environment import ACCOUNT


class CdkError(Exception):
    """A CDK command failed; the message says which and where its output stands."""


def bootstrap(*, region: str, screen: Screen) -> None:
    """Bootstrap the account's region for CDK, once.

    Args:
        region: the region to bootstrap.
        screen: where progress is shown.

    Raises:
        CdkError: when `cdk bootstrap` failed.
    """
    if _is_bootstrapped():
        screen.line("already done")
        return
    command = ["cdk", "bootstrap", f"aws://{ACCOUNT}/{region}", "--no-notices"]
    # Outside the repository's folder the CLI does not synthesize an application it has no need of.
    code, last = _stream(command, Path("/"), lambda line: screen.line(line, "cdk"))
    if code:
        raise CdkError(f"cdk bootstrap failed: {last}")


def deploy(
    *,
    root: Path,
    state: Path,
    context: Sequence[str],
    screen: Screen,
) -> dict[str, str]:
    """Deploy all stacks of the application and follow its training jobs meanwhile.

    Returns:
        The outputs of all stacks, output key to value.

    Raises:
        CdkError: when a stack's deployment failed.
    """
    outputs = state / "outputs.json"
    outputs.unlink(missing_ok=True)
    command = [
        "cdk", "deploy", "--all", "--no-notices", "--require-approval=never", "--progress=events",
        f"--output={state / 'cdk.out'}", f"--outputs-file={outputs}",
        *(argument for setting in context for argument in ("--context", setting)),
    ]  # fmt: skip
    with TrainingProgress(screen):
        code, last = _stream(command, root, lambda line: screen.line(line, "cdk"))
    if code:
        raise CdkError(f"cdk deploy failed: {last}")
    stacks: dict[str, dict[str, str]] = json.loads(outputs.read_text()) if outputs.exists() else {}
    for kind, reason in without_effect(stacks).items():
        screen.line(f"{kind} is recorded without effect: {reason}")
    return {key: value for stack in stacks.values() for key, value in stack.items()}


def _is_bootstrapped() -> bool:
    cloudformation = boto3.client("cloudformation")
    try:
        stack = cloudformation.describe_stacks(StackName="CDKToolkit")["Stacks"][0]
    except ClientError:
        return False
    return str(stack["StackStatus"]) in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}


def _stream(
    command: Sequence[str],
    folder: Path,
    show: Callable[[str], None],
) -> tuple[int, str]:
    """Run a command, show each line as it comes, and return its exit code and last error line."""
    last = "no output"
    with subprocess.Popen(  # noqa: S603 - the command is built here, no shell
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None  # noqa: S101 - narrows the type, PIPE was given
        try:
            for raw in process.stdout:
                line = raw.rstrip()
                shown = reduce(line) if line else None
                if shown is not None:
                    show(shown)
                    last = shown
        except BaseException:
            # Leaving the block waits for the command, which nobody wants to end any more.
            for child in psutil.Process(process.pid).children(recursive=True):
                child.terminate()
            process.terminate()
            raise
    return process.returncode, last
