"""The bill of materials names every locked package, meets CycloneDX's schema and never varies."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts import ROOT
from scripts.supply_chain.locks import locked
from tests.proof.supply_chain.test_locks import SECTION
from tests.proof.table import ProofTable

SUPPLY = Path(sys.prefix) / "supply" / "bin" / "python"
FILE = ROOT / "test-artifacts" / "sbom.cdx.json"

pytestmark = pytest.mark.skipif(
    not SUPPLY.exists(), reason="there is no .venv/supply; `make test` creates it"
)


def write(file: Path, seed: str) -> Any:
    subprocess.run(
        [SUPPLY, "-m", "scripts.supply_chain.sbom", file],
        cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed}, check=True,
    )  # fmt: skip
    return json.loads(file.read_text("utf-8"))


def test_it_names_every_locked_package(proof_table: ProofTable) -> None:
    bill = write(FILE, "1")
    components = {component["purl"]: component for component in bill["components"]}
    due = {
        f"pkg:{package.ecosystem}/{package.name.replace('@', '%40')}@{package.version}": hashes
        for package, _, hashes, *_ in locked()
        if hashes or package.name == "torch"
    }
    assert components.keys() == due.keys()
    for url, component in components.items():
        assert component["licenses"], url
        digests = {entry["content"] for entry in component.get("hashes", [])}
        assert digests == {*due[url]}, url
    deployed = {c["name"] for c in components.values() if c["scope"] == "required"}
    assert {"aws-cdk", "aws-cdk-lib", "botocore", "nltk"} <= deployed
    assert deployed.isdisjoint({"pytest", "ministack", "axe-core"})
    needs = {edge["ref"]: edge.get("dependsOn", []) for edge in bill["dependencies"]}
    [library] = [url for url in components if url.startswith("pkg:pypi/aws-cdk-lib@")]
    assert [url for url in needs[library] if url.startswith("pkg:pypi/jsii@")]
    proof_table.add(
        SECTION,
        f"the bill of materials (CycloneDX {bill['specVersion']}) that `make sbom` writes from the locks",
        f"meets the schema, names all {len(components)} packages with hashes, licence and what needs them",
    )


@pytest.mark.slow
def test_the_same_locks_give_the_same_bytes(tmp_path: Path) -> None:
    bills = [tmp_path / seed for seed in ("2", "3")]
    for bill in bills:
        assert write(bill, bill.name).keys().isdisjoint({"serialNumber"})
    assert bills[0].read_bytes() == bills[1].read_bytes()
    assert b"timestamp" not in bills[0].read_bytes()
