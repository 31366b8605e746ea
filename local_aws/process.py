"""The emulator's process: started detached, found again, stopped with all its children."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path

import psutil

from local_aws.environment import NEW_ACCOUNT, ONLY_THIS_MACHINE, WAITS, endpoint_url, without_aws
from local_aws.urls import send

# The folder that contains this package
PACKAGES = Path(__file__).resolve().parent.parent
START_SECONDS = 60.0
STOP_SECONDS = 20.0
STATE_VARIABLE = "STATE_DIR"  # of ministack; every process that the emulator starts inherits it
# Settings of other emulators, which would change this one
MINISTACK_SETTING = re.compile(
    r"(MINISTACK|LOCALSTACK|LAMBDA|SFN|S3|CLOUDTRAIL|IOT|DOCKER)_"
    r"|(AUTH|EDGE_PORT|LOG_LEVEL|PERSIST_STATE|SERVICES|SFTP_ENABLED|USE_SSL)$"
)


class EmulatorError(Exception):
    """The emulator cannot be started or found; the message is the reason and the remedy."""


@dataclass(frozen=True)
class Running:
    """A running emulator, as recorded in its state folder.

    Attributes:
        pid: id of the emulator's process, which leads its session.
        created: start of that process in seconds since 1970, which distinguishes it from a later
            process with the same id.
        port: its TCP port.
        region: the region it serves.
        enforces_iam: whether it refuses requests that the caller's policies do not allow.
        new_account: whether it started with the quotas of an account that has just been opened.
    """

    pid: int
    created: float
    port: int
    region: str
    enforces_iam: bool = False
    new_account: bool = False


def find(state: Path) -> Running | None:
    """Return the emulator that runs with this state folder, or None."""
    remembered = _remembered(state)
    if remembered is None:
        return None
    try:
        process = psutil.Process(remembered.pid)
        same = abs(process.create_time() - remembered.created) < 1
        return remembered if same and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def end_orphans(state: Path) -> bool:
    """End the processes of an emulator that was not stopped with `down`.

    Returns:
        Whether there was such an emulator.

    Raises:
        EmulatorError: when the folder is not a state folder.
    """
    if not state.exists() or find(state) is not None:
        return False
    _refuse_foreign(state)
    remembered = _remembered(state)
    # A living process with this id is another program, since the emulator was not found.
    leads = remembered is not None and not psutil.pid_exists(remembered.pid)
    orphans = _processes(state, remembered.pid if remembered and leads else None)
    for orphan in orphans:
        _kill(orphan)
    psutil.wait_procs(orphans, timeout=STOP_SECONDS)
    return True


def kept_state(state: Path) -> Path:
    """Return the folder from which an emulator resumes after an earlier one was killed."""
    return state / "kept"


def has_kept_state(state: Path) -> bool:
    """Return whether there is state to resume from; the code of functions alone does not count."""
    return any(kept_state(state).glob("*.json"))


def remove_state(state: Path) -> None:
    """Remove an emulator's state folder; the log, which identifies the folder, goes last.

    Raises:
        EmulatorError: when the folder is not a state folder.
    """
    _refuse_foreign(state)
    for path in state.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path != log_file(state):
            path.unlink()
    shutil.rmtree(state, ignore_errors=True)


def _refuse_foreign(state: Path) -> None:
    known = (_pid_file(state), log_file(state))
    if not state.is_dir() or (any(state.iterdir()) and not any(file.exists() for file in known)):
        raise EmulatorError(
            f"{state} is not a state folder of the embedded AWS and stays unchanged; "
            "use a new or empty one with --state"
        )


def _remembered(state: Path) -> Running | None:
    """Read the process file; return None if it is missing or damaged, say by a power cut."""
    try:
        return Running(**json.loads(_pid_file(state).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def start(  # noqa: PLR0913 - the options of the command line and one of the plugin
    port: int,
    state: Path,
    region: str,
    *,
    enforce_iam: bool = False,
    new_account: bool = False,
    ends_with_caller: bool = False,
) -> Running:
    """Start the emulator in its own session and wait until it answers.

    Args:
        port: its TCP port.
        state: its state folder.
        region: the region that it serves.
        enforce_iam: whether it refuses requests that the caller's policies do not allow.
        new_account: whether it has the quotas of an account that has just been opened.
        ends_with_caller: whether it stops, and removes its state, when this process is gone.

    Raises:
        EmulatorError: when the port is taken or the emulator did not start.
    """
    if _port_is_taken(port):
        raise EmulatorError(
            f"port {port} is in use by another program; choose another with --port (PORT= for make)"
        )
    for folder in ("tmp", "objects"):
        (state / folder).mkdir(parents=True, exist_ok=True)
    environment = _environment(port, state, region) | {
        "AUTH": str(enforce_iam).lower(),
        NEW_ACCOUNT: str(new_account).lower(),
    }
    command = [sys.executable, "-m", "local_aws.emulator.server", str(port), str(state), region]
    command += [str(os.getpid())] if ends_with_caller else []
    with log_file(state).open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own module
            command,
            cwd=PACKAGES, env=environment, stdin=subprocess.DEVNULL,
            stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    created = psutil.Process(process.pid).create_time()
    running = Running(process.pid, created, port, region, enforce_iam, new_account)
    _pid_file(state).write_text(json.dumps(asdict(running)), "utf-8")
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if _answers(port):
            return running
        if process.poll() is not None:
            break
        time.sleep(0.1)
    stop(running, state)
    raise EmulatorError(f"the emulator did not start: {_last_line(state)}")


def stop(running: Running, state: Path) -> int:
    """Stop the emulator and every process of its session; return their number."""
    processes = _processes(state, running.pid)
    leader = next((p for p in processes if p.pid == running.pid), None)
    if leader is not None:
        leader.send_signal(signal.SIGINT)
        psutil.wait_procs([leader], timeout=STOP_SECONDS)
    left = {p.pid: p for p in [*processes, *_processes(state, running.pid)] if p.is_running()}
    for process in left.values():
        _kill(process)
    psutil.wait_procs(list(left.values()), timeout=STOP_SECONDS)
    _pid_file(state).unlink(missing_ok=True)
    return len(processes)


def log_file(state: Path) -> Path:
    """Return the file of the emulator's log."""
    return state / "emulator.log"


def _last_line(state: Path) -> str:
    lines = log_file(state).read_text("utf-8", errors="replace").split("\n")
    last = next((line for line in reversed(lines) if line), "it printed nothing")
    return f"{last} (log: {log_file(state)})"


def _environment(port: int, state: Path, region: str) -> dict[str, str]:
    """Return the emulator's environment, which its Lambda functions inherit."""
    inherited = without_aws(os.environ)
    return {
        **{key: value for key, value in inherited.items() if not MINISTACK_SETTING.match(key)},
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": region,
        "MINISTACK_HOST": "localhost",
        # CDK's Lambda functions require() clients that AWS's runtime has.
        "NODE_PATH": str(Path("node_modules").resolve()),
        **ONLY_THIS_MACHINE,
        "TMPDIR": str(state / "tmp"),
        "SFN_WAIT_SCALE": os.environ.get(WAITS, "1"),
        "PERSIST_STATE": "1",
        STATE_VARIABLE: str(kept_state(state)),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(state / "objects"),
        # Its MQTT listener would bind every interface.
        "IOT_MTLS_ENABLED": "0",
    }


def _processes(state: Path, leader: int | None) -> list[psutil.Process]:
    """Return the processes of a session and those started from the state folder.

    The latter are training jobs and model servers, and whatever these have started in their own
    sessions, with the emulator's environment.
    """
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            command = process.cmdline() or [""]
            if (
                command[0].startswith(f"{state}{os.sep}")
                or os.getsid(process.pid) == leader
                or process.environ().get(STATE_VARIABLE) == str(kept_state(state))
            ) and process.pid != os.getpid():
                found.append(process)
    return found


def _kill(process: psutil.Process) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.kill()


def _pid_file(state: Path) -> Path:
    return state / "emulator.json"


def _port_is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _answers(port: int) -> bool:
    try:
        return send(f"{endpoint_url(port)}/_ministack/health", timeout=2)[0] == HTTPStatus.OK
    except OSError:
        return False
