"""The Linux namespaces of a container: a folder at /opt/ml, and processes that end with it.

Linux allows them to root, and to others where user namespaces are enabled. As a script,
`namespace.py FOLDER NETWORK PROCESSES COMMAND…` runs a command in them. NETWORK is `host` or
`none`, PROCESSES is `own` or `host`.
"""

import ctypes
import fcntl
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

OPT_ML = "/opt/ml"
OPT = Path(OPT_ML).parent
# linux/sched.h, linux/mount.h, linux/prctl.h and linux/sockios.h
CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000
CLONE_NEWPID, CLONE_NEWNET = 0x20000000, 0x40000000
MS_NOSUID, MS_NODEV, MS_NOEXEC = 0x2, 0x4, 0x8
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
PR_SET_PDEATHSIG = 1
SIOCSIFFLAGS, UP_AND_RUNNING = 0x8914, 0x41
NOT_FOUND = 127
KILLED_BY = 128  # a container killed by signal N exits with 128 + N
# A command would inherit which of these Python or the server's caller, such as nohup, ignores.
SIGNALS = signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}
LIBC = ctypes.CDLL(None, use_errno=True)


@cache
def obstacle() -> str | None:
    """Return why this machine cannot have /opt/ml in a container, or None if it can."""
    return _obstacle("host")


@cache
def _obstacle(processes: str) -> str | None:
    if sys.platform != "linux":
        return f"{sys.platform} has no mount namespaces"
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(  # noqa: S603 - this file
            _command(["true"], Path(folder), "host", processes),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    return done.stderr.strip() or None


def command(words: Sequence[str | Path], folder: Path, *, isolated: bool) -> list[str | Path]:
    """Return the command that runs `words` in the namespaces that this machine allows.

    Args:
        words: the command to run.
        folder: the container's folder, which is at /opt/ml.
        isolated: whether it has no network but its loopback interface.
    """
    if obstacle() is not None:
        return list(words)
    processes = "own" if _obstacle("own") is None else "host"
    return _command(words, folder, "none" if isolated else "host", processes)


def _command(
    words: Sequence[str | Path], folder: Path, network: str, processes: str
) -> list[str | Path]:
    script = Path(__file__).resolve()
    return [sys.executable, "-I", "-S", script, folder, network, processes, *words]


def enter(folder: str, *, isolated: bool, contained: bool) -> None:
    """Move this process into namespaces, and its later children into one for processes.

    Args:
        folder: the folder that is at /opt/ml there.
        isolated: whether the network namespace is a new one.
        contained: whether there is a namespace for processes.

    Raises:
        OSError: when the machine does not allow it.
    """
    wanted = CLONE_NEWNS | (CLONE_NEWNET if isolated else 0) | (CLONE_NEWPID if contained else 0)
    user, group = os.getuid(), os.getgid()
    if LIBC.unshare(wanted):
        _check(LIBC.unshare(wanted | CLONE_NEWUSER), "unshare")
        for name, content in (
            ("setgroups", "deny"),
            ("uid_map", f"{user} {user} 1"),
            ("gid_map", f"{group} {group} 1"),
        ):
            Path("/proc/self", name).write_text(content, "utf-8")
    mount("none", "/", MS_REC | MS_PRIVATE)
    if not Path(OPT_ML).is_dir():
        below = os.open(OPT, os.O_PATH | os.O_DIRECTORY)
        entries = list(os.scandir(OPT))
        mount("tmpfs", str(OPT), 0, "tmpfs")
        for entry in entries:
            if entry.is_symlink():
                (OPT / entry.name).symlink_to(os.readlink(entry.name, dir_fd=below))
                continue
            if entry.is_dir():
                (OPT / entry.name).mkdir()
            else:
                (OPT / entry.name).touch()
            mount(f"/proc/self/fd/{below}/{entry.name}", entry.path, MS_BIND | MS_REC)
        os.close(below)
        Path(OPT_ML).mkdir()
    mount(folder, OPT_ML, MS_BIND | MS_REC)
    if isolated:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            request = struct.pack("16sh22x", b"lo", UP_AND_RUNNING)
            fcntl.ioctl(probe, SIOCSIFFLAGS, request)


def mount(source: str, target: str, flags: int, kind: str | None = None) -> None:
    """Mount a filesystem, or bind one path to another.

    Raises:
        OSError: naming the target.
    """
    words = [None if word is None else os.fsencode(word) for word in (source, target, kind)]
    _check(LIBC.mount(*words, ctypes.c_ulong(flags), None), f"mount {target}")


def run(words: Sequence[str]) -> int:
    """Run a command as a container does, and return its exit code.

    The namespace's first process collects orphans. When it ends with the command, or because this
    process is gone, the kernel kills all others.

    Raises:
        OSError: when the command cannot be started.
    """
    first = os.fork()
    if first:
        # It is sent to the whole group, so the command has it as well.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        return _exit_code(os.waitpid(first, 0)[1])
    _check(LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL), "prctl")
    mount("proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "proc")
    started = os.posix_spawnp(words[0], list(words), os.environ, setsigdef=SIGNALS)
    ended, status = os.wait()
    while ended != started:
        ended, status = os.wait()
    return _exit_code(status)


def _exit_code(status: int) -> int:
    code = os.waitstatus_to_exitcode(status)
    return KILLED_BY - code if code < 0 else code


def _check(status: int, call: str) -> None:
    if status:
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}")


def main(folder: str, network: str, processes: str, *words: str) -> int:
    """Run a command in namespaces and return its exit code."""
    contained = processes == "own"
    try:
        enter(folder, isolated=network == "none", contained=contained)
        if contained:
            return run(words)
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        os.execvp(words[0], words)  # noqa: S606 - no shell
    except OSError as error:
        sys.stderr.write(f"{words[0]} cannot be started: {error.strerror}\n")
    return NOT_FOUND


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
