"""Documents refer only to existing files, functions and commands."""

import ast
import json
import re
import subprocess
from pathlib import Path

import pytest
from mypy import api as mypy

from scripts import ROOT
from scripts.cost.estimate import estimate
from scripts.cost.prices import Prices
from scripts.cost.usage import PREDICTIONS
from tests.stacks.assembly import Assembly

LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
PICTURE = re.compile(r'(?:src|srcset)="([^":]+)"')
ANCHOR = re.compile(r"\]\(([^)#\s:]*)#([^)\s]+)\)")
NAMED_PATH = re.compile(r"\[`([\w./]+)`\]\(([^)]+)\)")
NAME_IN_PATH = re.compile(r"`(\w+)` in \[`[\w./]+`\]\(([^)]+)\)")
FOUND = subprocess.run(
    ["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=False
).stdout.split()
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
WHERE_IS = CONTRIBUTING.partition("## Where is …?")[2]
AWS_BEHAVIOUR = re.findall(
    r"^\| (?!On AWS|---)(.+) \|$",
    (ROOT / "docs" / "aws-behaviour.md").read_text("utf-8"),
    re.MULTILINE,
)
TARGETS = set(re.findall(r"^([a-z0-9.-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("name", FOUND)
def test_linked_files_exist(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    links = [link for link in LINK.findall(text) + PICTURE.findall(text) if ":" not in link]
    assert [link for link in links if not (ROOT / name).parent.joinpath(link).exists()] == []


@pytest.mark.parametrize("name", FOUND)
def test_linked_headings_exist(name: str) -> None:
    for link, anchor in ANCHOR.findall((ROOT / name).read_text("utf-8")):
        page = (ROOT / name).parent / link if link else ROOT / name
        headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
        assert anchor in {
            re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings
        }


@pytest.mark.parametrize("name", [name for name in FOUND if name.startswith("docs/")])
def test_each_page_begins_with_its_question(name: str) -> None:
    if name in {"docs/benchmarks.md", "docs/licences.md"} or re.match(r"docs/decisions/\d", name):
        return
    first = (ROOT / name).read_text("utf-8").split("\n\n")[1]
    assert "?" in first


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 150


@pytest.mark.parametrize("name", FOUND)
def test_lines_of_prose_are_wrapped(name: str) -> None:
    text = re.sub(r"(?ms)^ *```.*?^ *```$", "", (ROOT / name).read_text("utf-8"))
    prose = [line for line in text.splitlines() if not line.startswith(("|", "`", "<"))]
    if not name.endswith(("proof.md", "embedded-sagemaker.md")):  # generated
        assert [line for line in prose if len(line) > 140] == []


def test_pictures_are_small() -> None:
    pictures = list((ROOT / "docs" / "images").iterdir())
    assert pictures
    assert [picture for picture in pictures if picture.stat().st_size >= 150_000] == []


def test_the_costs_of_prod_agree_with_make_cost(prod: Assembly) -> None:
    items = [item for item in estimate(prod.templates, Prices.read()) if item.once == 0]
    totals = [f"${sum(item.at(count) or 0 for item in items):,.2f}" for count in PREDICTIONS]
    assert f"| {', '.join(totals)} |" in (ROOT / "README.md").read_text("utf-8")
    assert f"| {' | '.join(totals)} |" in (ROOT / "docs" / "aws.md").read_text("utf-8")


@pytest.mark.parametrize("name", [name for name in FOUND if name != "docs/proof.md"])
def test_make_commands_are_targets_of_the_makefile(name: str) -> None:
    commands = re.findall(r"(?:^|`)make ([a-z0-9.-]+)", (ROOT / name).read_text(), re.MULTILINE)
    assert set(commands) <= TARGETS


def test_the_devcontainer_runs_make_targets() -> None:
    settings = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))
    commands = f"{settings['postCreateCommand']} && {settings['postStartCommand']}".split(" && ")
    assert {"make local", "make test"} == set(commands)
    assert {command.removeprefix("make ") for command in commands} <= TARGETS


def test_every_question_has_a_linked_path() -> None:
    rows = [row for row in WHERE_IS.splitlines() if row.startswith("| W")]
    assert len(rows) >= 10
    for row in rows:
        paths = NAMED_PATH.findall(row)
        assert paths, row
        assert [text for text, link in paths if text.rstrip("/") != link.rstrip("/")] == []


@pytest.mark.parametrize(("name", "path"), NAME_IN_PATH.findall(WHERE_IS))
def test_names_in_answers_are_defined_in_the_linked_file(name: str, path: str) -> None:
    file = ROOT / path
    if file.suffix == ".py":
        assert name in _defined(ast.parse(file.read_text("utf-8")))
    else:
        assert name in file.read_text("utf-8")


@pytest.mark.parametrize("row", AWS_BEHAVIOUR)
def test_each_behaviour_of_aws_has_a_source_and_a_test(row: str) -> None:
    _, source, place, proof = row.split(" | ")
    assert source.startswith(("http", "["))
    assert place
    tests = NAME_IN_PATH.findall(proof)
    assert tests
    for name, link in tests:
        assert name in _defined(ast.parse((ROOT / "docs" / link).read_text("utf-8")))


def _defined(tree: ast.Module) -> set[str]:
    """Return the functions, classes, constants and attributes that a module defines."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names


def test_the_documented_python_client_type_checks(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "api.md").read_text("utf-8")
    client, use = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    file = tmp_path / "client.py"
    file.write_text(f'{client}\n\nAPI = ""\n{use}')
    report, errors, _ = mypy.run(
        ["--strict", f"--cache-dir={tmp_path}", "--config-file=", str(file)]
    )
    assert (report, errors) == ("Success: no issues found in 1 source file\n", "")
    assert len(client.splitlines()) <= 60
