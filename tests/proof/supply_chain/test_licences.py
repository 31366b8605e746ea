"""The list of licences is complete, and nothing of an unaccepted kind is on it."""

import sys
from pathlib import Path

import pytest

from scripts.supply_chain.licences import Package, Rules, listed
from scripts.supply_chain.locks import locked
from scripts.supply_chain.metadata import installed
from tests.proof.supply_chain.test_locks import SECTION
from tests.proof.table import ProofTable

RULES = Rules.load()


def test_the_list_is_complete_and_accepted(proof_table: ProofTable) -> None:
    found = listed()
    assert set(found) == {Package(*entry[:3]) for entry in locked()}, "`make licences` renews it"
    assert {package: text for package, text in found.items() if RULES.refused(text)} == {}
    proof_table.add(
        SECTION,
        f"[the licences](licences.md) of {len(found)} packages",
        f"all listed, {len(set(found.values()))} kinds, each accepted; AGPL, GPL and unknown ones are refused",
    )


def test_the_list_says_what_the_installed_packages_say() -> None:
    found = listed()
    here = {
        Package("pypi", name, version): RULES.licence(name, said)
        for name, version, said in installed(Path(sys.prefix))
    }
    both = here.keys() & found.keys()
    assert len(both) > 100
    assert {p: (here[p], found[p]) for p in both if here[p] != found[p]} == {}


@pytest.mark.parametrize(
    ("expression", "refused"),
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
def test_what_is_refused(expression: str, refused: list[str]) -> None:
    assert RULES.refused(expression) == refused


@pytest.mark.parametrize(
    ("metadata", "licence"),
    [
        ("License-Expression: MIT\nLicense: something else", "MIT"),
        ("License: Apache License 2.0", "Apache-2.0"),
        ("License: UNKNOWN\nClassifier: License :: OSI Approved :: MIT License", "MIT"),
        (
            "License: AGPL-3.0-only\nClassifier: License :: OSI Approved :: MIT License",
            "AGPL-3.0-only",
        ),
        ("Classifier: License :: OSI Approved\nClassifier: Topic :: Text", ""),
        ("License: GNU AGPL", "GNU AGPL"),
    ],
)
def test_what_metadata_say(tmp_path: Path, metadata: str, licence: str) -> None:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    folder = tmp_path / "lib" / version / "site-packages" / "some_package-1.0.dist-info"
    folder.mkdir(parents=True)
    head = "Metadata-Version: 2.4\nName: Some.Package\nVersion: 1.0+cpu\n"
    (folder / "METADATA").write_text(head + metadata, "utf-8")
    [(name, number, said)] = installed(tmp_path)
    assert (name, number) == ("some-package", "1.0")
    assert RULES.licence(name, said) == licence
