"""Private names of ministack that the emulator uses."""

from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import pytest

from local_aws.emulator import server
from local_aws.emulator.private_names import ChangedNameError, PrivateName
from local_aws.testing import free_port
from scripts import ROOT
from tests.local_aws.conftest import run_cli

NAMES: list[tuple[str, PrivateName]] = [
    (user.__name__, name) for user in server.USERS for name in user.PRIVATE_NAMES
]
DISTINCT = list({name[:2]: name for _, name in NAMES}.values())
SIGNATURES = [name for name in DISTINCT if "(" in name[2]]
PATCHES = sorted((ROOT / "local_aws/emulator/patches").glob("[!_]*.py"))


def label(name: PrivateName) -> str:
    return name[1]


def test_the_pinned_version_is_installed() -> None:
    pinned = (ROOT / "local_aws/pyproject.toml").read_text()
    assert f'"ministack=={version("ministack")}"' in pinned


def test_every_name_is_unchanged() -> None:
    server.check_ministack()


def test_every_patch_is_checked() -> None:
    checked = {user.__name__.rpartition(".")[2] for user in server.USERS}
    assert {file.stem for file in PATCHES} <= checked


def refused(module: ModuleType, name: str) -> str:
    """Return the error line for a changed name, which names a module that uses it."""
    with pytest.raises(ChangedNameError) as refusal:
        server.check_ministack()
    message = str(refusal.value)
    user, _, rest = message.partition(" needs ")
    assert user in {each for each, used in NAMES if used[:2] == (module, name)}
    assert rest.startswith(f"{module.__name__}.{name} to be ")
    assert f"; in ministack {version('ministack')} it is " in rest
    assert "\n" not in message
    return message


@pytest.mark.parametrize("name", DISTINCT, ids=label)
def test_a_missing_name_is_refused(name: PrivateName, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(name[0], name[1])
    assert refused(*name[:2]).endswith("it is missing")


@pytest.mark.parametrize("name", SIGNATURES, ids=label)
def test_a_changed_signature_is_refused(name: PrivateName, monkeypatch: pytest.MonkeyPatch) -> None:
    def changed(request: object, *, strict: bool = False) -> None:
        """Take other parameters than ministack does."""

    monkeypatch.setattr(name[0], name[1], changed)
    assert refused(*name[:2]).endswith("it is (request, *, strict=False)")


def test_up_refuses_a_changed_ministack_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "from ministack.services import cloudfront\n"
        "cloudfront._origin_connect_target = lambda origin: origin\n"
    )
    state = tmp_path / "state"
    up = run_cli("up", "--port", str(free_port()), "--state", str(state), PYTHONPATH=str(tmp_path))
    assert up.returncode == 1
    assert up.stderr == (
        "local_aws: the emulator did not start: local_aws.emulator.patches.cloudfront needs "
        "ministack.services.cloudfront._origin_connect_target to be (origin, viewer_is_https); "
        f"in ministack {version('ministack')} it is (origin) (log: {state / 'emulator.log'})\n"
    )
