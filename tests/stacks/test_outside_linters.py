"""Findings of linters for policies (parliament) and state machines (statelint)."""

import json
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from statelint.linter import Linter

from scripts.synthesis import STACKS
from tests.stacks.assembly import Assembly
from tests.stacks.literals import literal

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # parliament finds its data through pkg_resources
    from parliament import analyze_policy_string

# CDK writes the number 1, which is the same JSON number as 1.0.
WHOLE_RATE = "BackoffRate is 1 but should be a Float"


def policies(assembly: Assembly) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and the document of every policy of a role."""
    for stack in STACKS:
        resources = assembly.template(stack)["Resources"]
        for name, resource in resources.items():
            properties = resource.get("Properties", {})
            if resource["Type"] == "AWS::IAM::Role":
                for policy in properties.get("Policies", []):
                    document = literal(policy["PolicyDocument"], resources)
                    yield f"{stack}/{name}/{policy['PolicyName']}", document
            elif resource["Type"] == "AWS::IAM::Policy":
                yield f"{stack}/{name}", literal(properties["PolicyDocument"], resources)


def findings(document: dict[str, Any]) -> list[str]:
    """Return the linter's findings in a policy."""
    found = analyze_policy_string(json.dumps(document)).findings
    return [f"{one.issue} {one.detail}" for one in found]


def machines(assembly: Assembly) -> dict[str, dict[str, Any]]:
    """Return the definition of each state machine."""
    found = {}
    for name, resource in assembly.every("AWS::StepFunctions::StateMachine").items():
        stack = name.partition("/")[0]
        text = literal(
            resource["Properties"]["DefinitionString"], assembly.template(stack)["Resources"]
        )
        found[name] = json.loads(text)
    return found


def errors(machine: dict[str, Any]) -> list[str]:
    """Return the linter's errors in a state machine."""
    return [one for one in Linter.validate(machine) if not one.endswith(WHOLE_RATE)]


@pytest.mark.parametrize("settings", ["dev", "prod", "altered_dev", "altered_prod"])
def test_policies_of_roles_have_no_findings(request: pytest.FixtureRequest, settings: str) -> None:
    documents = dict(policies(request.getfixturevalue(settings)))
    assert len(documents) > 20
    found = {name: findings(document) for name, document in documents.items()}
    assert {name: which for name, which in found.items() if which} == {}


@pytest.mark.parametrize(
    ("change", "issue"),
    [
        ({"Action": "sagemaker:CreateTrainingJobs"}, "UNKNOWN_ACTION"),
        ({"Resource": "arn:aws:s3:::bucket/key"}, "RESOURCE_MISMATCH"),
        ({"Condition": {"StringEquals": {"s3:prefix": "a"}}}, "UNKNOWN_CONDITION_FOR_ACTION"),
    ],
)
def test_a_wrong_policy_has_a_finding(dev: Assembly, change: dict[str, Any], issue: str) -> None:
    (document,) = [
        one
        for name, one in policies(dev)
        if name.startswith("model/TrainingJobOnEventRole") and name.endswith("Work")
    ]
    (jobs,) = [one for one in document["Statement"] if one.get("Sid") == "RunJobs"]
    jobs |= change
    assert any(one.startswith(issue) for one in findings(document))


def test_state_machines_have_no_errors(assembly: Assembly) -> None:
    found = machines(assembly)
    assert len(found) == 2
    assert {name: errors(machine) for name, machine in found.items() if errors(machine)} == {}


def test_a_wrong_state_machine_has_errors(dev: Assembly) -> None:
    machine = next(iter(machines(dev).values()))
    del machine["States"]["framework-onTimeout-task"]
    assert any("framework-onTimeout-task" in one for one in errors(machine))
