"""The pipeline: pinned actions, no stored keys, and an approval before prod."""

import re
import tomllib
from typing import Any

import pytest
import yaml

from scripts import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
USES = re.compile(r"^\s*(?:- )?uses: (\S+)(.*)$", re.MULTILINE)


def load(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ROOT / ".github/workflows" / name).read_text())
    return content


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_actions_are_pinned_by_commit_and_say_their_version(file: Any) -> None:
    found = USES.findall(file.read_text())
    assert found
    for action, comment in found:
        if action.startswith("./"):
            continue
        assert re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", action), action
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), (action, comment)


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_nothing_is_allowed_that_a_job_does_not_ask_for(file: Any) -> None:
    assert load(file.name)["permissions"] == {"contents": "read"}
    assert "secrets." not in file.read_text()
    # Text from outside becomes a variable of the environment, never a part of a command.
    commands = [
        step["run"]
        for job in load(file.name)["jobs"].values()
        for step in job.get("steps", [])
        if "run" in step
    ]
    assert commands
    assert not any("${{" in command for command in commands)


def test_aws_is_reached_by_a_role_of_the_environment() -> None:
    (job,) = load("deploy.yml")["jobs"].values()
    assert job["environment"] == "${{ inputs.environment }}"
    assert job["permissions"]["id-token"] == "write"
    (credentials,) = [
        step["with"] for step in job["steps"] if "configure-aws-credentials" in step.get("uses", "")
    ]
    assert set(credentials) == {"role-to-assume", "aws-region", "role-duration-seconds"}
    # The role's keys must not end before the job, of which training alone may take an hour.
    assert credentials["role-duration-seconds"] == job["timeout-minutes"] * 60 > 2 * 3600


def test_prod_comes_after_tests_dev_and_the_summary() -> None:
    jobs = load("pipeline.yml")["jobs"]
    assert jobs["dev"]["needs"] == "test"
    assert jobs["prod-diff"]["needs"] == "dev"
    assert jobs["prod"]["needs"] == "prod-diff"
    assert "refs/heads/main" in jobs["dev"]["if"]
    assert "environment" not in jobs["prod-diff"]  # it must not wait for the approval it is for


def test_every_command_is_a_target_of_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = "".join(file.read_text() for file in WORKFLOWS)
    called = set(re.findall(r"\bmake (?:--silent )?([a-z-]+)", text))
    assert called == {"deploy", "diff", "test"}
    assert called <= targets


def test_a_command_before_a_pipe_can_fail() -> None:
    """GitHub's default shell looks at the last command alone; a named bash looks at all."""
    assert load("pipeline.yml")["defaults"] == {"run": {"shell": "bash"}}


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_it_runs_the_python_that_the_types_are_checked_for(file: Any) -> None:
    checked = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["python_version"]
    versions = {
        step["with"]["python-version"]
        for job in load(file.name)["jobs"].values()
        for step in job.get("steps", [])
        if "python-version" in step.get("with", {})
    }
    assert versions == {checked}
