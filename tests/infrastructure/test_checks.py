"""CDK's validation, cdk-nag's packs, cfn-lint and checkov find nothing that has no reason."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks, NIST80053R5Checks, ServerlessChecks

from app import ROOT, compose
from scripts.synthesis import STACKS, context
from stacks.context import read_settings
from stacks.shared_reasons import AT_DEPLOYMENT
from tests.infrastructure.assembly import Assembly

SERVING_IMAGE_AGE = "Annotation::sentiment:servingImageAge"
# checkov stands in a virtual environment of its own: it pins what ours cannot have.
CHECKOV = Path(os.environ.get("CHECKOV", Path(sys.prefix) / "checkov" / "bin" / "checkov"))

SPOT_CLUSTER = {"training.use_spot": "true", "training.instance_count": "2"}
PRIVATE = {
    "network.subnet_ids": "subnet-0123456789abcdef0",
    "network.security_group_ids": "sg-0123456789abcdef0",
    "api.access": "iam",
}
BARE = {
    "api.web_acl": "false",
    "api.tracing": "false",
    "site.access_logs": "false",
    "security.customer_managed_keys": "false",
}
VARIANTS: list[tuple[str, dict[str, str]]] = [
    ("dev", {}), ("dev", SPOT_CLUSTER), ("dev", BARE), ("prod", {}), ("prod", PRIVATE), ("prod", BARE),
    ("prod", {"feedback.enabled": "true", "dataset.feedback": "2026-10"}),
]  # fmt: skip


def report(environment: str, overrides: dict[str, str], folder: Path) -> list[dict[str, Any]]:
    """Synthesize with every pack and return what each has found."""
    strict = {"@aws-cdk/core:validateAgainstDefaultRules": True}
    application = App(
        context={**context(environment, overrides), **strict},
        outdir=str(folder),
        analytics_reporting=False,
        builtin_cloud_formation_validation=True,
    )
    compose(application, read_settings(application.node.get_all_context()))
    Validations.of(application).add_plugins(
        AwsSolutionsChecks(application),
        NIST80053R5Checks(application),
        ServerlessChecks(application),
    )
    application.synth()  # raises when a rule is broken
    reports: list[dict[str, Any]] = json.loads((folder / "validation-report.json").read_text())[
        "pluginReports"
    ]
    return reports


def noted(template: dict[str, Any], tool: str, key: str) -> Iterator[tuple[str, str]]:
    """Yield logical id and rule of every reason in a template's metadata."""
    for logical_id, resource in template["Resources"].items():
        for entry in resource.get("Metadata", {}).get(tool, {}).get(key, []):
            assert len(entry.get("reason", entry.get("comment", ""))) > 20, (logical_id, entry)
            yield logical_id, entry["id"]


def test_no_reason_tells_of_a_deployment_where_callers_or_a_clock_start_it(
    assembly: Assembly,
) -> None:
    """The one reason that most functions share holds for none of these."""
    started_otherwise = (
        "PredictApiHandlerFunction",
        "RolloutProbeFunction",
        "ExpiryHandlerFunction",
    )
    for stack in STACKS:
        for name, resource in assembly.template(stack)["Resources"].items():
            if name.startswith(started_otherwise):
                assert AT_DEPLOYMENT not in json.dumps(resource["Metadata"]), name


def logical_id(folder: Path, path: str) -> str:
    """Return the logical id of the resource at a path of the construct tree."""
    stack = path.partition("/")[0]
    metadata = json.loads((folder / f"{stack}.metadata.json").read_text())
    entries = {key.removeprefix("/"): value for key, value in metadata.items()}
    (found,) = [one["data"] for one in entries[path] if one["type"] == "aws:cdk:logicalId"]
    return str(found)


@pytest.mark.parametrize(("environment", "overrides"), VARIANTS)
def test_no_rule_is_broken(environment: str, overrides: dict[str, str], tmp_path: Path) -> None:
    reports = report(environment, overrides, tmp_path)
    assert {one["pluginName"] for one in reports} >= {
        "AwsSolutions",
        "NIST.800.53.R5",
        "Serverless",
    }
    found = [violation["ruleName"] for one in reports for violation in one["violations"]]
    assert found == [SERVING_IMAGE_AGE]


@pytest.mark.parametrize(("environment", "overrides"), [("dev", {}), ("prod", {})])
def test_every_reason_is_needed_where_it_stands(
    environment: str, overrides: dict[str, str], tmp_path: Path
) -> None:
    """A reason that nothing asks for any more, or at another resource, must go."""
    needed = {
        (logical_id(tmp_path, construct["constructPath"]), violation["ruleName"])
        for one in report(environment, overrides, tmp_path)
        for violation in one.get("suppressedViolations", [])
        for construct in violation["violatingConstructs"]
    }
    given = {
        entry
        for stack in STACKS
        for entry in noted(
            json.loads((tmp_path / f"sentiment-{environment}-{stack}.template.json").read_text()),
            "cdk_nag",
            "rules_to_suppress",
        )
    }
    assert given == needed


def templates(assembly: Assembly) -> list[str]:
    return [
        str(assembly.folder / f"sentiment-{assembly.environment}-{stack}.template.json")
        for stack in STACKS
    ]


def test_cfn_lint_has_nothing_to_say(assembly: Assembly) -> None:
    # W3005: CDK spells out dependencies that references imply.
    program = str(Path(sys.executable).with_name("cfn-lint"))
    command = [program, "--ignore-checks", "W3005", "--", *templates(assembly)]
    lint = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (lint.returncode, lint.stdout) == (0, ""), lint.stdout + lint.stderr


@pytest.mark.skipif(not CHECKOV.exists(), reason="`make test` installs checkov into .venv/checkov")
def test_checkov_has_nothing_to_say(assembly: Assembly) -> None:
    options = ["--framework", "cloudformation", "--skip-download", "--output", "json"]
    command = [str(CHECKOV), *options, "--file", *templates(assembly)]
    check = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    results = json.loads(check.stdout)["results"]
    assert [(one["check_id"], one["resource"]) for one in results["failed_checks"]] == []
    assert results["parsing_errors"] == []
    skipped = {
        (one["resource"].rpartition(".")[2], one["check_id"]) for one in results["skipped_checks"]
    }
    given = {
        entry for stack in STACKS for entry in noted(assembly.template(stack), "checkov", "skip")
    }
    assert given == skipped
    assert len(results["passed_checks"]) > 100
