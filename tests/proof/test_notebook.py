"""The code of docs/notebook.md, run as it is there by every SDK against the embedded AWS."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import ROOT
from tests.local_aws.conftest import Emulator, emulator
from tests.support.reviews import packaged_reviews

__all__ = ["emulator"]
pytestmark = pytest.mark.slow
PAGE = (ROOT / "docs" / "notebook.md").read_text("utf-8")
HERE = Path(__file__).with_name("notebook")
REVIEWS = 250
SECONDS = 900
CLOSED_PROXY = "http://127.0.0.1:9"
# Each has its own environment, since it conflicts with this project's packages.
SDK = {version: ROOT / ".venv" / f"sagemaker-{version}" / "bin" / "python" for version in (2, 3)}


def code(heading: str, language: str = "python") -> str:
    """Return the code below a heading of the page."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    blocks: list[str] = re.findall(
        rf"^```{language}\n(.*?)^```$", section, re.DOTALL | re.MULTILINE
    )
    assert blocks, heading
    return "\n".join(blocks)


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The notebook's folder, after the cells that use no AWS."""
    folder = tmp_path_factory.mktemp("notebook")
    shutil.copytree(HERE, folder, dirs_exist_ok=True)
    (folder / "reviews.json").write_text(json.dumps(packaged_reviews()[:REVIEWS]), "utf-8")
    subprocess.run([sys.executable, "prepare.py"], cwd=folder, check=True)
    return folder


def run(emulator: Emulator, folder: Path, python: Path, text: str, **variables: str) -> str:
    """Run code in the page's shell and return what it prints."""
    if not python.exists():
        pytest.skip(f"{python.parents[1]} is missing; `make proof` installs it")
    (folder / "cells.py").write_text(text, "utf-8")
    env = [
        sys.executable, "-m", "local_aws", "env", "--state", str(emulator.state),
        "--role", "AmazonSageMaker-ExecutionRole",
    ]  # fmt: skip
    commands = subprocess.run(env, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assigned = "".join(f"export {name}={shlex.quote(one)}\n" for name, one in variables.items())
    done = subprocess.run(
        ["sh", "-ec", f"{commands}\n{assigned}exec {shlex.quote(str(python))} cells.py"],
        cwd=folder, capture_output=True, text=True, check=False, timeout=SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "amazonaws.com" not in done.stderr or "Request exception" not in done.stderr
    return done.stdout


def test_the_cells_run_with_version_2_of_the_sdk(emulator: Emulator, notebook: Path) -> None:
    checks = """
assert role.endswith(":role/service-role/AmazonSageMaker-ExecutionRole"), role
assert bucket == "sagemaker-us-east-1-000000000000", bucket
assert list(curve["metric_name"]) and curve["value"].min() < 0.8, curve
assert predictions.shape == (100,) and 0 <= predictions.min() <= predictions.max() <= 1
assert answer in ("0", "1"), answer
print("all cells ran")
"""
    text = code("SageMaker Python SDK 2") + checks
    assert "all cells ran" in run(emulator, notebook, SDK[2], text)


def test_the_cells_run_with_version_3_of_the_sdk(emulator: Emulator, notebook: Path) -> None:
    checks = "\nassert answer in ('0', '1'), answer\nprint('all cells ran')\n"
    text = code("SageMaker Python SDK 3") + checks
    assert "all cells ran" in run(emulator, notebook, SDK[3], text)


def test_the_cells_run_with_boto3_alone(emulator: Emulator, notebook: Path) -> None:
    checks = "\nassert answer in ('0', '1'), answer\nprint('all cells ran')\n"
    text = code("boto3 alone") + checks
    assert "all cells ran" in run(emulator, notebook, Path(sys.executable), text)


def test_without_the_proxy_the_sdk_stays_local(emulator: Emulator, notebook: Path) -> None:
    """A proxy that does not answer shows that the SDK asks nobody else."""
    config = notebook / "config.yaml"
    config.write_text(code("Without the proxy", "yaml"), "utf-8")
    text = code("Without the proxy") + "\nprint(input_data)\n"
    printed = run(
        emulator, notebook, SDK[2], text, SAGEMAKER_USER_CONFIG_OVERRIDE=str(config),
        HTTPS_PROXY=CLOSED_PROXY, https_proxy=CLOSED_PROXY,
    )  # fmt: skip
    assert "s3://sagemaker-us-east-1-000000000000/without-proxy" in printed
