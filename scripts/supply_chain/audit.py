"""Ask the advisory services about every locked package, and judge the locks: `make audit`.

Python packages are pip-audit's (from .venv/supply), npm packages npm's own. Where a service does
not answer, the dated file of the last answer is judged; what is not known for that is said.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scripts import ROOT
from scripts.supply_chain.advisories import FILE, Advisory, Known, accepted_advisories, judge
from scripts.supply_chain.licences import Package
from scripts.supply_chain.locks import locked, npm_name

PIP_AUDIT = ROOT / ".venv" / "supply" / "bin" / "pip-audit"


class NotReachedError(Exception):
    """A service gave no answer; the text says which and why."""


def ask_pip_audit(packages: Iterable[Package], options: list[str]) -> list[dict[str, Any]]:
    """Return what pip-audit says of each Python package, in its own JSON."""
    answers: list[dict[str, Any]] = []
    for batch in _batches(packages):
        with TemporaryDirectory() as folder:
            file = Path(folder, "requirements.txt")
            file.write_text("".join(f"{p.name}=={p.version}\n" for p in batch), "utf-8")
            done = subprocess.run(  # noqa: S603 - our own command
                [PIP_AUDIT, f"--requirement={file}", "--no-deps", "--disable-pip", "--format=json",
                 "--aliases=on", "--desc=off", "--progress-spinner=off", *options],
                capture_output=True, text=True, check=False,
            )  # fmt: skip
        try:
            answers += json.loads(done.stdout)["dependencies"]
        except ValueError:
            raise NotReachedError(f"pip-audit: {_last_line(done.stderr)}") from None
    return answers


def ask_npm(root: Path) -> dict[str, Any]:
    """Return what npm says of the packages of a package-lock.json, in its own JSON."""
    done = subprocess.run(
        ["npm", "audit", "--package-lock-only", "--json", "--loglevel=error"],  # noqa: S607
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise NotReachedError(f"npm audit: {_last_line(done.stderr)}") from None
    if "vulnerabilities" not in answer:
        raise NotReachedError(f"npm audit: {answer.get('message', 'no answer')}")
    return answer


def from_pip_audit(answers: Iterable[dict[str, Any]]) -> tuple[set[Package], list[Advisory]]:
    """Return which packages the service knows, and their advisories."""
    known, found = set(), []
    for answer in answers:
        if "skip_reason" in answer:  # which is no good news, although pip-audit then ends with 0
            continue
        package = Package("pypi", answer["name"], answer["version"])
        known.add(package)
        found += [
            Advisory(package, v["id"], tuple(v["aliases"]), tuple(v["fix_versions"]))
            for v in answer["vulns"]
        ]
    return known, found


def from_npm(answer: dict[str, Any], packages: Iterable[Package]) -> list[Advisory]:
    """Return the advisories of the packages that npm answered for."""
    versions = {package.name: package for package in packages}
    return [
        Advisory(versions[npm_name(node)], via["url"].rpartition("/")[2], (), ())
        for vulnerability in answer["vulnerabilities"].values()
        for via in vulnerability["via"]
        if isinstance(via, dict)  # a text names another package that it comes from
        for node in vulnerability["nodes"]
    ]


def _batches(packages: Iterable[Package]) -> Iterator[list[Package]]:
    """Split packages so that none has two versions in a batch, which pip-audit refuses."""
    left = sorted(packages)
    while left:
        batch = {package.name: package for package in left}
        yield list(batch.values())
        left = [package for package in left if package not in batch.values()]


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no answer"])[-1]


def ask(
    packages: Iterable[Package], options: list[str]
) -> Iterator[tuple[set[Package], list[Advisory]]]:
    """Ask both services, and say of each that does not answer that it did not."""
    ecosystems: dict[str, set[Package]] = {"pypi": set(), "npm": set()}
    for package in packages:
        ecosystems[package.ecosystem].add(package)
    try:
        known, found = from_pip_audit(ask_pip_audit(ecosystems["pypi"], options))
        if known:
            yield known, found
        else:
            sys.stdout.write("Not asked anew: pip-audit: the service knows none of the packages\n")
    except NotReachedError as error:
        sys.stdout.write(f"Not asked anew: {error}\n")
    try:
        yield ecosystems["npm"], from_npm(ask_npm(ROOT), ecosystems["npm"])
    except NotReachedError as error:
        sys.stdout.write(f"Not asked anew: {error}\n")


def main() -> int:
    """Ask, write the dated file if anything was told, and judge the locks by it."""
    parser = argparse.ArgumentParser(prog="make audit", description=__doc__)
    parser.add_argument("--osv-url", help="an OSV service to ask instead of the Python registry")
    parser.add_argument("--file", type=Path, default=FILE, help="the dated file")
    arguments = parser.parse_args()
    url = arguments.osv_url
    options = ["--vulnerability-service=osv", f"--osv-url={url}"] if url else []
    today = datetime.now(UTC).date()
    packages = {Package(*entry[:3]) for entry in locked()}
    if answers := list(ask(packages, options)):
        asked = frozenset(package for known, _ in answers for package in known)
        found = tuple(advisory for _, advisories in answers for advisory in advisories)
        Known(today, asked, found).write(arguments.file)
    known = Known.read(arguments.file)
    verdict = judge(known, packages, accepted_advisories(), today)
    for advisory in verdict.open:
        sys.stdout.write(f"{advisory}\n")
    if verdict.untold:
        sys.stdout.write(f"Not known: {verdict.untold}\n")
    if known is not None:
        sys.stdout.write(f"{len(verdict.open)} open advisories as of {known.as_of}\n")
    return 1 if verdict.open else 0


if __name__ == "__main__":
    sys.exit(main())
