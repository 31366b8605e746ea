"""The set-up installs, repairs, resumes, and leaves complete environments alone."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from scripts import set_up
from scripts.set_up import Environment, SetUpError
from tests.support.emulator import AWKWARD

TORCH = "torch==1.2.3"
PACKAGE = "alpha-1.0.dist-info"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository in an awkwardly named folder, with one environment of one package."""
    folder = tmp_path / AWKWARD
    folder.mkdir()
    (folder / "lock.txt").write_text("alpha==1.0 --hash=sha256:0\n")
    (folder / "package-lock.json").write_text("{}")
    environment = Environment(".venv", "lock.txt", "alpha", ("alpha",))
    monkeypatch.setattr(set_up, "ROOT", folder)
    monkeypatch.setattr(set_up, "ENVIRONMENTS", {"small": environment})
    return folder


@pytest.fixture
def installs(root: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The arguments of a fake pip, which like pip installs alpha unless its metadata exists."""
    calls: list[tuple[str, ...]] = []

    def run(command: list[object], **_options: object) -> None:
        assert command[1:] == ["-m", "venv", "--clear", root / ".venv"]
        venv.EnvBuilder(symlinks=True, clear=True).create(root / ".venv")  # pip takes seconds
        (site(root) / "pip").mkdir()

    def pip(_folder: Path, *arguments: str, **_variables: str) -> None:
        calls.append(arguments)
        if not (site(root) / PACKAGE).exists():
            (site(root) / PACKAGE).mkdir()
            (site(root) / "alpha.py").write_text("")
            (site(root) / PACKAGE / "RECORD").write_text(f"alpha.py,,\n{PACKAGE}/RECORD,,\n")

    monkeypatch.setattr(set_up, "_run", run)
    monkeypatch.setattr(set_up, "_pip", pip)
    return calls


def site(root: Path) -> Path:
    return set_up.site_packages(root / ".venv")


def test_a_complete_environment_is_left_alone(
    installs: list[tuple[str, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    set_up.main("small")
    assert capsys.readouterr().out == "Set-up: alpha\n"
    set_up.main("small")
    assert len(installs) == 1
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("damage", ["file", "record", "package", "lock", "python", "stamp"])
def test_missing_or_outdated_packages_are_installed_again(
    root: Path, installs: list[tuple[str, ...]], damage: str
) -> None:
    set_up.main("small")
    match damage:
        case "file":
            (site(root) / "alpha.py").unlink()
        case "record":  # as left by a killed pip
            (site(root) / PACKAGE / "RECORD").unlink()
        case "package":
            (site(root) / PACKAGE).rename(root / "elsewhere")
        case "lock":
            (root / "lock.txt").write_text("alpha==1.0 --hash=sha256:1\n")
        case "python":
            python = root / ".venv" / "bin" / "python"
            python.unlink()
            python.symlink_to(root / "gone")
        case _:
            (root / ".venv" / ".small.json").write_text("{")
    set_up.main("small")
    assert len(installs) == 2
    assert (site(root) / "alpha.py").exists()
    assert (site(root) / PACKAGE / "RECORD").exists()
    assert os.access(root / ".venv" / "bin" / "python", os.X_OK)


def test_a_distribution_of_the_repository_is_installed_in_place(
    root: Path, installs: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = set_up.ENVIRONMENTS["small"]._replace(project="beta")
    monkeypatch.setitem(set_up.ENVIRONMENTS, "small", environment)
    metadata = root / "beta" / "pyproject.toml"
    metadata.parent.mkdir()
    for text in ("[project]", "[project]", "[project]\nname = 'beta'"):
        metadata.write_text(text)
        set_up.main("small")
    # With the lock's packages, and again after a change of its metadata
    in_place = ("--no-deps", "--no-build-isolation", "--editable", str(root / "beta"))
    assert [arguments == in_place for arguments in installs] == [False, True] * 2


def test_an_interrupted_set_up_is_resumed(
    root: Path, installs: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(set_up, "_import", interrupted)
        with pytest.raises(KeyboardInterrupt):
            set_up.main("small")
    set_up.main("small")
    assert len(installs) == 2
    assert (root / ".venv" / ".small.json").exists()


def test_a_failed_import_is_reported_in_one_line(
    root: Path, installs: list[tuple[str, ...]]
) -> None:
    set_up.main("small")
    (site(root) / "alpha.py").write_text("raise ImportError('libcudnn.so.9: no such file')\n")
    (root / ".venv" / ".small.json").unlink()
    with pytest.raises(SetUpError) as refused:
        set_up.main("small")
    assert str(refused.value) == (
        f"{root}/.venv was installed but cannot be used: ImportError: libcudnn.so.9: no such file"
    )
    assert not (root / ".venv" / ".small.json").exists()
    assert len(installs) == 2


@pytest.mark.parametrize("reachable", [True, False])
def test_pytorch_without_a_cpu_build_is_installed_with_its_libraries(
    reachable: bool,  # noqa: FBT001 - a column of the table
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    calls: list[tuple[str, ...]] = []

    def pip(_folder: Path, *arguments: str, quiet: bool = False) -> None:
        calls.append(arguments)
        if quiet and not reachable:
            raise SetUpError("no matching distribution")

    monkeypatch.setattr(set_up, "_pip", pip)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("TORCH_INDEX", raising=False)
    set_up.install_torch(tmp_path, TORCH)
    assert calls[0][0] == "--no-deps"
    assert calls[0][-1] == f"{TORCH}+cpu"
    assert calls[1:] == ([] if reachable else [(TORCH,)])
    said = capsys.readouterr().out
    assert (said == "") is reachable
    assert reachable or (said.count("\n") == 1 and "6 GB" in said)


def test_scripts_start_in_a_folder_with_blanks_and_quotes(tmp_path: Path) -> None:
    binaries = tmp_path / AWKWARD / "bin"
    binaries.mkdir(parents=True)
    (binaries / "python").symlink_to(sys.executable)
    script = binaries / "tool"
    body = "import sys\nprint(sys.argv[1:])\n"
    script.write_text(f"#!/bin/sh\n'''exec' \"{binaries}/python\" \"$0\" \"$@\"\n' '''\n{body}")
    script.chmod(0o755)
    broken = subprocess.run([script], capture_output=True, check=False)
    assert broken.returncode != 0
    set_up.repair_scripts(tmp_path / AWKWARD)
    done = subprocess.run([script, "a b"], capture_output=True, text=True, check=True)
    assert done.stdout == "['a b']\n"


def test_a_folder_that_path_cannot_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(set_up, "ROOT", Path("/home/a:b"))
    with pytest.raises(SetUpError, match=r"^/home/a:b has a ':' in its path"):
        set_up.main("python")


def test_an_old_python_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(set_up, "OLDEST", (99, 0))
    with pytest.raises(SetUpError, match=r"is needed, .* name another with PYTHON=\.\.\."):
        set_up.main("python")
