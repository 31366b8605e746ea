"""`python app.py` as the CDK CLI runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from app import ROOT
from scripts.synthesis import context


def start(
    folder: Path, *, cwd: Path, overrides: dict[str, str] | None = None, **variables: str
) -> "subprocess.Popen[str]":
    """Start a synth whose environment has nothing of AWS in it."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ["HOME"],  # where jsii unpacks CDK once
        "CDK_VALIDATION": "false",
        "CDK_OUTDIR": str(folder),
        "CDK_CONTEXT_JSON": json.dumps(context("dev", overrides)),
        **variables,
    }
    return subprocess.Popen(
        [sys.executable, str(ROOT / "app.py")],
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_output_is_the_same_bytes_everywhere(tmp_path: Path) -> None:
    """Whatever the hash seed, the working directory, the time zone and the user are."""
    one, two = tmp_path / "one", tmp_path / "two"
    runs = [
        start(one, cwd=ROOT, PYTHONHASHSEED="1", TZ="UTC", USER="ann"),
        start(two, cwd=tmp_path, PYTHONHASHSEED="2", TZ="Asia/Tokyo", USER="bob"),
    ]
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
    run = start(tmp_path / "out", cwd=ROOT, overrides={"training.epochs": "many"})
    _, shown = run.communicate()
    assert run.returncode == 1
    assert shown == "training.epochs=many is refused: input should be a valid integer\n"
    assert not list((tmp_path / "out").glob("*.template.json"))
