"""/opt/ml for one process: its own mount namespace, in which a folder is at that path.

Linux allows it to root, and to others where user namespaces are enabled. As a script,
`namespace.py FOLDER NETWORK COMMAND…` runs a command in it, with network `host` or `none`.
"""

import ctypes
import fcntl
import os
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
# linux/sched.h, linux/mount.h and linux/sockios.h
CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET = 0x00020000, 0x10000000, 0x40000000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
SIOCSIFFLAGS, UP_AND_RUNNING = 0x8914, 0x41
NOT_FOUND = 127


@cache
def obstacle() -> str | None:
    """Return why this machine cannot have /opt/ml in a container, or None if it can."""
    if sys.platform != "linux":
        return f"{sys.platform} has no mount namespaces"
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(  # noqa: S603 - this file
            command(["true"], Path(folder), isolated=False),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    return done.stderr.strip() or None


def command(words: Sequence[str | Path], folder: Path, *, isolated: bool) -> list[str | Path]:
    """Return the command that runs `words` with `folder` at /opt/ml.

    Args:
        words: the command to run.
        folder: the container's folder.
        isolated: whether it has no network but its loopback interface.
    """
    network = "none" if isolated else "host"
    return [sys.executable, "-I", "-S", Path(__file__).resolve(), folder, network, *words]


def enter(folder: str, *, isolated: bool) -> None:
    """Move this process into namespaces of its own.

    Raises:
        OSError: when the machine does not allow it.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    wanted = CLONE_NEWNS | (CLONE_NEWNET if isolated else 0)
    user, group = os.getuid(), os.getgid()
    if libc.unshare(wanted):
        _check(libc.unshare(wanted | CLONE_NEWUSER), "unshare")
        for name, content in (
            ("setgroups", "deny"),
            ("uid_map", f"{user} {user} 1"),
            ("gid_map", f"{group} {group} 1"),
        ):
            Path("/proc/self", name).write_text(content, "utf-8")

    def mount(source: str, target: str, flags: int, kind: str | None = None) -> None:
        words = [None if word is None else os.fsencode(word) for word in (source, target, kind)]
        _check(libc.mount(*words, ctypes.c_ulong(flags), None), f"mount {target}")

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


def _check(status: int, call: str) -> None:
    if status:
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}")


def main(folder: str, network: str, *words: str) -> int:
    """Replace this process by a command in its namespaces; return an exit code if that fails."""
    try:
        enter(folder, isolated=network == "none")
        os.execvp(words[0], words)  # noqa: S606 - no shell
    except OSError as error:
        sys.stderr.write(f"{words[0]} cannot be started: {error.strerror}\n")
    return NOT_FOUND


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
