"""The defects of ministack in docs/upstream, and their repairs in the embedded AWS."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_aws.environment import client_environment
from local_aws.testing import free_port
from local_aws.urls import send
from scripts import ROOT
from tests.local_aws.conftest import Emulator, emulator
from tests.support.waiting import until

__all__ = ["emulator"]
FOLDER = ROOT / "docs" / "upstream"
SCRIPTS = sorted(FOLDER.glob("*.py"))
REPAIR = re.compile(
    r"^Repaired by `(\w+)` in (local_aws/emulator/patches/\w+\.py)\.$", re.MULTILINE
)


@pytest.fixture(scope="module")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of ministack without our changes."""
    port = free_port()
    environment = {
        **client_environment(port), "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
    }  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-m", "ministack"], cwd=tmp_path_factory.mktemp("ministack"),
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        try:
            until(lambda: _serves(port))
            yield port
        finally:
            process.terminate()


def _serves(port: int) -> bool:
    try:
        return send(f"http://127.0.0.1:{port}/_ministack/health")[0] == 200
    except OSError:
        return False


def reproduced(script: Path, port: int) -> tuple[object, object]:
    """Run a reproduction; return the expected and the actual answer."""
    done = subprocess.run(
        [sys.executable, script], env=client_environment(port), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    return answer["expected"], answer["actual"]


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_ministack_has_the_defect(script: Path, ministack: int) -> None:
    expected, actual = reproduced(script, ministack)
    where = ast.get_docstring(ast.parse(script.read_text("utf-8"))).splitlines()[-1]  # type: ignore[union-attr]
    assert actual != expected, f"ministack has fixed it. {where} Remove both."


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_the_embedded_aws_repairs_the_defect(script: Path, emulator: Emulator) -> None:
    expected, actual = reproduced(script, emulator.port)
    assert actual == expected


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_each_defect_names_its_repair(script: Path) -> None:
    text = script.read_text("utf-8")
    found = REPAIR.search(text)
    assert found, script.name
    name, file = found.groups()
    assert re.search(rf"^(?:def|class) {name}\b", (ROOT / file).read_text("utf-8"), re.MULTILINE)
    title = text.removeprefix('"""').partition("\n")[0].removesuffix(".")
    assert f"| [{title}]({script.name}) | " in (FOLDER / "README.md").read_text("utf-8")
