"""What the documents point to is there."""

import re
import subprocess
from pathlib import Path

import pytest
from mypy import api as mypy

from scripts import ROOT

LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
FOUND = subprocess.run(
    ["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=False
).stdout.split()


@pytest.mark.parametrize("name", FOUND)
def test_links_lead_somewhere(name: str) -> None:
    folder = (ROOT / name).parent
    links = [link for link in LINK.findall((ROOT / name).read_text("utf-8")) if ":" not in link]
    assert [link for link in links if not Path(folder, link).exists()] == []


def test_the_python_client_of_the_api_s_page_is_typed(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "api.md").read_text("utf-8")
    client, use = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    file = tmp_path / "client.py"
    file.write_text(f'{client}\n\nAPI = ""\n{use}')
    told, errors, _ = mypy.run(["--strict", f"--cache-dir={tmp_path}", "--config-file=", str(file)])
    assert (told, errors) == ("Success: no issues found in 1 source file\n", "")
    assert len(client.splitlines()) <= 60
