"""Dated price table."""

import tomllib
from dataclasses import dataclass
from datetime import date
from math import nan
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("prices.toml")


@dataclass(frozen=True)
class Prices:
    """List prices in US dollars."""

    as_of: date  # day on which they were compiled
    region: str
    table: dict[str, dict[str, Any]]  # by service

    @classmethod
    def read(cls, file: Path = TABLE) -> "Prices":
        """Return the committed prices."""
        content = tomllib.loads(file.read_text("utf-8"))
        return cls(content.pop("as_of"), content.pop("region"), content)

    def __getitem__(self, name: str) -> float:
        """Return a price by `service.name`."""
        service, _, key = name.partition(".")
        return float(self.table[service][key])

    def of(self, name: str, kind: str) -> float:
        """Return the price of a kind, such as an instance type; NaN when it is unknown."""
        service, _, key = name.partition(".")
        return float(self.table[service][key].get(kind, nan))
