"""The list of licences is complete, and all of them are accepted."""

import sys
from pathlib import Path
from venv import EnvBuilder

import pytest

from scripts.supply_chain.licences import (
    PIP_LICENSES,
    installed,
    licence,
    listed,
    named,
    refused,
)
from scripts.supply_chain.locks import Package, locked
from tests.proof.supply_chain.test_locks import SECTION
from tests.proof.table import ProofTable

needs_supply = pytest.mark.skipif(
    not PIP_LICENSES.exists(), reason="there is no .venv/supply; `make test` creates it"
)


def test_the_list_is_complete_and_accepted(proof_table: ProofTable) -> None:
    found = listed()
    assert set(found) == {entry.package for entry in locked()}, "run `make licences`"
    assert {package: text for package, text in found.items() if refused(text)} == {}
    proof_table.add(
        SECTION,
        f"[the licences](licences.md) of {len(found)} packages",
        f"all listed, {len(set(found.values()))} kinds, all accepted; AGPL, GPL and unknown licences are refused",
    )


@needs_supply
def test_the_list_agrees_with_the_installed_packages() -> None:
    found = listed()
    here = {
        package: licence(package.name, text)
        for package, text in installed(Path(sys.executable)).items()
    }
    both = here.keys() & found.keys()
    assert len(both) > 100
    assert {p: (here[p], found[p]) for p in both if here[p] != found[p]} == {}


@pytest.mark.parametrize(
    ("expression", "parts"),
    [
        ("MIT", []),
        ("Apache-2.0 WITH LLVM-exception AND (BSD-3-Clause OR MIT)", []),
        ("AGPL-3.0-only", ["AGPL-3.0-only"]),
        ("MIT AND AGPL-3.0-or-later", ["AGPL-3.0-or-later"]),
        ("(MIT OR GPL-2.0-only) AND Zlib", ["GPL-2.0-only"]),
        ("SSPL-1.0", ["SSPL-1.0"]),
        ("CC-BY-NC-SA-4.0", ["CC-BY-NC-SA-4.0"]),
        ("Other/Proprietary License", ["Other/Proprietary License"]),
        ("", [""]),
    ],
)
def test_refused_licences(expression: str, parts: list[str]) -> None:
    assert refused(expression) == parts


@pytest.mark.parametrize(
    ("expression", "text", "classifiers", "spdx"),
    [
        ("MIT", "something else", "UNKNOWN", "MIT"),
        ("UNKNOWN", "Apache License 2.0", "UNKNOWN", "Apache-2.0"),
        ("UNKNOWN", "UNKNOWN", "MIT License", "MIT"),
        ("UNKNOWN", "AGPL-3.0-only", "MIT License", "AGPL-3.0-only"),
        ("UNKNOWN", "UNKNOWN", "UNKNOWN", ""),
        ("UNKNOWN", "GNU AGPL\nand its text", "UNKNOWN", "GNU AGPL"),
    ],
)
def test_the_licence_in_metadata(expression: str, text: str, classifiers: str, spdx: str) -> None:
    entry = {
        "License-Expression": expression,
        "License-Metadata": text,
        "License-Classifier": classifiers,
    }
    assert licence("some-package", named(entry)) == spdx


@needs_supply
def test_pip_licenses_reads_every_environment(tmp_path: Path) -> None:
    EnvBuilder().create(tmp_path)
    python = tmp_path / "bin" / "python"
    (site,) = tmp_path.glob("lib/python*/site-packages")
    folder = site / "some_package-1.0.dist-info"
    folder.mkdir()
    head = "Metadata-Version: 2.4\nName: Some.Package\nVersion: 1.0+cpu\n"
    (folder / "METADATA").write_text(f"{head}License: AGPL-3.0-only\n", "utf-8")
    assert installed(python) == {Package("pypi", "some-package", "1.0"): "AGPL-3.0-only"}
