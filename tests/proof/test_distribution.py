"""local_aws as a distribution without this repository: its wheel, its command and its plugin."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from local_aws.environment import without_aws
from scripts import ROOT
from tests.local_aws.conftest import processes_naming
from tests.proof.table import ProofTable

pytestmark = pytest.mark.slow
SECTION = "The embedded AWS without this application"
PYTHON = ROOT / ".venv" / "local-aws" / "bin" / "python"
MAX_SECONDS = 3.0
TESTS = """
import psutil
import pytest
from botocore.exceptions import ClientError

from local_aws import process

IMAGE = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:2.6.0-cpu-py312"


def test_processor_time(embedded_aws):
    spent = psutil.Process(process.find(embedded_aws.state).pid).cpu_times()
    print(f"seconds: {spent.user + spent.system}")


def test_without_torch_its_images_are_refused(embedded_aws):
    with pytest.raises(ClientError, match="has no package torch"):
        embedded_aws.client("sagemaker").create_model(
            ModelName="m", PrimaryContainer={"Image": IMAGE, "ModelDataUrl": "s3://b/k"}
        )
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the installed wheel of the tracked files."""
    if not PYTHON.exists():
        pytest.skip(f"{PYTHON.parents[1]} is missing; `make proof` installs it")
    folder = tmp_path_factory.mktemp("distribution")
    tracked = subprocess.run(
        ["git", "ls-files", "local_aws"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    for name in tracked:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    pip: list[str | Path] = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
    ]
    site = folder / "site"
    subprocess.run([*pip, "--target", site, folder / "local_aws"], check=True)
    modules = {name for name in tracked if name.endswith(".py")}
    assert modules == {str(path.relative_to(site)) for path in site.glob("local_aws/**/*.py")}
    return site


def run(site: Path, folder: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run Python in a folder, with the packages of `site`."""
    environment = {**without_aws(os.environ), "PYTHONPATH": str(site)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # modules would be compiled at every start
    return subprocess.run(
        [PYTHON, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_example_trains_and_serves_through_the_plugin(
    installed: Path, tmp_path: Path, proof_table: ProofTable
) -> None:
    shutil.copytree(ROOT / "examples" / "scikit_learn", tmp_path / "example")
    done = run(installed, tmp_path / "example", "-m", "pytest", "-q", f"--basetemp={tmp_path}/t")
    assert done.returncode == 0, done.stdout
    assert processes_naming(tmp_path) == {}
    proof_table.add(
        SECTION,
        "`examples/scikit_learn`, scripts for SageMaker's scikit-learn image, through the pytest plugin of the "
        "installed wheel and plain boto3, in an environment without torch and without this repository",
        "trains, serves and leaves no process",
    )


def test_a_later_start_needs_little_processor_time(
    installed: Path, tmp_path: Path, proof_table: ProofTable
) -> None:
    (tmp_path / "test_start.py").write_text(TESTS, "utf-8")
    for _ in range(2):  # the first one compiles the modules
        done = run(installed, tmp_path, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider")
        assert done.returncode == 0, done.stdout
    [seconds] = re.findall(r"seconds: ([0-9.]+)", done.stdout)
    assert float(seconds) < MAX_SECONDS
    proof_table.add(
        SECTION,
        "processor time of the second start of the plugin's fixture",
        f"{float(seconds):.1f} s",
    )


def test_the_command_starts_and_stops_it(installed: Path, tmp_path: Path) -> None:
    command = installed / "bin" / "local-aws"
    stopped = run(installed, tmp_path, command, "status")
    assert (stopped.returncode, stopped.stdout) == (1, "the embedded AWS does not run\n")
    refused = run(installed, tmp_path, command, "env")
    assert refused.stderr.startswith("local_aws: the embedded AWS does not run; start it with `up`")
