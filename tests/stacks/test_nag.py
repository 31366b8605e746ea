"""CDK's validation and cdk-nag's packs find nothing that has no reason."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App
from cdk_nag import AwsSolutionsChecks, NIST80053R5Checks, ServerlessChecks

from app import compose
from scripts.synthesis import STACKS, context
from stacks.building_blocks.reasons import AT_DEPLOYMENT, add_packs
from stacks.settings.load import read_settings
from tests.stacks.assembly import Assembly
from tests.stacks.reasons import noted

SERVING_IMAGE_AGE = "Annotation::sentiment:servingImageAge"
NO_ADDRESS = "Annotation::sentiment:alarmsReachNobody"
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


def synthesize_strictly(
    environment: str, overrides: dict[str, str], folder: Path
) -> list[dict[str, Any]]:
    """Synthesize with every pack and return what each has found."""
    strict = {"@aws-cdk/core:validateAgainstDefaultRules": True}
    application = App(
        context={**context(environment, overrides), **strict},
        outdir=str(folder),
        analytics_reporting=False,
        builtin_cloud_formation_validation=True,
    )
    compose(application, read_settings(application.node.get_all_context()))
    add_packs(
        application,
        AwsSolutionsChecks(application),
        NIST80053R5Checks(application),
        ServerlessChecks(application),
    )
    application.synth()  # raises when a rule is broken
    reports: list[dict[str, Any]] = json.loads((folder / "validation-report.json").read_text())[
        "pluginReports"
    ]
    return reports


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


class Report:
    """What the packs found in one environment, and where it was synthesized."""

    def __init__(self, folder: Path, environment: str, overrides: dict[str, str]) -> None:
        """Synthesize."""
        self.folder, self.environment = folder, environment
        self.packs = synthesize_strictly(environment, overrides, folder)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Report]:
    """Return what reports on one of the variants; each is synthesized once."""
    return cache(lambda number: Report(tmp_path_factory.mktemp("strict"), *VARIANTS[number]))


@pytest.mark.parametrize(
    "number",
    range(len(VARIANTS)),
    ids=[f"{one[0]}-{number}" for number, one in enumerate(VARIANTS)],
)
def test_no_rule_is_broken(report: Callable[[int], Report], number: int) -> None:
    packs = report(number).packs
    assert {one["pluginName"] for one in packs} >= {"AwsSolutions", "NIST.800.53.R5", "Serverless"}
    found = [violation["ruleName"] for one in packs for violation in one["violations"]]
    # cdk.json names nobody who is to be told, which only its owner can.
    expected = {SERVING_IMAGE_AGE} | ({NO_ADDRESS} if VARIANTS[number][0] == "prod" else set())
    assert sorted(found) == sorted(expected)


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_every_reason_is_needed_where_it_stands(
    report: Callable[[int], Report], environment: str
) -> None:
    """A reason that nothing asks for any more, or at another resource, must go."""
    found = report(VARIANTS.index((environment, {})))
    needed = {
        (logical_id(found.folder, construct["constructPath"]), violation["ruleName"])
        for one in found.packs
        for violation in one.get("suppressedViolations", [])
        for construct in violation["violatingConstructs"]
    }
    given = {
        entry
        for stack in STACKS
        for entry in noted(
            json.loads(
                (found.folder / f"sentiment-{environment}-{stack}.template.json").read_text()
            ),
            "cdk_nag",
            "rules_to_suppress",
        )
    }
    assert given == needed
