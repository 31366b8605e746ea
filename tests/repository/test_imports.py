"""The import contracts in pyproject.toml, which `make check` verifies, detect violations."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from scripts import ROOT

SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
# Folder of the importing module, and the forbidden module
FORBIDDEN = [
    ("stacks/storage", "stacks.model"),
    ("stacks/web", "stacks.storage"),
    ("stacks/monitoring", "stacks.web"),
    ("stacks/building_blocks", "stacks.names"),
    ("stacks/settings", "stacks.building_blocks"),
    ("stacks/model", "scripts"),
    ("stacks", "local_aws"),
    ("local_aws", "stacks"),
    ("local_aws/cdk", "model_code.sentiment"),
    ("local_aws/sagemaker", "lambda_fn.predict_api"),
    ("scripts", "bench"),
    ("model_code/sentiment", "local_aws"),
    ("lambda_fn/predict_api", "stacks.names"),
]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return import-linter's report on a copy with all the forbidden imports."""
    copy = tmp_path_factory.mktemp("copy")
    unneeded = shutil.ignore_patterns("__pycache__")
    for package in SETTINGS["root_packages"]:
        shutil.copytree(ROOT / package, copy / package, ignore=unneeded)
    shutil.copy(ROOT / "pyproject.toml", copy)
    for folder, imported in FORBIDDEN:
        (copy / folder / "planted.py").write_text(f"import {imported}\n", "utf-8")
    done = subprocess.run(
        [Path(sys.prefix, "bin", "lint-imports"), "--no-cache", "--no-logo"],
        cwd=copy, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    return done.stdout


@pytest.mark.parametrize(("folder", "imported"), FORBIDDEN)
def test_a_forbidden_import_is_reported(report: str, folder: str, imported: str) -> None:
    importer = f"{folder.replace('/', '.')}.planted"
    assert f" {importer} -> {imported} (l.1)" in report
