"""cfn-lint and checkov find nothing that has no reason in the template's metadata."""

import json
import os
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import pytest

from scripts import ROOT
from scripts.synthesis import STACKS
from tests.stacks.assembly import Assembly
from tests.stacks.reasons import noted

LINT = str(Path(sys.executable).with_name("cfn-lint"))
# checkov stands in a virtual environment of its own: it pins what ours cannot have.
CHECKOV = Path(os.environ.get("CHECKOV", Path(sys.prefix) / "checkov" / "bin" / "checkov"))

Finding = tuple[str, str, str]


def template_file(assembly: Assembly, stack: str) -> Path:
    return assembly.folder / f"sentiment-{assembly.environment}-{stack}.template.json"


def test_cfn_lint_finds_what_has_a_reason_and_nothing_else(
    dev: Assembly, prod: Assembly, tmp_path: Path
) -> None:
    given: set[Finding] = set()
    for assembly in (dev, prod):
        for stack in STACKS:
            file, bare = template_file(assembly, stack), deepcopy(assembly.template(stack))
            for name, resource in bare["Resources"].items():
                reasons = resource.get("Metadata", {}).pop("cfn-lint", {"reasons": {}})["reasons"]
                assert all(len(why) > 20 for why in reasons.values()), name
                given |= {(file.name, name, rule) for rule in reasons}
            (tmp_path / file.name).write_text(json.dumps(bare))
    files = sorted(map(str, tmp_path.iterdir()))
    command = [LINT, "--format", "json", "--", *files]
    lint = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    found = {
        (Path(one["Filename"]).name, one["Location"]["Path"][1], one["Rule"]["Id"])
        for one in json.loads(lint.stdout)
    }
    assert found == given


def test_cfn_lint_takes_the_reasons(dev: Assembly) -> None:
    """The smallest template stands for all: what it finds there without them is known."""
    command = [LINT, "--", str(template_file(dev, "storage"))]
    lint = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (lint.returncode, lint.stdout) == (0, ""), lint.stdout + lint.stderr


@pytest.mark.skipif(not CHECKOV.exists(), reason="`make test` installs checkov into .venv/checkov")
def test_checkov_finds_what_has_a_reason_and_nothing_else(dev: Assembly, prod: Assembly) -> None:
    files = [str(template_file(one, stack)) for one in (dev, prod) for stack in STACKS]
    options = ["--framework", "cloudformation", "--skip-download", "--output", "json"]
    command = [str(CHECKOV), *options, "--file", *files]
    check = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    results = json.loads(check.stdout)["results"]
    assert [(one["check_id"], one["resource"]) for one in results["failed_checks"]] == []
    assert results["parsing_errors"] == []
    skipped = {
        (Path(one["file_abs_path"]).name, one["resource"].rpartition(".")[2], one["check_id"])
        for one in results["skipped_checks"]
    }
    given = {
        (template_file(assembly, stack).name, *entry)
        for assembly in (dev, prod)
        for stack in STACKS
        for entry in noted(assembly.template(stack), "checkov", "skip")
    }
    assert given == skipped
    assert len(results["passed_checks"]) > 200
