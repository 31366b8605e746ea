"""The CDK CLI against the embedded AWS: bootstrap and deploy.

The calling process has isolated itself with `local_aws.environment.isolate`, and the CLI inherits
its environment.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import boto3
import psutil
from botocore.exceptions import ClientError

from local_aws.cdk.failure import failed_resources, last_word
from local_aws.cdk.progress import Progress
from local_aws.cdk.screen import Screen
from local_aws.cdk.training_progress import training_lines
from local_aws.emulator.recorded import without_effect
from local_aws.environment import ACCOUNT

LOG = "cdk.log"


class CdkError(Exception):
    """A CDK command failed; the last lines of the message are the reason."""


@dataclass(frozen=True)
class Cdk:
    """The CDK CLI, run for one application."""

    state: Path  # folder for the CLI's files and the log of its whole output
    screen: Screen

    def bootstrap(self, region: str) -> None:
        """Bootstrap a region of the account unless that is already done.

        Raises:
            CdkError: when `cdk bootstrap` failed.
        """
        if _is_bootstrapped():
            self.screen.line("already done")
            return
        # Run from / so that the CLI does not find cdk.json and synthesize the application.
        self._run(["bootstrap", f"aws://{ACCOUNT}/{region}"], Path("/"))

    def deploy(
        self,
        root: Path,
        context: Sequence[str],
        *,
        stacks: Sequence[str] = ("--all",),
        variables: Mapping[str, str] | None = None,
    ) -> dict[str, str]:
        """Deploy stacks of an application.

        Args:
            root: folder with the application's cdk.json.
            context: `key=value` settings that override those of cdk.json.
            stacks: the stacks, by default all of them.
            variables: further environment variables of the CLI and the application.

        Returns:
            The outputs of these stacks, output key to value.

        Raises:
            CdkError: when a stack's deployment failed.
        """
        outputs = self.state / "outputs.json"
        outputs.unlink(missing_ok=True)
        settings = [argument for setting in context for argument in ("--context", setting)]
        self._run(
            ["deploy", *stacks, "--require-approval=never", "--progress=events",
             f"--output={self.state / 'cdk.out'}", f"--outputs-file={outputs}", *settings],
            root,
            variables,
        )  # fmt: skip
        written: dict[str, dict[str, str]] = (
            json.loads(outputs.read_text("utf-8")) if outputs.exists() else {}
        )
        for kind, reason in without_effect(written).items():
            self.screen.line(f"{kind} is recorded without effect: {reason}")
        return {key: value for stack in written.values() for key, value in stack.items()}

    def _run(
        self, arguments: Sequence[str], folder: Path, variables: Mapping[str, str] | None = None
    ) -> None:
        """Run the CLI and show its progress and the lines of training jobs."""
        program = shutil.which("cdk")
        if program is None:
            raise CdkError("the CDK CLI is not installed: run `make local` or `npm ci`")
        began, lines = datetime.now(UTC), list[str]()
        log_file = self.state / LOG
        progress = Progress(self.screen, "synthesizing" if arguments[0] == "deploy" else "starting")
        with log_file.open("a", encoding="utf-8", buffering=1) as log:

            def on_cli_line(line: str) -> None:
                log.write(f"{line}\n")
                lines.append(line)
                progress.cli_line(line)

            def on_training_line(line: str) -> None:
                log.write(f"training: {line}\n")
                progress.training_line(line)

            with progress, training_lines(on_training_line):
                command = [program, *arguments, "--no-notices"]
                code = _stream(command, folder, on_cli_line, {**os.environ, **(variables or {})})
        if code:
            reasons = failed_resources(progress.stacks, began, progress.paths)
            failed = f"cdk {arguments[0]} failed; its whole output is in {log_file}"
            raise CdkError("\n".join([failed, *(reasons or [last_word(lines)])]))


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
    on_line: Callable[[str], None],
    environment: Mapping[str, str] | None = None,
) -> int:
    """Run a command, pass each line of output on at once, and return the exit code."""
    with subprocess.Popen(  # noqa: S603 - the command is built here, no shell
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        assert process.stdout is not None  # noqa: S101 - narrows the type, PIPE was given
        try:
            for line in process.stdout:
                on_line(line.rstrip())
        except BaseException:
            # Leaving the block waits for the command to end, so end it first.
            for child in psutil.Process(process.pid).children(recursive=True):
                child.terminate()
            process.terminate()
            raise
    return process.returncode
