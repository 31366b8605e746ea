"""Every finding of CDK's validation and of cdk-nag's packs has a reason."""

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import jsii
import pytest
from aws_cdk import (
    Acknowledgment,
    App,
    CfnResource,
    IPolicyValidationContext,
    IPolicyValidationPlugin,
    PolicyValidationPluginReport,
    Stack,
    Validations,
)
from cdk_nag import AwsSolutionsChecks, NIST80053R5Checks, ServerlessChecks

from app import compose
from scripts.synthesis import STACKS, context
from stacks.building_blocks.python_function import RUNTIME
from stacks.building_blocks.reasons import BY_TYPE, CONCURRENCY_RULES, DLQ_RULES, TRACING_RULE
from stacks.settings.load import read_settings
from tests.stacks.assembly import Assembly
from tests.stacks.reasons import of_resources, of_types, types

SERVING_IMAGE_AGE = "Annotation::sentiment:servingImageAge"
NO_ADDRESS = "Annotation::sentiment:alarmsReachNobody"
SPOT_CLUSTER = {"training.use_spot": "true", "training.instance_count": "2"}
PRIVATE = {
    "network.subnet_ids": "subnet-0123456789abcdef0",
    "network.security_group_ids": "sg-0123456789abcdef0",
    "api.access": "iam",
}
FEEDBACK = {"feedback.enabled": "true", "dataset.feedback": "2026-10"}
OPERATED = {
    "retraining.schedule": "cron(0 4 2 * ? *)",
    "feedback.enabled": "true",
    "operations.drift": "true",
    "model.register": "true",
    "rollout.challenger": "better",
}
BARE = {
    "api.web_acl": "false",
    "api.tracing": "false",
    "site.access_logs": "false",
    "security.customer_managed_keys": "false",
}
VARIANTS: list[tuple[str, dict[str, str]]] = [
    ("dev", {}), ("dev", {"endpoint.expires_after_hours": "12", **SPOT_CLUSTER}), ("dev", BARE),
    ("prod", {}), ("prod", {**PRIVATE, **FEEDBACK}), ("prod", OPERATED),
    ("prod", BARE),
]  # fmt: skip


NAG = re.compile(r"(AwsSolutions|NIST\.800\.53\.R5|Serverless)-")
CALLED = ("PredictApiHandlerFunction",)
SCHEDULED = ("RolloutProbeFunction", "ExpiryHandlerFunction")


@jsii.implements(IPolicyValidationPlugin)
class Acknowledgements:
    """Acknowledges every rule with a reason in a template's metadata.

    CDK's validation does not read metadata. Plugins run when the stacks are complete.
    """

    def __init__(self, app: App) -> None:
        """Acknowledge findings in an application's stacks."""
        self.app = app

    @property
    def name(self) -> str:
        """The plugin's name in the report."""
        return "Acknowledgements"

    @property
    def version(self) -> str | None:
        """The plugin has no version."""
        return None

    @property
    def rule_ids(self) -> list[str] | None:
        """The plugin has no rules."""
        return None

    def validate(self, _context: IPolicyValidationContext) -> PolicyValidationPluginReport:
        """Acknowledge the reasons; report nothing."""
        for stack in self.app.node.children:
            if not isinstance(stack, Stack):
                continue
            by_type = (stack.template_options.metadata or {})[BY_TYPE]
            for construct in stack.node.find_all():
                if isinstance(construct, CfnResource):
                    acknowledge(construct, by_type.get(construct.cfn_resource_type, {}))
        return PolicyValidationPluginReport(success=True, violations=[])


def acknowledge(resource: CfnResource, by_type: dict[str, str]) -> None:
    """Acknowledge cdk-nag's rules with a reason for the resource or its type."""
    reasons = {rule: why for rule, why in by_type.items() if NAG.match(rule)}
    for entry in (resource.get_metadata("cdk_nag") or {}).get("rules_to_suppress", ()):
        reasons[entry["id"]] = entry["reason"]
    entries = [
        Acknowledgment(id=f"{NAG.match(rule)[1]}::{rule}", reason=why)  # type: ignore[index]
        for rule, why in reasons.items()
    ]
    Validations.of(resource).acknowledge(*entries)


def synthesize_strictly(
    environment: str, overrides: dict[str, str], folder: Path
) -> list[dict[str, Any]]:
    """Synthesize with every pack and return each one's findings."""
    strict = {"@aws-cdk/core:validateAgainstDefaultRules": True}
    application = App(
        context={**context(environment, overrides), **strict},
        outdir=str(folder),
        analytics_reporting=False,
        builtin_cloud_formation_validation=True,
    )
    compose(application, read_settings(application.node.get_all_context()))
    Validations.of(application).add_plugins(
        Acknowledgements(application),
        AwsSolutionsChecks(application),
        NIST80053R5Checks(application),
        ServerlessChecks(application),
    )
    application.synth()  # raises when a rule is broken
    reports: list[dict[str, Any]] = json.loads((folder / "validation-report.json").read_text())[
        "pluginReports"
    ]
    return reports


def logical_id(folder: Path, path: str) -> str:
    """Return the logical id of the resource at a path of the construct tree."""
    stack = path.partition("/")[0]
    metadata = json.loads((folder / f"{stack}.metadata.json").read_text())
    entries = {key.removeprefix("/"): value for key, value in metadata.items()}
    (found,) = [one["data"] for one in entries[path] if one["type"] == "aws:cdk:logicalId"]
    return str(found)


class Report:
    """The packs' findings in one environment, and the folder of its templates."""

    def __init__(self, folder: Path, environment: str, overrides: dict[str, str]) -> None:
        """Synthesize the environment."""
        self.folder, self.environment = folder, environment
        self.packs = synthesize_strictly(environment, overrides, folder)

    def template(self, stack: str) -> dict[str, Any]:
        """Return the template of a stack."""
        file = self.folder / f"sentiment-{self.environment}-{stack}.template.json"
        template: dict[str, Any] = json.loads(file.read_text())
        return template


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Report]:
    """Return the report on each variant, synthesized once."""
    return cache(lambda number: Report(tmp_path_factory.mktemp("strict"), *VARIANTS[number]))


@pytest.mark.parametrize(
    "number",
    range(len(VARIANTS)),
    ids=[f"{one[0]}-{number}" for number, one in enumerate(VARIANTS)],
)
def test_no_rule_is_violated(report: Callable[[int], Report], number: int) -> None:
    packs = report(number).packs
    assert {one["pluginName"] for one in packs} >= {"AwsSolutions", "NIST.800.53.R5", "Serverless"}
    found = [violation["ruleName"] for one in packs for violation in one["violations"]]
    # cdk.json has no address for alarms: each owner sets their own.
    expected = {SERVING_IMAGE_AGE} | ({NO_ADDRESS} if VARIANTS[number][0] == "prod" else set())
    assert sorted(found) == sorted(expected)


def suppressed(found: Report) -> dict[str, set[tuple[str, str]]]:
    """Return logical id and rule of the packs' findings, by stack."""
    needed: dict[str, set[tuple[str, str]]] = {stack: set() for stack in STACKS}
    for one in found.packs:
        for violation in one.get("suppressedViolations", []):
            for construct in violation["violatingConstructs"]:
                stack = construct["constructPath"].partition("/")[0].rpartition("-")[2]
                entry = logical_id(found.folder, construct["constructPath"])
                needed[stack].add((entry, violation["ruleName"]))
    assert all(needed.values())
    return needed


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_every_reason_is_needed(report: Callable[[int], Report], environment: str) -> None:
    """Reasons without a finding, or on the wrong resource, must be removed."""
    found = report(VARIANTS.index((environment, {})))
    for stack, needed in suppressed(found).items():
        template = found.template(stack)
        own = of_resources(template, "cdk_nag", "rules_to_suppress")
        assert own - needed == set()
        given = {(kind, rule) for kind, rule in of_types(template) if NAG.match(rule)}
        assert types(template, needed - own) == given


@pytest.mark.parametrize("number", range(len(VARIANTS)))
def test_functions_outside_the_deployment_have_separate_reasons(
    report: Callable[[int], Report], number: int
) -> None:
    """The shared reasons of the deployment's functions do not apply to these."""
    found = report(number)
    for stack, needed in suppressed(found).items():
        own = of_resources(found.template(stack), "cdk_nag", "rules_to_suppress")
        for name, rule in needed - own:
            if name.startswith((*CALLED, *SCHEDULED)):
                assert rule not in {*CONCURRENCY_RULES, TRACING_RULE}, name
            if name.startswith(SCHEDULED):
                assert rule not in DLQ_RULES, name


def test_only_cdk_functions_omit_memory_or_use_an_older_python(assembly: Assembly) -> None:
    """The reasons for these rules apply to a whole type, so they would hide others."""
    for name, function in assembly.every("AWS::Lambda::Function").items():
        properties = function["Properties"]
        assert "MemorySize" in properties or properties["Handler"].startswith("framework."), name
        if properties["Runtime"].startswith("python") and "CDKBucketDeployment" not in name:
            assert properties["Runtime"] == RUNTIME.name, name
