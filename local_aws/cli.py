"""Start, stop and inspect the embedded AWS on this machine."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from local_aws import exports, process
from local_aws.environment import DECISIONS, DEFAULT_PORT, DEFAULT_REGION, endpoint_url, isolate
from local_aws.interruption import interrupt_training_job

DEFAULT_STATE = Path(".local_aws")
MAX_PORT = 65_535


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command, by default that of the command line, and return its exit code."""
    arguments = _parser().parse_args(argv)
    arguments.state = arguments.state.resolve()
    try:
        code: int = arguments.run(arguments)
    except process.EmulatorError as error:
        _say(f"local_aws: {error}", error=True)
        return 1
    return code


def up(arguments: argparse.Namespace) -> int:
    """Start the embedded AWS unless it runs."""
    running = process.find(arguments.state)
    if running is not None:
        if running.port != arguments.port:
            raise process.EmulatorError(
                f"the embedded AWS already runs on port {running.port} with this state folder; "
                "stop it with `down` first, or use another folder with --state"
            )
        for option, is_on, wanted in (
            ("--enforce-iam", running.enforces_iam, arguments.enforce_iam),
            ("--new-account", running.new_account, arguments.new_account),
        ):
            if is_on != wanted:
                raise process.EmulatorError(
                    f"the embedded AWS already runs {'with' if is_on else 'without'} {option}; "
                    "stop it with `down` first, or use another folder with --state"
                )
        _say(f"the embedded AWS already runs at {endpoint_url(running.port)}")
        return 0
    if process.end_orphans(arguments.state):
        if process.has_kept_state(arguments.state):
            _say("the last one ended without `down`; continuing with its deployed stacks")
        else:
            process.remove_state(arguments.state)
            _say("the last one ended without `down` and without stacks; starting afresh")
    running = process.start(
        arguments.port,
        arguments.state,
        arguments.region,
        enforce_iam=arguments.enforce_iam,
        new_account=arguments.new_account,
    )
    _say(f"the embedded AWS runs at {endpoint_url(running.port)} (process {running.pid})")
    if running.enforces_iam:
        _say(f"it enforces IAM; its decisions are in {arguments.state / DECISIONS}")
    return 0


def down(arguments: argparse.Namespace) -> int:
    """Stop the embedded AWS and all its processes, and remove its state."""
    running = process.find(arguments.state)
    if running is None:
        stale = process.end_orphans(arguments.state)
        if stale:
            process.remove_state(arguments.state)
        _say("the embedded AWS does not run" + ("; its stale state is removed" if stale else ""))
        return 0
    count = process.stop(running, arguments.state)
    process.remove_state(arguments.state)
    _say(f"the embedded AWS is stopped ({count} processes) and its state removed")
    return 0


def env(arguments: argparse.Namespace) -> int:
    """Print shell commands that direct AWS's SDKs and CLI to the embedded AWS."""
    running = process.find(arguments.state)
    if running is None:
        raise process.EmulatorError("the embedded AWS does not run; start it with `up`")
    names = exports.inherited()
    isolate(running.port, running.region)  # from a profile of the caller's
    exported = exports.variables(running.port, running.region, arguments.state)
    if arguments.role:
        exported |= exports.role_variables(arguments.role, running.port, running.region)
    _say(exports.as_commands(exported, names))
    return 0


def status(arguments: argparse.Namespace) -> int:
    """Show the embedded AWS, its training jobs and its endpoints."""
    running = process.find(arguments.state)
    if running is None:
        stale = " (one that was not stopped with `down` has left stale state)"
        _say("the embedded AWS does not run" + (stale if arguments.state.exists() else ""))
        return 1
    minutes = (time.time() - running.created) / 60
    _say(f"{endpoint_url(running.port)}, process {running.pid}, up {minutes:.0f} min")
    isolate(running.port, running.region)
    client = boto3.client("sagemaker", config=Config(retries={"total_max_attempts": 1}))
    try:
        jobs = client.list_training_jobs(MaxResults=100)["TrainingJobSummaries"]
        endpoints = client.list_endpoints(MaxResults=100)["Endpoints"]
    except BotoCoreError:
        raise process.EmulatorError(
            f"process {running.pid} does not answer on port {running.port}, so it is starting or "
            "ending; try again, or end it with `down`"
        ) from None
    for job in jobs:
        _say(f"training job {job['TrainingJobName']}: {job['TrainingJobStatus']}")
    for endpoint in endpoints:
        _say(f"endpoint {endpoint['EndpointName']}: {endpoint['EndpointStatus']}")
    return 0


def logs(arguments: argparse.Namespace) -> int:
    """Show the log of the embedded AWS."""
    file = process.log_file(arguments.state)
    if not file.exists():
        raise process.EmulatorError("the embedded AWS does not run and has left no log")
    sys.stdout.write(file.read_text("utf-8", errors="replace"))
    return 0


def interrupt(arguments: argparse.Namespace) -> int:
    """Interrupt a spot training job, as AWS may at any time."""
    running = process.find(arguments.state)
    if running is None:
        raise process.EmulatorError("the embedded AWS does not run")
    interrupt_training_job(endpoint_url(running.port), arguments.job)
    _say(f"training job {arguments.job} is interrupted; it starts again from its checkpoints")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="local-aws", description=__doc__)
    runs = (up, down, env, status, logs, interrupt)
    metavar = " | ".join(run.__name__ for run in runs)
    commands = parser.add_subparsers(required=True, metavar=metavar)
    for run in runs:
        command = commands.add_parser(run.__name__, help=run.__doc__, description=run.__doc__)
        command.set_defaults(run=run)
        command.add_argument(
            "--state", type=Path, default=DEFAULT_STATE, help="state folder, by default .local_aws"
        )
        command.add_argument(
            "--port", type=_port, default=DEFAULT_PORT, help="TCP port, by default 4566"
        )
        if run is up:
            command.add_argument(
                "--region", default=DEFAULT_REGION, help="AWS region, by default us-east-1"
            )
            command.add_argument(
                "--enforce-iam",
                action="store_true",
                help="refuse requests that the caller's policies do not allow",
            )
            command.add_argument(
                "--new-account",
                action="store_true",
                help="have the quotas of an account that has just been opened",
            )
        if run is env:
            command.add_argument(
                "--role",
                help="use this role's session, as a SageMaker notebook does; create it if missing",
            )
        if run is interrupt:
            command.add_argument("job", help="the TrainingJobName")
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MAX_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is not a TCP port; it must be 1 to {MAX_PORT}")
    return int(text)


def _say(text: str, *, error: bool = False) -> None:
    print(text, file=sys.stderr if error else sys.stdout, flush=True)
