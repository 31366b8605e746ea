"""CDK's own validation, cdk-nag's AwsSolutions rules and cfn-lint find nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from app import compose
from stacks.context import read_settings
from tests.infrastructure.assembly import ROOT, STACKS, Assembly, context

SERVING_IMAGE_AGE = "Annotation::sentiment:servingImageAge"


SPOT_CLUSTER = {"training.use_spot": "true", "training.instance_count": "2"}


@pytest.mark.parametrize(
    ("environment", "overrides"), [("dev", {}), ("dev", SPOT_CLUSTER), ("prod", {})]
)
def test_no_rule_is_broken(environment: str, overrides: dict[str, str], tmp_path: Path) -> None:
    strict = {"@aws-cdk/core:validateAgainstDefaultRules": True}
    application = App(
        context={**context(environment, overrides), **strict},
        outdir=str(tmp_path),
        analytics_reporting=False,
        builtin_cloud_formation_validation=True,
    )
    compose(application, read_settings(application.node.get_all_context()))
    Validations.of(application).add_plugins(AwsSolutionsChecks(application))
    application.synth()  # raises when a rule is broken
    report = json.loads((tmp_path / "validation-report.json").read_text())
    found = [
        violation["ruleName"]
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
    ]
    assert found == [SERVING_IMAGE_AGE]


def test_cfn_lint_has_nothing_to_say(assembly: Assembly) -> None:
    templates = [
        str(assembly.folder / f"sentiment-{assembly.environment}-{stack}.template.json")
        for stack in STACKS
    ]
    # W3005: CDK spells out dependencies that references imply.
    program = str(Path(sys.executable).with_name("cfn-lint"))
    command = [program, "--ignore-checks", "W3005", "--", *templates]
    lint = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (lint.returncode, lint.stdout) == (0, ""), lint.stdout + lint.stderr
