"""`python app.py` as the CDK CLI runs it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import ROOT
from scripts.synthesis import context, start
from tests.support.leftovers import leave_behind


def bare(**variables: str) -> dict[str, str]:
    """Return a process environment without AWS variables."""
    home = os.environ["HOME"]  # jsii's cache of the unpacked CDK
    return {"PATH": os.environ["PATH"], "HOME": home, **variables}


SOURCES = ("model_code", "lambda_fn", "frontend")


def test_the_output_is_byte_for_byte_deterministic(tmp_path: Path) -> None:
    """Hash seed, folders, time zone, user and the files of editors make no difference."""
    one, two, copy = (tmp_path / name for name in ("one", "two", "copy"))
    for name in ("stacks", *SOURCES):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(ROOT / "app.py", copy / "app.py")
    for source in SOURCES:
        for inside in [each for each in (copy / source).rglob("*") if each.is_dir()]:
            leave_behind(inside)
        leave_behind(copy / source)
    here = bare(PYTHONHASHSEED="1", TZ="UTC", USER="ann")
    there = bare(
        PYTHONHASHSEED="2", TZ="Asia/Tokyo", USER="bob", PYTHONDONTWRITEBYTECODE="1",
        CDK_OUTDIR=str(two), CDK_CONTEXT_JSON=json.dumps(context("prod")),
    )  # fmt: skip
    runs = [
        start("prod", one, variables=here),
        subprocess.Popen(
            [sys.executable, str(copy / "app.py")],
            cwd=tmp_path, env=there, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ),
    ]  # fmt: skip
    for run in runs:
        _, shown = run.communicate()
        assert run.returncode == 0, shown
        assert "stopped patching the serving image" in shown
    names = {path.relative_to(one).as_posix() for path in one.rglob("*") if path.is_file()}
    assert any(name.endswith(".template.json") for name in names)
    assert any(name.endswith(".tar.gz") for name in names)
    assert names == {path.relative_to(two).as_posix() for path in two.rglob("*") if path.is_file()}
    different = [name for name in names if (one / name).read_bytes() != (two / name).read_bytes()]
    assert different == []


def test_a_bad_setting_is_refused_in_one_line(tmp_path: Path) -> None:
    run = start("dev", tmp_path / "out", {"training.epochs": "many"}, variables=bare())
    _, shown = run.communicate()
    assert run.returncode == 1
    assert shown == "training.epochs=many is refused: input should be a valid integer\n"
    assert not list((tmp_path / "out").glob("*.template.json"))


# An application with a resource that CloudFormation would refuse
PLANTED = """
import sys
import app
from aws_cdk import CfnResource, Stack

def planted(application, settings):
    CfnResource(Stack(application, "Planted"), "Topic", type="AWS::SNS::Topic", properties={"TopicNam": "x"})

app.compose = planted
sys.exit(app.main())
"""


@pytest.mark.parametrize(("validation", "fails"), [({"CDK_VALIDATION": "true"}, True), ({}, False)])
def test_validation_runs_on_request_and_refuses_bad_resources(
    tmp_path: Path, validation: dict[str, str], *, fails: bool
) -> None:
    variables = bare(
        CDK_OUTDIR=str(tmp_path), CDK_CONTEXT_JSON=json.dumps(context("dev")), **validation
    )
    command = [sys.executable, "-c", PLANTED]
    run = subprocess.run(
        command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False
    )
    assert bool(run.returncode) is fails, run.stderr
    assert ("TopicNam" in run.stderr) is fails, run.stderr


def test_make_deploy_validates() -> None:
    command = ["make", "--dry-run", "--always-make", "deploy"]
    recipe = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    (line,) = [line for line in recipe.splitlines() if " deploy --all" in line]
    assert line.startswith("CDK_VALIDATION=true cdk ")
