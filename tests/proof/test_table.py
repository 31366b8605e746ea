"""How the proof's page is written."""

from pathlib import Path

from tests.proof.table import ProofTable


def test_sections_that_ran_are_replaced_and_the_others_stay(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Proof\n\nWords.\n")
    first = ProofTable()
    first.add("Load", "a burst", "nothing lost")
    first.add("Destroy", "both", "nothing left")
    first.replace_in(page, "Monday")
    second = ProofTable()
    second.add("Load", "a | burst\nagain", "2 lost")
    second.add("Input", "archives", "refused")
    second.replace_in(page, "Tuesday")
    words, *sections = page.read_text().split("\n## ")
    assert words == "# Proof\n\nWords.\n"
    assert [one.partition("\n")[0] for one in sections] == ["Load", "Destroy", "Input"]
    assert "Tuesday.\n\n| Tried" in sections[0]
    assert "| a \\| burst again | 2 lost |" in sections[0]
    assert "nothing lost" not in page.read_text()
    assert "Monday." in sections[1]
