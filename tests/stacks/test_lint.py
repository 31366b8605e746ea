"""Every finding of cfn-lint and checkov has a reason in the template's metadata."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from scripts import ROOT
from scripts.synthesis import STACKS
from stacks.building_blocks.reasons import CHECKOV as CHECKOV_RULE
from stacks.building_blocks.reasons import LINT as LINT_RULE
from tests.stacks.assembly import Assembly
from tests.stacks.reasons import of_resources, of_types, types

LINT = str(Path(sys.executable).with_name("cfn-lint"))
# checkov has its own virtual environment, because its pinned packages conflict with ours.
CHECKOV = Path(os.environ.get("CHECKOV", Path(sys.prefix) / "checkov" / "bin" / "checkov"))

Finding = tuple[str, str, str]


def template_file(assembly: Assembly, stack: str) -> Path:
    return assembly.folder / f"sentiment-{assembly.environment}-{stack}.template.json"


def by_type(found: Iterable[Finding], assemblies: Iterable[Assembly]) -> set[Finding]:
    """Return template, resource type and rule of each finding."""
    templates = {
        template_file(one, stack).name: one.template(stack)
        for one in assemblies
        for stack in STACKS
    }
    return {
        (file, *one)
        for file, *entry in found
        for one in types(templates[file], {(entry[0], entry[1])})
    }


def test_cfn_lints_findings_are_those_with_reasons(
    dev: Assembly, prod: Assembly, tmp_path: Path
) -> None:
    given: set[Finding] = set()
    for assembly in (dev, prod):
        for stack in STACKS:
            file, template = template_file(assembly, stack), assembly.template(stack)
            given |= {
                (file.name, *one) for one in of_types(template) if LINT_RULE.fullmatch(one[1])
            }
            bare = {key: part for key, part in template.items() if key != "Metadata"}
            (tmp_path / file.name).write_text(json.dumps(bare))
    files = sorted(map(str, tmp_path.iterdir()))
    command = [LINT, "--format", "json", "--", *files]
    lint = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    found = {
        (Path(one["Filename"]).name, one["Location"]["Path"][1], one["Rule"]["Id"])
        for one in json.loads(lint.stdout)
    }
    assert by_type(found, (dev, prod)) == given


def test_cfn_lint_honours_the_reasons(dev: Assembly) -> None:
    """The smallest template suffices, since its findings without reasons are known."""
    command = [LINT, "--", str(template_file(dev, "storage"))]
    lint = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (lint.returncode, lint.stdout) == (0, ""), lint.stdout + lint.stderr


@pytest.mark.skipif(not CHECKOV.exists(), reason="`make test` installs checkov into .venv/checkov")
def test_checkovs_findings_are_those_with_reasons(dev: Assembly, prod: Assembly) -> None:
    files = [str(template_file(one, stack)) for one in (dev, prod) for stack in STACKS]
    options = ["--framework", "cloudformation", "--skip-download", "--output", "json"]
    command = [str(CHECKOV), *options, "--file", *files]
    check = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    results = json.loads(check.stdout)["results"]
    assert results["parsing_errors"] == []
    skipped, failed = (
        {
            (Path(one["file_abs_path"]).name, one["resource"].rpartition(".")[2], one["check_id"])
            for one in results[kind]
        }
        for kind in ("skipped_checks", "failed_checks")
    )
    own: set[Finding] = set()
    given: set[Finding] = set()
    for assembly in (dev, prod):
        for stack in STACKS:
            file, template = template_file(assembly, stack).name, assembly.template(stack)
            own |= {(file, *one) for one in of_resources(template, "checkov", "skip")}
            given |= {(file, *one) for one in of_types(template) if CHECKOV_RULE.fullmatch(one[1])}
    assert skipped == own
    # checkov ignores a template's own metadata, so each finding needs a reason there.
    assert by_type(failed, (dev, prod)) == given
    assert len(results["passed_checks"]) > 200
