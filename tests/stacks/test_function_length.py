"""Functions and constructors are short."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts import ROOT

MOST_LINES = 60
SOURCES = [ROOT / "app.py", *sorted((ROOT / "stacks").rglob("*.py"))]


def functions(source: str) -> Iterator[tuple[str, int]]:
    """Yield name and length of every function, without its signature and docstring."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            yield node.name, (node.end_lineno or 0) - body[0].lineno + 1 if body else 0


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_no_function_is_longer_than_sixty_lines(file: Path) -> None:
    long = [one for one in functions(file.read_text()) if one[1] > MOST_LINES]
    assert long == []


def test_a_long_function_is_found() -> None:
    source = "def short():\n    pass\n\ndef long():\n" + "    pass\n" * 61
    assert [one for one in functions(source) if one[1] > MOST_LINES] == [("long", 61)]
