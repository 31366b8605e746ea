"""Every package that a lock names, with its hashes and what needs it."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from scripts import ROOT

NPM_LOCK = "package-lock.json"
# What is pinned without hashes, since what installs it allows none: see docs/decisions/0006.
MODEL_CODE = "model_code/requirements*.txt"
# `name==version`, its marker, its hashes, and the comment in which uv says who needs it.
ENTRY = re.compile(
    r"^(?P<name>[\w.-]+)(?:\[[^\]]*\])?==(?P<version>[^ ;\\\n]+)(?: *;[^\\\n]*)?"
    r"(?P<hashes>(?: \\\n +--hash=\S+)*)\n(?P<needed>(?: +#.*\n)*)",
    re.MULTILINE,
)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
NEEDED_BY = re.compile(r"^ +# +(?:via +)?([\w.-]+)(?:\[[^\]]*\])?$", re.MULTILINE)
TORCH = re.compile(r"^TORCH(?:_[\d_]+)? := torch==(\S+)$", re.MULTILINE)
SHA512 = "sha512-"


class Locked(NamedTuple):
    """One version of a package.

    Attributes:
        ecosystem: `pypi` or `npm`, as in a package URL.
        name: as its registry spells it; of a Python package, normalized.
        version: exactly.
        hashes: in hexadecimal: the SHA-256 of each of a Python package's files, the SHA-512 of an
            npm package.
        lock: the file that names it, from the root.
        deployed: whether `make deploy` needs or sends it; else it is a test's or a tool's alone.
        needed_by: the names of what needs it, where the lock tells.
    """

    ecosystem: str
    name: str
    version: str
    hashes: tuple[str, ...]
    lock: str
    deployed: bool
    needed_by: frozenset[str]


def locked(root: Path = ROOT) -> list[Locked]:
    """Read every lock, what model_code/ pins, and torch's versions from the Makefile."""
    locks = [
        root / "requirements.txt",
        *sorted(root.glob("requirements/*.txt")),
        *sorted(root.glob(MODEL_CODE)),
    ]
    return [
        *(entry for lock in locks for entry in _python(lock, lock.relative_to(root).as_posix())),
        *_npm(root / NPM_LOCK),
        *_torch(root / "Makefile"),
    ]


def _python(lock: Path, path: str) -> Iterator[Locked]:
    for found in ENTRY.finditer(lock.read_text("utf-8")):
        yield Locked(
            "pypi",
            re.sub(r"[-_.]+", "-", found["name"]).lower(),
            found["version"],
            tuple(HASH.findall(found["hashes"])),
            path,
            path == "requirements.txt" or path.startswith("model_code/"),
            frozenset(NEEDED_BY.findall(found["needed"])),
        )


def _npm(lock: Path) -> Iterator[Locked]:
    packages = json.loads(lock.read_text("utf-8"))["packages"]
    needed: dict[str, set[str]] = {}
    for path, package in packages.items():
        for name in package.get("dependencies", {}):
            if path:
                needed.setdefault(name, set()).add(npm_name(path))
    for path, package in packages.items():
        if path:
            name = npm_name(path)
            digest = base64.b64decode(package["integrity"].removeprefix(SHA512)).hex()
            by = frozenset(needed.get(name, ()))
            deployed = not package.get("dev", False)
            yield Locked("npm", name, package["version"], (digest,), lock.name, deployed, by)


def npm_name(path: str) -> str:
    """Return the name of the package that stands at a path of package-lock.json."""
    return path.rpartition("node_modules/")[2]


def _torch(makefile: Path) -> Iterator[Locked]:
    for version in TORCH.findall(makefile.read_text("utf-8")):
        yield Locked(
            "pypi", "torch", version, (), makefile.name, deployed=False, needed_by=frozenset()
        )
