"""`python app.py` as the CDK CLI runs it."""

import os
from pathlib import Path

from scripts.synthesis import start


def bare(**variables: str) -> dict[str, str]:
    """Return a process environment that has nothing of AWS in it."""
    home = os.environ["HOME"]  # where jsii unpacks CDK once
    return {"PATH": os.environ["PATH"], "HOME": home, **variables}


def test_the_output_is_the_same_bytes_everywhere(tmp_path: Path) -> None:
    """Whatever the hash seed, the working directory, the time zone and the user are."""
    one, two = tmp_path / "one", tmp_path / "two"
    runs = [
        start("dev", one, variables=bare(PYTHONHASHSEED="1", TZ="UTC", USER="ann")),
        start(
            "dev",
            two,
            variables=bare(PYTHONHASHSEED="2", TZ="Asia/Tokyo", USER="bob"),
            cwd=tmp_path,
        ),
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
    run = start("dev", tmp_path / "out", {"training.epochs": "many"}, variables=bare())
    _, shown = run.communicate()
    assert run.returncode == 1
    assert shown == "training.epochs=many is refused: input should be a valid integer\n"
    assert not list((tmp_path / "out").glob("*.template.json"))
