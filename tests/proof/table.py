"""The table of what was tried and what held."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class ProofTable:
    """Rows by section; a test adds its row as its last step, when everything it says has held."""

    sections: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def add(self, section: str, tried: str, held: str) -> None:
        """Record what was tried and what was seen, each in a few words of Markdown."""
        self.sections.setdefault(section, []).append((tried, held))

    def markdown(self) -> str:
        """Return one table a section, in the order in which the tests ran."""
        return "".join(_section(name, rows) for name, rows in self.sections.items())

    def replace_in(self, page: Path, stamp: str) -> None:
        """Write the tables over those of a page that have the same sections, new ones after them.

        Args:
            page: a document with words of its own before the first section.
            stamp: what was run, and when.
        """
        words, *parts = page.read_text("utf-8").split("\n## ")
        sections = {part.partition("\n")[0]: f"\n## {part}" for part in parts}
        sections = {name: part.rstrip("\n") + "\n" for name, part in sections.items()}
        sections |= {name: _section(name, rows, stamp) for name, rows in self.sections.items()}
        page.write_text(words.rstrip("\n") + "\n" + "".join(sections.values()), "utf-8")


def _section(name: str, rows: list[tuple[str, str]], stamp: str | None = None) -> str:
    lines = ["", f"## {name}", "", *([f"{stamp}.", ""] if stamp else [])]
    lines += ["| Tried | What held |", "| --- | --- |"]
    lines += [f"| {_cell(tried)} | {_cell(held)} |" for tried, held in rows]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
