"""What the documents point to is there."""

import re
import subprocess
from pathlib import Path

import pytest

from app import ROOT

LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
FOUND = subprocess.run(
    ["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=False
).stdout.split()


@pytest.mark.parametrize("name", FOUND)
def test_links_lead_somewhere(name: str) -> None:
    folder = (ROOT / name).parent
    links = [link for link in LINK.findall((ROOT / name).read_text("utf-8")) if ":" not in link]
    assert [link for link in links if not Path(folder, link).exists()] == []
