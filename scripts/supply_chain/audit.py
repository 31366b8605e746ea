"""Audit every locked package for known vulnerabilities: `make audit`.

pip-audit (in .venv/supply) and npm audit ask their services; the answers are kept in a dated file.
Where a service cannot be reached, the file of the last time is judged, and the output says so.
"""

import argparse
import json
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from scripts import ROOT
from scripts.supply_chain.locks import NPM_LOCK, Package, locked, npm_name

FILE = Path(__file__).with_name("advisories.json")
ACCEPTED = Path(__file__).with_name("accepted_advisories.toml")
PIP_AUDIT = ROOT / ".venv" / "supply" / "bin" / "pip-audit"
# An older file lacks more recent advisories.
MAXIMUM_AGE_DAYS = 30
NAMED = 3


class NotReachedError(Exception):
    """A service did not answer; the message names it and the reason."""


class Advisory(NamedTuple):
    """A known vulnerability of one locked version."""

    package: Package
    identifier: str  # such as GHSA-…
    aliases: Sequence[str]  # such as CVE-…
    fixed_in: Sequence[str]  # empty if the service names no version

    def __str__(self) -> str:
        """Return the advisory as one line."""
        names = ", ".join([self.identifier, *self.aliases])
        fix = f"fixed in {', '.join(self.fixed_in)}" if self.fixed_in else "no fix is known"
        return f"{self.package.name} {self.package.version}: {names}; {fix}"


Answer = tuple[list[Package], list[Advisory]]  # packages that a service knows; what it says


class Known(NamedTuple):
    """The services' answers on one day."""

    as_of: date
    asked: Sequence[Package]  # that the services know
    advisories: Sequence[Advisory]

    @classmethod
    def read(cls, file: Path = FILE) -> "Known | None":
        """Read the file; None if there is none."""
        if not file.exists():
            return None
        as_of, asked, advisories = json.loads(file.read_text("utf-8")).values()
        return cls(
            date.fromisoformat(as_of),
            [Package(*package) for package in asked],
            [Advisory(Package(*package), *rest) for package, *rest in advisories],
        )

    def write(self, file: Path = FILE) -> None:
        """Write the file."""
        content = {
            "as_of": f"{self.as_of}",
            "asked": sorted(self.asked),
            "advisories": sorted(self.advisories),
        }
        file.write_text(json.dumps(content, indent=1) + "\n", "utf-8")


def judge(
    known: Known | None, packages: set[Package], accepted: dict[str, date], today: date
) -> tuple[list[Advisory], str]:
    """Return the open advisories of the locked packages, and the gaps in the file.

    Args:
        known: the content of the file.
        packages: every locked package.
        accepted: last day on which an advisory is accepted, by identifier.
        today: the day.
    """
    if known is None:
        return [], f"there is no {FILE.name}: run `make audit` where it can reach a service"
    found = [
        advisory
        for advisory in sorted(known.advisories)
        if advisory.package in packages and accepted.get(advisory.identifier, date.min) < today
    ]
    gaps = []
    if (age := (today - known.as_of).days) > MAXIMUM_AGE_DAYS:
        gaps.append(f"{FILE.name} is {age} days old, more than {MAXIMUM_AGE_DAYS}")
    if others := sorted(packages.difference(known.asked)):
        names = ", ".join(f"{package.name} {package.version}" for package in others[:NAMED])
        more = f" and {len(others) - NAMED} more" if len(others) > NAMED else ""
        gaps.append(f"it does not cover {names}{more}")
    return found, "; ".join(gaps)


def accepted_advisories() -> dict[str, date]:
    """Return the last day on which each reviewed advisory is accepted, by identifier."""
    entries = tomllib.loads(ACCEPTED.read_text("utf-8"))
    return {identifier: entry["until"] for identifier, entry in entries.items()}


def ask_pip_audit(packages: Iterable[Package], options: Sequence[str]) -> Answer:
    """Ask pip-audit, which succeeds even if its service knows no package, as behind a mirror."""
    left, asked, advisories = sorted(packages), list[Package](), list[Advisory]()
    while left:
        # pip-audit rejects a file with two versions of a package.
        batch = {package.name: package for package in left}.values()
        left = [package for package in left if package not in batch]
        with TemporaryDirectory() as folder:
            file = Path(folder, "requirements.txt")
            file.write_text("".join(f"{p.name}=={p.version}\n" for p in batch), "utf-8")
            command = [
                str(PIP_AUDIT), f"--requirement={file}", "--no-deps", "--disable-pip",
                "--format=json", "--aliases=on", "--desc=off", "--progress-spinner=off", *options,
            ]  # fmt: skip
            for entry in _run("pip-audit", command, "dependencies"):
                if "skip_reason" not in entry:
                    package = Package("pypi", entry["name"], entry["version"])
                    asked.append(package)
                    advisories += [
                        Advisory(package, found["id"], found["aliases"], found["fix_versions"])
                        for found in entry["vulns"]
                    ]
    if not asked:
        raise NotReachedError("pip-audit: the service knows none of the packages")
    return asked, advisories


def ask_npm_audit(packages: Iterable[Package]) -> Answer:
    """Ask npm audit about package-lock.json."""
    lock = json.loads((ROOT / NPM_LOCK).read_text("utf-8"))["packages"]
    command = ["npm", "audit", "--package-lock-only", "--json", "--loglevel=error"]
    return list(packages), [
        Advisory(
            Package("npm", npm_name(node), lock[node]["version"]),
            via["url"].rpartition("/")[2],
            (),
            (),
        )
        for vulnerability in _run("npm audit", command, "vulnerabilities").values()
        for via in vulnerability["via"]
        if isinstance(via, dict)  # a string names another vulnerable package
        for node in vulnerability["nodes"]
    ]


def _run(name: str, command: Sequence[str], key: str) -> Any:
    done = subprocess.run(  # noqa: S603 - our own command
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    try:
        return json.loads(done.stdout)[key]
    except (ValueError, KeyError):
        *_, reason = ["no answer", *done.stderr.strip().splitlines()]
        raise NotReachedError(f"{name}: {reason}") from None


def main() -> int:
    """Query the services, write the dated file if one answered, and judge the locks by the file."""
    parser = argparse.ArgumentParser(prog="make audit", description=__doc__)
    parser.add_argument("--osv-url", help="an OSV service to ask instead of the Python registry")
    parser.add_argument("--file", type=Path, default=FILE, help="the dated file")
    arguments = parser.parse_args()
    url = arguments.osv_url
    options = ["--vulnerability-service=osv", f"--osv-url={url}"] if url else []
    packages, today = {entry.package for entry in locked()}, datetime.now(UTC).date()
    answers: list[Answer] = []
    services: dict[str, Callable[[list[Package]], Answer]] = {
        "pypi": partial(ask_pip_audit, options=options),
        "npm": ask_npm_audit,
    }
    for ecosystem, ask in services.items():
        try:
            answers.append(ask([p for p in packages if p.ecosystem == ecosystem]))
        except NotReachedError as error:
            print(f"No new answer: {error}")
    if answers:
        asked = [package for known, _ in answers for package in known]
        advisories = [advisory for _, found in answers for advisory in found]
        Known(today, asked, advisories).write(arguments.file)
    known = Known.read(arguments.file)
    found, gaps = judge(known, packages, accepted_advisories(), today)
    for advisory in found:
        print(advisory)
    if gaps:
        print(f"Not covered: {gaps}")
    if known is not None:
        print(f"{len(found)} open advisories as of {known.as_of}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
