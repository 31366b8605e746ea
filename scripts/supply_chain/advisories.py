"""Known vulnerabilities of the dependencies, as advisory services told them on one day."""

import json
import tomllib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import NamedTuple

from scripts.supply_chain.licences import Package

FILE = Path(__file__).with_name("advisories.json")
ACCEPTED = Path(__file__).with_name("accepted_advisories.toml")
# What has become known since then is missing in an older file.
MAXIMUM_AGE_DAYS = 30
NAMED = 3


class Advisory(NamedTuple):
    """A known vulnerability of one locked version.

    Attributes:
        identifier: the service's own, such as GHSA-….
        aliases: what others call it, such as CVE-….
        fixed_in: versions without it; empty where there is none or the service does not say.
    """

    package: Package
    identifier: str
    aliases: tuple[str, ...]
    fixed_in: tuple[str, ...]

    def __str__(self) -> str:
        """Say it in a line."""
        names = ", ".join([self.identifier, *self.aliases])
        way_out = f"fixed in {', '.join(self.fixed_in)}" if self.fixed_in else "no fix is known"
        return f"{self.package.name} {self.package.version}: {names}; {way_out}"


class Known(NamedTuple):
    """What the services answered.

    Attributes:
        as_of: the day.
        asked: the packages that they know; nothing is said of others.
        advisories: all of these packages' that were known then.
    """

    as_of: date
    asked: frozenset[Package]
    advisories: tuple[Advisory, ...]

    @classmethod
    def read(cls, file: Path = FILE) -> "Known | None":
        """Read the file; None where there is none."""
        if not file.exists():
            return None
        content = json.loads(file.read_text("utf-8"))
        return cls(
            date.fromisoformat(content["as_of"]),
            frozenset(Package(*package) for package in content["asked"]),
            tuple(
                Advisory(Package(*package), identifier, tuple(aliases), tuple(fixed_in))
                for package, identifier, aliases, fixed_in in content["advisories"]
            ),
        )

    def write(self, file: Path = FILE) -> None:
        """Write the file, a package or an advisory a line."""
        asked, advisories = _lines(sorted(self.asked)), _lines(sorted(self.advisories))
        lists = f'"asked": [{asked}],\n"advisories": [{advisories}]'
        file.write_text(f'{{\n"as_of": "{self.as_of}",\n{lists}\n}}\n', "utf-8")


def _lines(entries: Iterable[Package | Advisory]) -> str:
    return ",".join(f"\n  {json.dumps(entry)}" for entry in entries)


class Verdict(NamedTuple):
    """What the file says of the locks today.

    Attributes:
        open: advisories that nobody has accepted.
        untold: why the file does not tell all; empty where it does.
    """

    open: tuple[Advisory, ...]
    untold: str


def judge(
    known: Known | None, locked: Iterable[Package], accepted: dict[str, date], today: date
) -> Verdict:
    """Compare the locks with what is known.

    Args:
        known: the file.
        locked: every locked package.
        accepted: by an advisory's identifier, the day until which it is.
        today: the day.
    """
    if known is None:
        return Verdict(
            (), f"there is no {FILE.name}: `make audit` writes it where it reaches a service"
        )
    locked = frozenset(locked)
    found = tuple(
        advisory
        for advisory in sorted(known.advisories)
        if advisory.package in locked and accepted.get(advisory.identifier, date.min) < today
    )
    untold = []
    if (age := (today - known.as_of).days) > MAXIMUM_AGE_DAYS:
        untold.append(f"{FILE.name} is {age} days old, more than {MAXIMUM_AGE_DAYS}")
    if others := sorted(locked - known.asked):
        names = ", ".join(f"{package.name} {package.version}" for package in others[:NAMED])
        more = f" and {len(others) - NAMED} more" if len(others) > NAMED else ""
        untold.append(f"it says nothing of {names}{more}")
    return Verdict(found, "; ".join(untold))


def accepted_advisories() -> dict[str, date]:
    """Read which advisories somebody has looked at and accepted, and until when."""
    entries = tomllib.loads(ACCEPTED.read_text("utf-8"))
    return {identifier: entry["until"] for identifier, entry in entries.items()}
