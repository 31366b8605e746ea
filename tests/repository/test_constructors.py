"""Constructors, and functions that declare a construct, are short enough to be read at once."""

import ast

from scripts import ROOT
from tests.repository.test_imports import SETTINGS

MOST_LINES = 60


def test_no_constructor_has_more_than_60_lines() -> None:
    lines = {
        f"{file.relative_to(ROOT)}:{node.lineno}": (node.end_lineno or 0) - node.lineno + 1
        for package in SETTINGS["root_packages"]
        for file in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith(("__init__", "declare_"))
    }
    assert len(lines) > 50
    assert {where: count for where, count in lines.items() if count > MOST_LINES} == {}
