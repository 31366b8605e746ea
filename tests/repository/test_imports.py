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
    ("local_aws/emulator/patches", "sentiment.tokens"),
    ("local_aws/emulator", "known_reviews"),
    ("local_aws/sagemaker", "lambda_fn.predict_api"),
    ("scripts", "bench"),
    ("bench", "app"),
    ("model_code/sentiment", "local_aws"),
    ("model_code/sentiment/lstm", "known_reviews"),
    ("model_code/sentiment/ngrams", "trial.probe"),
    ("model_code", "resource_properties"),
    ("lambda_fn/predict_api", "stacks.names"),
    ("lambda_fn/trial", "sentiment.tokens"),
    ("lambda_fn/training_job", "predict_api.body"),
    ("lambda_fn/expiry", "train"),
    ("lambda_fn", "sentiment.tokens"),
]
# Folders that are on the path, so that their modules are imported without the folder's name
PATHS = ("model_code", "lambda_fn")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return import-linter's report on a copy with all the forbidden imports."""
    copy = tmp_path_factory.mktemp("copy")
    unneeded = shutil.ignore_patterns("__pycache__")
    for package in SETTINGS["root_packages"]:
        if (ROOT / package).is_dir():
            shutil.copytree(ROOT / package, copy / package, ignore=unneeded)
    shutil.copy(ROOT / "pyproject.toml", copy)
    for folder, imported in FORBIDDEN:
        (copy / folder / "planted.py").write_text(f"import {imported}\n", "utf-8")
    done = subprocess.run(
        [Path(sys.prefix, "bin", "lint-imports"), "--no-cache", "--no-logo"],
        cwd=copy, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": ":".join(str(copy / path) for path in PATHS)},
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    return done.stdout


@pytest.mark.parametrize(("folder", "imported"), FORBIDDEN)
def test_a_forbidden_import_is_reported(report: str, folder: str, imported: str) -> None:
    importer = f"{folder.replace('/', '.')}.planted"
    names = {importer, *(importer.removeprefix(f"{path}.") for path in PATHS)}
    # import-linter names only the package of a module that it takes for an external one.
    found = {(name, module) for name in names for module in (imported, imported.partition(".")[0])}
    assert any(f" {name} -> {module} (l.1)" in report for name, module in found)


def test_every_package_and_module_is_under_the_contracts() -> None:
    """Otherwise a new function or module could be imported from everywhere."""
    here, there = (
        {file.stem for file in (ROOT / path).glob("*.py")}
        | {file.parent.name for file in (ROOT / path).glob("*/__init__.py")}
        for path in PATHS
    )
    forbidden = {
        contract["source_modules"][0]: set(contract["forbidden_modules"])
        for contract in SETTINGS["contracts"]
        if contract["type"] == "forbidden"
    }
    assert here | there <= forbidden["local_aws"]
    assert there <= forbidden["model_code"]
    assert here <= forbidden["lambda_fn"]
    packages = {file.parent.name for path in PATHS for file in (ROOT / path).glob("*/__init__.py")}
    assert packages <= set(SETTINGS["root_packages"])
