"""The proof table: scenarios and their results, by section."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class ProofTable:
    """Rows by section. A test adds its row last, after all its assertions have passed."""

    sections: dict[str, dict[str, str]] = field(default_factory=dict)

    def add(self, section: str, scenario: str, result: str) -> None:
        """Add a scenario and its result, both in Markdown; a repeated scenario has its last result."""
        self.sections.setdefault(section, {})[scenario] = result

    def markdown(self) -> str:
        """Return one table per section, in the order of the tests."""
        return "".join(_section(name, rows) for name, rows in self.sections.items())

    def replace_in(self, page: Path, stamp: str) -> None:
        """Replace the sections of a page that this run has tables for, and append new ones.

        Args:
            page: document with an introduction before its first section.
            stamp: date and commit of the run.
        """
        introduction, *parts = page.read_text("utf-8").split("\n## ")
        sections = {part.partition("\n")[0]: f"\n## {part}" for part in parts}
        sections = {name: part.rstrip("\n") + "\n" for name, part in sections.items()}
        sections |= {name: _section(name, rows, stamp) for name, rows in self.sections.items()}
        page.write_text(introduction.rstrip("\n") + "\n" + "".join(sections.values()), "utf-8")


def _section(name: str, rows: dict[str, str], stamp: str | None = None) -> str:
    lines = ["", f"## {name}", "", *([f"{stamp}.", ""] if stamp else [])]
    lines += ["| Scenario | Result |", "| --- | --- |"]
    lines += [f"| {_cell(scenario)} | {_cell(result)} |" for scenario, result in rows.items()]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
