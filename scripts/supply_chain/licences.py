"""Write the list of the dependencies' licences into the docs: `make licences`."""

import json
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from scripts import ROOT
from scripts.supply_chain.locks import NPM_LOCK, Locked, locked, npm_name
from scripts.supply_chain.metadata import installed

PAGE = ROOT / "docs" / "licences.md"
RULES = Path(__file__).with_name("licences.toml")
ENVIRONMENTS = (".venv", ".venv/checkov", ".venv/supply", ".venv/torchserve", ".venv-bench")
HEAD = """# Licences of the dependencies

Every package that a lock names, by `make licences`: of Python packages as their metadata say or,
where these are silent, as their licence files do ([which](../scripts/supply_chain/licences.toml)).
A version that only other Pythons or systems get is listed with the licence of the one that was
installed. The tests refuse a licence that is not accepted there.

| | package | version | licence | locked in |
| --- | --- | --- | --- | --- |
"""
ROW = re.compile(r"^\| (pypi|npm) \| (\S+) \| (\S+) \| (.+) \| .+ \|$", re.MULTILINE)


class Package(NamedTuple):
    """One version of a package; the ecosystem is `pypi` or `npm`."""

    ecosystem: str
    name: str
    version: str


class Rules(NamedTuple):
    """licences.toml: what is accepted, and how metadata are read.

    Attributes:
        accepted: SPDX identifiers of licences and of exceptions.
        names: SPDX identifiers by what metadata say.
        read: by package: what its metadata say, and its licence.
    """

    accepted: frozenset[str]
    names: Mapping[str, str]
    read: Mapping[str, tuple[str, str]]

    @classmethod
    def load(cls) -> "Rules":
        """Read licences.toml."""
        content = tomllib.loads(RULES.read_text("utf-8"))
        accepted = frozenset([*content["accepted"], *content["accepted_exceptions"]])
        return cls(accepted, content["names"], content["read"])

    def licence(self, name: str, said: str) -> str:
        """Return the SPDX expression for what a package's metadata say; unknown words stay."""
        if name in self.read and self.read[name][0] == said:
            return self.read[name][1]
        return self.names.get(said, said)

    def refused(self, expression: str) -> list[str]:
        """Return what is not accepted in an SPDX expression; of a choice, each part counts."""
        words = re.split(r" AND | OR | WITH |[()]", expression)
        identifiers = [word.strip() for word in words if word.strip()]
        return [word for word in identifiers or [expression] if word not in self.accepted]


def listed(page: Path = PAGE) -> dict[Package, str]:
    """Read the list."""
    rows = ROW.findall(page.read_text("utf-8"))
    return {Package(*row[:3]): row[3] for row in rows}


def licences(rules: Rules, entries: Iterable[Locked], root: Path = ROOT) -> dict[Package, str]:
    """Return each locked package's licence, empty where nothing tells it."""
    said = {
        (name, version): licence
        for environment in ENVIRONMENTS
        for name, version, licence in installed(root / environment)
    }
    of_another_version = {name: licence for (name, _), licence in said.items()}
    npm = json.loads((root / NPM_LOCK).read_text("utf-8"))["packages"]
    of_npm = {npm_name(path): package.get("license", "") for path, package in npm.items() if path}
    found = {}
    for entry in entries:
        if entry.ecosystem == "npm":
            licence = of_npm[entry.name]
        else:
            other = of_another_version.get(entry.name, "")
            licence = said.get((entry.name, entry.version), other)
        found[Package(*entry[:3])] = rules.licence(entry.name, licence)
    return found


def main() -> int:
    """Write docs/licences.md, or say of which packages the licence is unknown or not accepted."""
    rules, entries = Rules.load(), locked()
    found = licences(rules, entries)
    wrong = {package: text for package, text in found.items() if rules.refused(text)}
    for package, text in sorted(wrong.items()):
        known = f"has the licence {text!r}, which is not accepted" if text else "names no licence"
        sys.stderr.write(f"{package.name} {package.version} {known}: see {RULES.name}\n")
    if wrong:
        return 1
    locks: dict[Package, set[str]] = {}
    for entry in entries:
        locks.setdefault(Package(*entry[:3]), set()).add(entry.lock)
    rows = [
        f"| {' | '.join(package)} | {found[package]} | {', '.join(sorted(locks[package]))} |\n"
        for package in sorted(found)
    ]
    PAGE.write_text(HEAD + "".join(rows), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
