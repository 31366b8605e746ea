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
        lines = []
        for section, rows in self.sections.items():
            lines += ["", f"## {section}", "", "| Tried | What held |", "| --- | --- |"]
            lines += [f"| {_cell(tried)} | {_cell(held)} |" for tried, held in rows]
        return "\n".join(lines) + "\n"

    def replace_in(self, page: Path) -> None:
        """Write the tables over those of a page, below its own words."""
        words, _, _ = page.read_text("utf-8").partition("\n## ")
        page.write_text(words.rstrip("\n") + "\n" + self.markdown(), "utf-8")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
