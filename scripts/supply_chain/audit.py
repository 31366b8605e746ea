"""Audit every locked package for known vulnerabilities: `make audit`.

pip-audit (in .venv/supply) and npm audit ask their services; the answers are kept in a dated file.
Where a service cannot be reached, the file of the last time is judged, and the output says so.
"""

import argparse
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from scripts import ROOT
from scripts.supply_chain.locks import Package, locked, npm_name

FILE = Path(__file__).with_name("advisories.json")
ACCEPTED = Path(__file__).with_name("accepted_advisories.toml")
PIP_AUDIT = ROOT / ".venv" / "supply" / "bin" / "pip-audit"
# An older file lacks more recent advisories.
MAXIMUM_AGE_DAYS = 30
NAMED = 3


class NotReachedError(Exception):
    """A service did not answer; the message names it and the reason."""


class Advisory(NamedTuple):
    """A known vulnerability of one locked version.

    Attributes:
        package: the locked version.
        identifier: the service's identifier, such as GHSA-….
        aliases: other identifiers, such as CVE-….
        fixed_in: versions without the vulnerability; empty if the service names none.
    """

    package: Package
    identifier: str
    aliases: Sequence[str]
    fixed_in: Sequence[str]

    def __str__(self) -> str:
        """Return the advisory as one line."""
        names = ", ".join([self.identifier, *self.aliases])
        fix = f"fixed in {', '.join(self.fixed_in)}" if self.fixed_in else "no fix is known"
        return f"{self.package.name} {self.package.version}: {names}; {fix}"


class Known(NamedTuple):
    """The services' answers on one day.

    Attributes:
        as_of: the day.
        asked: packages that the services know.
        advisories: the advisories of these packages.
    """

    as_of: date
    asked: Sequence[Package]
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


def run_pip_audit(packages: Iterable[Package], options: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield pip-audit's JSON entry for each Python package."""
    left = sorted(packages)
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
            yield from _answer("pip-audit", command, "dependencies")


def run_npm_audit() -> dict[str, Any]:
    """Return npm's JSON entry for each vulnerable package in package-lock.json."""
    command = ["npm", "audit", "--package-lock-only", "--json", "--loglevel=error"]
    vulnerabilities: dict[str, Any] = _answer("npm audit", command, "vulnerabilities")
    return vulnerabilities


def _answer(name: str, command: Sequence[str], key: str) -> Any:
    done = subprocess.run(  # noqa: S603 - our own command
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    try:
        return json.loads(done.stdout)[key]
    except (ValueError, KeyError):
        *_, reason = ["no answer", *done.stderr.strip().splitlines()]
        raise NotReachedError(f"{name}: {reason}") from None


def from_pip_audit(answers: Iterable[dict[str, Any]]) -> tuple[list[Package], list[Advisory]]:
    """Return the packages that the service knows, and their advisories.

    pip-audit succeeds even if its service knows no package, such as behind a mirror.
    """
    known = {
        Package("pypi", answer["name"], answer["version"]): answer["vulns"]
        for answer in answers
        if "skip_reason" not in answer
    }
    if not known:
        raise NotReachedError("pip-audit: the service knows none of the packages")
    return list(known), [
        Advisory(
            package, vulnerability["id"], vulnerability["aliases"], vulnerability["fix_versions"]
        )
        for package, vulnerabilities in known.items()
        for vulnerability in vulnerabilities
    ]


def from_npm_audit(
    vulnerabilities: dict[str, Any], packages: Iterable[Package]
) -> tuple[list[Package], list[Advisory]]:
    """Return the packages and their advisories."""
    versions = {package.name: package for package in packages}
    return list(versions.values()), [
        Advisory(versions[npm_name(node)], via["url"].rpartition("/")[2], (), ())
        for vulnerability in vulnerabilities.values()
        for via in vulnerability["via"]
        if isinstance(via, dict)  # a string names another vulnerable package
        for node in vulnerability["nodes"]
    ]


def ask(
    packages: Iterable[Package], options: Sequence[str]
) -> Iterator[tuple[list[Package], list[Advisory]]]:
    """Yield each service's answer, and print the services without one."""
    python = [package for package in packages if package.ecosystem == "pypi"]
    npm = [package for package in packages if package.ecosystem == "npm"]
    try:
        yield from_pip_audit(run_pip_audit(python, options))
    except NotReachedError as error:
        sys.stdout.write(f"No new answer: {error}\n")
    try:
        yield from_npm_audit(run_npm_audit(), npm)
    except NotReachedError as error:
        sys.stdout.write(f"No new answer: {error}\n")


def main() -> int:
    """Query the services, write the dated file if one answered, and judge the locks by the file."""
    parser = argparse.ArgumentParser(prog="make audit", description=__doc__)
    parser.add_argument("--osv-url", help="an OSV service to ask instead of the Python registry")
    parser.add_argument("--file", type=Path, default=FILE, help="the dated file")
    arguments = parser.parse_args()
    url = arguments.osv_url
    options = ["--vulnerability-service=osv", f"--osv-url={url}"] if url else []
    today = datetime.now(UTC).date()
    packages = {entry.package for entry in locked()}
    if answers := list(ask(packages, options)):
        asked = [package for known, _ in answers for package in known]
        advisories = [advisory for _, found in answers for advisory in found]
        Known(today, asked, advisories).write(arguments.file)
    known = Known.read(arguments.file)
    found, gaps = judge(known, packages, accepted_advisories(), today)
    for advisory in found:
        sys.stdout.write(f"{advisory}\n")
    if gaps:
        sys.stdout.write(f"Not covered: {gaps}\n")
    if known is not None:
        sys.stdout.write(f"{len(found)} open advisories as of {known.as_of}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
