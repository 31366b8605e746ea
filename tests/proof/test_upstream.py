"""The defects of ministack in docs/upstream, and their repairs in the embedded AWS."""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_aws.environment import ONLY_THIS_MACHINE, client_environment, without_aws
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
    environment = {**client_environment(port), **documented(port)[0]}
    with subprocess.Popen(
        [sys.executable, "-m", "ministack"], cwd=tmp_path_factory.mktemp("ministack"),
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        try:
            until(lambda: _serves(port))
            yield port
        finally:
            process.terminate()


def documented(port: int) -> tuple[dict[str, str], dict[str, str]]:
    """Return the variables that the README gives to ministack and to the scripts, with a port."""
    text = (FOLDER / "README.md").read_text("utf-8").replace("4599", str(port))
    block = re.search(r"```sh\n(.+?)```", text, re.DOTALL)
    assert block
    lines = block[1].splitlines()
    server, scripts = (dict(re.findall(r"([A-Z_]+)=(\S+)", line)) for line in lines[:2])
    return server, scripts


def _serves(port: int) -> bool:
    try:
        return send(f"http://127.0.0.1:{port}/_ministack/health")[0] == 200
    except OSError:
        return False


def reproduced(script: Path, port: int) -> tuple[object, object]:
    """Run a reproduction; return the expected and the actual answer."""
    done = subprocess.run(
        [sys.executable, script],
        env={**without_aws(os.environ), **ONLY_THIS_MACHINE, **documented(port)[1]},
        capture_output=True, text=True, check=False,
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


def test_the_documented_variables_are_enough() -> None:
    """boto3 reads AWS_DEFAULT_REGION; ministack's MQTT listener would bind every interface."""
    server, scripts = documented(4599)
    assert server == {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": "4599", "IOT_MTLS_ENABLED": "0"}
    subprocess.run(
        [sys.executable, "-c", "import boto3; boto3.client('cloudwatch')"],
        env={**without_aws(os.environ), **ONLY_THIS_MACHINE, **scripts}, check=True,
    )  # fmt: skip


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_each_defect_names_its_repair(script: Path) -> None:
    text = script.read_text("utf-8")
    found = REPAIR.search(text)
    assert found, script.name
    name, file = found.groups()
    assert re.search(rf"^(?:def|class) {name}\b", (ROOT / file).read_text("utf-8"), re.MULTILINE)
    title = text.removeprefix('"""').partition("\n")[0].removesuffix(".")
    assert f"| [{title}]({script.name}) | " in (FOLDER / "README.md").read_text("utf-8")
