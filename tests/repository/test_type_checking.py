"""mypy reads the types of every CDK module in use."""

import re
import tomllib

from scripts import ROOT

IMPORTED = re.compile(r"^\s*(?:from|import) (aws_cdk[\w.]*)", re.MULTILINE)


def test_every_imported_cdk_module_is_type_checked() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mypy"]
    read = {
        module
        for override in settings["overrides"]
        if override.get("follow_imports") == "normal"
        for module in override["module"]
    }
    sources = [ROOT / "app.py", *(ROOT / "stacks").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    imported = {name for source in sources for name in IMPORTED.findall(source.read_text("utf-8"))}
    assert len(imported) > 20
    assert imported - read == set()
