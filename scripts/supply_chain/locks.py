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
    """One version of a package."""

    ecosystem: str  # `pypi` or `npm`, as in a package URL
    name: str  # normalized for a Python package
    version: str


class Locked(NamedTuple):
    """An entry of a lock.

    Attributes:
        package: the locked version.
        lock: path of the lock from the root.
        hashes: hexadecimal SHA-256 of each file of a Python package, or SHA-512 of an npm package.
        deployed: true if `make deploy` needs or uploads it; false for a test or tool.
        needed_by: names of the packages in the lock that need it.
    """

    package: Package
    lock: str
    hashes: tuple[str, ...] = ()
    deployed: bool = False
    needed_by: frozenset[str] = frozenset()


def locked() -> list[Locked]:
    """Read every lock, the pins of model_code/, and the versions of torch in the Makefile."""
    files = ["requirements.txt", "requirements/*.txt", MODEL_CODE]
    torch = TORCH.findall((ROOT / "Makefile").read_text("utf-8"))
    return [
        *(
            entry
            for pattern in files
            for file in sorted(ROOT.glob(pattern))
            for entry in _python(file)
        ),
        *_npm(ROOT / NPM_LOCK),
        *(Locked(Package("pypi", "torch", version), lock="Makefile") for version in torch),
    ]


def normalized(name: str) -> str:
    """Return the normalized name of a Python package."""
    return re.sub(r"[-_.]+", "-", name).lower()


def npm_name(path: str) -> str:
    """Return the name of the package at a path of package-lock.json."""
    return path.rpartition("node_modules/")[2]


def _python(lock: Path) -> Iterator[Locked]:
    path = lock.relative_to(ROOT).as_posix()
    for found in ENTRY.finditer(lock.read_text("utf-8")):
        yield Locked(
            Package("pypi", normalized(found["name"]), found["version"]),
            path,
            tuple(HASH.findall(found["hashes"])),
            path == "requirements.txt" or path.startswith("model_code/"),
            frozenset(NEEDED_BY.findall(found["needed"])),
        )


def _npm(lock: Path) -> Iterator[Locked]:
    packages = json.loads(lock.read_text("utf-8"))["packages"]
    del packages[""]  # the project itself
    for path, package in packages.items():
        name = npm_name(path)
        needed_by = [p for p, other in packages.items() if name in other.get("dependencies", {})]
        yield Locked(
            Package("npm", name, package["version"]),
            lock.name,
            (base64.b64decode(package["integrity"].removeprefix("sha512-")).hex(),),
            not package.get("dev", False),
            frozenset(map(npm_name, needed_by)),
        )
