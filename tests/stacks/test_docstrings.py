"""Docstrings of stacks and constructs state what reviewers need to know."""

import importlib
import inspect
import pkgutil
import re

import pytest
from constructs import Construct

import stacks

FACTS = ("Creates", "Idle", "Destroy")


def constructs() -> dict[str, type[Construct]]:
    """Return the stacks and constructs of the application by name."""
    modules = [
        importlib.import_module(module.name)
        for module in pkgutil.walk_packages(stacks.__path__, "stacks.")
    ]
    return {
        name: member
        for module in modules
        for name, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, Construct) and member.__module__ == module.__name__
    }


CONSTRUCTS = constructs()


def test_constructs_are_found() -> None:
    assert set(CONSTRUCTS) >= {"StorageStack", "ModelStack", "WebStack", "Endpoint", "WebAcl"}


@pytest.mark.parametrize("name", sorted(CONSTRUCTS))
def test_docstrings_state_resources_idle_cost_and_destruction(name: str) -> None:
    documentation = CONSTRUCTS[name].__doc__ or ""
    found = re.findall(r"^ {4}(Creates|Idle|Destroy): \S+", documentation, re.MULTILINE)
    assert tuple(found) == FACTS
