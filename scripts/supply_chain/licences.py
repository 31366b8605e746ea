"""Write the licences of the dependencies to docs/licences.md: `make licences`."""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from scripts import ROOT
from scripts.supply_chain.locks import NPM_LOCK, Locked, Package, locked, normalized, npm_name

PAGE = ROOT / "docs" / "licences.md"
FILE = Path(__file__).with_name("licences.toml")
RULES = tomllib.loads(FILE.read_text("utf-8"))
PIP_LICENSES = ROOT / ".venv" / "supply" / "bin" / "pip-licenses"
ENVIRONMENTS = (
    ".venv",
    ".venv/local-aws",
    ".venv/checkov",
    ".venv/supply",
    ".venv/torchserve",
    ".venv/scikit-learn",
    ".venv/sagemaker-2",
    ".venv/sagemaker-3",
    ".venv-bench",
)
HEAD = """# Licences of the dependencies

`make licences` lists every package that a lock names. The licence of a Python package is the one in
its metadata or, where these are unclear, in its licence file
([list](../scripts/supply_chain/licences.toml)). A version that only other Pythons or systems get
has the licence of the installed version. The tests refuse a licence that the list does not accept.

| | package | version | licence | locked in |
| --- | --- | --- | --- | --- |
"""
ROW = re.compile(r"^\| (pypi|npm) \| (\S+) \| (\S+) \| (.+) \| .+ \|$", re.MULTILINE)
SPDX = re.compile(r"[A-Za-z0-9.-]+-[A-Za-z0-9.-]+")


def licence(name: str, text: str) -> str:
    """Return the SPDX expression for the text in a package's metadata, or else the text."""
    unclear, read = RULES["read"].get(name, (None, ""))
    return str(read if text == unclear else RULES["names"].get(text, text))


def refused(expression: str) -> list[str]:
    """Return the parts of an SPDX expression that are not accepted; each part of OR counts."""
    words = re.split(r" AND | OR | WITH |[()]", expression)
    identifiers = [word.strip() for word in words if word.strip()]
    accepted = {*RULES["accepted"], *RULES["accepted_exceptions"]}
    return [word for word in identifiers or [expression] if word not in accepted]


def listed(page: Path = PAGE) -> dict[Package, str]:
    """Read docs/licences.md."""
    rows = ROW.findall(page.read_text("utf-8"))
    return {Package(*row[:3]): row[3] for row in rows}


def installed(python: Path) -> dict[Package, str]:
    """Return the licences in the metadata of a virtual environment's packages, by pip-licenses."""
    command = [
        str(PIP_LICENSES),
        f"--python={python}",
        "--from=all",
        "--format=json",
        "--with-system",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return {
        Package("pypi", normalized(found["Name"]), found["Version"].partition("+")[0]): named(found)
        for found in json.loads(done.stdout)
    }


def named(found: Mapping[str, str]) -> str:
    """Return the licence in an entry of pip-licenses.

    It is the SPDX expression if there is one, else the text if it is an SPDX identifier, else the
    classifiers, else the first line of the text; empty if the package names none.
    """
    expression, text, classifiers = (
        "" if found[f"License-{source}"] == "UNKNOWN" else found[f"License-{source}"]
        for source in ("Expression", "Metadata", "Classifier")
    )
    identifier = text if SPDX.fullmatch(text) else ""
    return expression or identifier or classifiers or text.strip().partition("\n")[0]


def licences(entries: Iterable[Locked]) -> dict[Package, str]:
    """Return the licence of each locked package; empty where it is unknown."""
    said: dict[Package, str] = {}
    for environment in ENVIRONMENTS:
        said |= installed(ROOT / environment / "bin" / "python")
    of_another_version = {package.name: text for package, text in said.items()}
    npm = json.loads((ROOT / NPM_LOCK).read_text("utf-8"))["packages"]
    of_npm = {
        (npm_name(path), package["version"]): package.get("license", "")
        for path, package in npm.items()
        if path
    }
    found = {}
    for package in {entry.package for entry in entries}:
        if package.ecosystem == "npm":
            text = of_npm[package.name, package.version]
        else:
            text = said.get(package, of_another_version.get(package.name, ""))
        found[package] = licence(package.name, text)
    return found


def main() -> int:
    """Write docs/licences.md, or print the packages whose licence is unknown or not accepted."""
    entries = locked()
    found = licences(entries)
    wrong = {package: text for package, text in found.items() if refused(text)}
    for package, text in sorted(wrong.items()):
        fault = f"has the licence {text!r}, which is not accepted" if text else "names no licence"
        print(f"{package.name} {package.version} {fault}: see {FILE.name}", file=sys.stderr)
    if wrong:
        return 1
    locks: dict[Package, set[str]] = {}
    for entry in entries:
        locks.setdefault(entry.package, set()).add(entry.lock)
    rows = [
        f"| {' | '.join(package)} | {found[package]} | {', '.join(sorted(locks[package]))} |\n"
        for package in sorted(found)
    ]
    PAGE.write_text(HEAD + "".join(rows), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
