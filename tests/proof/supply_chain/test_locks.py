"""Every dependency is locked with hashes, and one command renews all locks."""

import json
import re

from scripts import ROOT
from scripts.set_up import ENVIRONMENTS
from scripts.supply_chain.locks import NPM_LOCK, locked
from tests.proof.table import ProofTable

SECTION = "Supply chain"
LOCKS = [
    "requirements",
    *sorted(f"requirements/{path.stem}" for path in ROOT.glob("requirements/*.in")),
]
# A host that serves packages, between :// and the next slash.
REGISTRY = re.compile(r"://[^/\s]*(?:pypi|pythonhosted|npmjs|simple|artifact|mirror|nexus)[^/\s]*")


def test_every_package_has_hashes(proof_table: ProofTable) -> None:
    entries = [entry for entry in locked() if entry.lock != "Makefile"]
    without = [entry for entry in entries if not entry.hashes]
    # The toolkits install these in images that have other packages: decision 6.
    assert {entry.lock for entry in without} <= {
        "model_code/requirements.txt",
        "model_code/requirements-lstm.txt",
    }
    hashed = {entry.package for entry in entries if entry.hashes}
    assert [entry for entry in without if entry.package not in hashed] == []
    locks = {entry.lock for entry in entries} - {entry.lock for entry in without}
    proof_table.add(
        SECTION,
        f"the {len(locks)} locks of Python and npm packages",
        f"all {len(hashed)} packages are pinned to a version, with hashes; the packages that a training installs "
        "on AWS are pinned to versions among them",
    )


def test_the_reader_of_locks_sees_every_line() -> None:
    for stem in LOCKS:
        text = (ROOT / f"{stem}.txt").read_text("utf-8")
        lines = [line for line in text.splitlines() if line and line[0] not in " #"]
        read = [entry for entry in locked() if entry.lock == f"{stem}.txt"]
        assert len(read) == len(lines) > 0
        assert sum(len(entry.hashes) for entry in read) == text.count("--hash=")
    npm = json.loads((ROOT / NPM_LOCK).read_text("utf-8"))["packages"]
    assert len([entry for entry in locked() if entry.package.ecosystem == "npm"]) == len(npm) - 1


def test_one_command_renews_every_lock() -> None:
    recipe = re.search(
        r"^lock:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE
    )
    assert recipe
    renewed = re.search(r"for file in (.+); do", recipe[1])
    assert renewed
    assert sorted(renewed[1].split()) == LOCKS
    assert "--upgrade" in recipe[1]
    assert "--generate-hashes" in recipe[1]
    assert "npm update --package-lock-only" in recipe[1]


def test_nothing_is_installed_from_a_lock_without_its_hashes() -> None:
    assert {environment.lock for environment in ENVIRONMENTS.values()} == {
        f"{stem}.txt" for stem in LOCKS
    }
    text = (ROOT / "scripts" / "set_up.py").read_text("utf-8")
    [install] = re.findall(r'_pip\(.*"--requirement".*\)', text)
    assert '"--require-hashes"' in install
    [npm] = re.findall(r'with_name\("npm"\)\), (".*?")', text)
    assert npm == '"ci"'
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert "pip install" not in makefile
    assert re.findall(r"\bnpm .*", makefile) == ["npm update --package-lock-only"]


def test_no_lock_names_a_registry() -> None:
    files = [*(ROOT / f"{stem}.txt" for stem in LOCKS), ROOT / NPM_LOCK, ROOT / ".npmrc"]
    assert [file.name for file in files if REGISTRY.search(file.read_text("utf-8"))] == []
