"""Every Lambda package answers under Python 3.13 or newer, whichever Python runs the tests."""

import subprocess
from pathlib import Path

import pytest

from tests.proof.fresh_machines import pythons
from tests.proof.table import ProofTable
from tests.stacks.assembly import Assembly
from tests.stacks.lambda_packages import EVENTS, answers_alone, functions, second_aws
from tests.stacks.lambda_runtime import provided

OLDEST = (3, 13)


@pytest.mark.slow
def test_packages_answer_under_a_newer_python(
    altered_dev: Assembly, prod: Assembly, tmp_path: Path, proof_table: ProofTable
) -> None:
    found = {tuple(map(int, version.split(".")[:2])): path for version, path in pythons().items()}
    if max(found) < OLDEST:
        pytest.skip("this machine has no Python 3.13 or newer")
    python = str(found[max(found)])
    pins = [f"{package.name}=={package.version}" for package in provided()]
    command = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(tmp_path)]
    subprocess.run([*command, *pins], check=True)
    with second_aws() as aws:
        for handler in EVENTS:
            assembly = prod if handler in functions(prod) else altered_dev
            answers_alone(assembly, handler, aws, tmp_path, python)
    version = ".".join(map(str, max(found)))
    proof_table.add(
        "Lambda packages",
        f"each package alone in AWS's runtime interface client, Python {version}",
        f"{len(EVENTS)} of {len(EVENTS)} handlers answer their event",
    )
