"""Reader of the locks: every locked package, its hashes and the packages that need it."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from scripts import ROOT

NPM_LOCK = "package-lock.json"
# Pinned without hashes, which the toolkit that installs them does not support: decision 6.
MODEL_CODE = "model_code/requirements*.txt"
# `name==version`, its marker, its hashes, and uv's comment with the packages that need it
ENTRY = re.compile(
    r"^(?P<name>[\w.-]+)(?:\[[^\]]*\])?==(?P<version>[^ ;\\\n]+)(?: *;[^\\\n]*)?"
    r"(?P<hashes>(?: \\\n +--hash=\S+)*)\n(?P<needed>(?: +#.*\n)*)",
    re.MULTILINE,
)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
NEEDED_BY = re.compile(r"^ +# +(?:via +)?([\w.-]+)(?:\[[^\]]*\])?$", re.MULTILINE)
TORCH = re.compile(r"^TORCH(?:_[\d_]+)? := torch==(\S+)$", re.MULTILINE)


class Package(NamedTuple):
    """One version of a package.

    Attributes:
        ecosystem: `pypi` or `npm`, as in a package URL.
        name: name in its registry; normalized for a Python package.
        version: exact version.
    """

    ecosystem: str
    name: str
    version: str


class Locked(NamedTuple):
    """An entry of a lock.

    Attributes:
        package: the locked version.
        hashes: hexadecimal SHA-256 of each file of a Python package, or SHA-512 of an npm package.
        lock: path of the lock from the root.
        deployed: true if `make deploy` needs or uploads it; false for a test or tool.
        needed_by: names of the packages in the lock that need it.
    """

    package: Package
    hashes: tuple[str, ...]
    lock: str
    deployed: bool
    needed_by: frozenset[str]


def locked(root: Path = ROOT) -> list[Locked]:
    """Read every lock, the pins of model_code/, and the versions of torch in the Makefile."""
    files = ["requirements.txt", "requirements/*.txt", MODEL_CODE]
    locks = [lock for pattern in files for lock in sorted(root.glob(pattern))]
    torch = TORCH.findall((root / "Makefile").read_text("utf-8"))
    return [
        *(entry for lock in locks for entry in _python(lock, lock.relative_to(root).as_posix())),
        *_npm(root / NPM_LOCK),
        *(
            Locked(
                Package("pypi", "torch", version),
                (),
                "Makefile",
                deployed=False,
                needed_by=frozenset(),
            )
            for version in torch
        ),
    ]


def normalized(name: str) -> str:
    """Return the normalized name of a Python package."""
    return re.sub(r"[-_.]+", "-", name).lower()


def npm_name(path: str) -> str:
    """Return the name of the package at a path of package-lock.json."""
    return path.rpartition("node_modules/")[2]


def _python(lock: Path, path: str) -> Iterator[Locked]:
    for found in ENTRY.finditer(lock.read_text("utf-8")):
        yield Locked(
            Package("pypi", normalized(found["name"]), found["version"]),
            tuple(HASH.findall(found["hashes"])),
            path,
            path == "requirements.txt" or path.startswith("model_code/"),
            frozenset(NEEDED_BY.findall(found["needed"])),
        )


def _npm(lock: Path) -> Iterator[Locked]:
    packages = json.loads(lock.read_text("utf-8"))["packages"]
    del packages[""]  # the project itself
    for path, package in packages.items():
        name = npm_name(path)
        yield Locked(
            Package("npm", name, package["version"]),
            (base64.b64decode(package["integrity"].removeprefix("sha512-")).hex(),),
            lock.name,
            not package.get("dev", False),
            frozenset(
                npm_name(parent)
                for parent, other in packages.items()
                if name in other.get("dependencies", {})
            ),
        )
