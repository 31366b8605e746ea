"""The pipeline: pinned actions, no stored keys, and an approval before prod."""

import os
import re
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts import ROOT
from stacks.names import Names

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
USES = re.compile(r"^\s*(?:- )?uses: (\S+)(.*)$", re.MULTILINE)
SHELLS = {  # https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#defaultsrunshell
    None: ["bash", "-e", "-c"],
    "bash": ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c"],
}


def load(name: str) -> dict[Any, Any]:
    content: dict[Any, Any] = yaml.safe_load((ROOT / ".github/workflows" / name).read_text())
    return content


def steps_of(file: str, job: str) -> dict[str, Any]:
    """Return the steps of a job by their names, those without one by the action they use."""
    steps = load(file)["jobs"][job]["steps"]
    return {step.get("name") or step["uses"].partition("@")[0]: step for step in steps}


@dataclass(frozen=True)
class Checkout:
    """A clone of a repository of two commits, and a make that says how it was called."""

    folder: Path
    older: str
    newer: str

    def git(self, *arguments: str, folder: str = "clone") -> str:
        return subprocess.run(
            ["git", *arguments],
            cwd=self.folder / folder,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": f"{self.folder}:{os.environ['PATH']}",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"),
        }

    @property
    def summary(self) -> str:
        return (self.folder / "summary.md").read_text()

    def run(
        self, file: str, job: str, step: str, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a step's command as GitHub does."""
        shell = load(file).get("defaults", {}).get("run", {}).get("shell")
        return subprocess.run(
            [*SHELLS[shell], steps_of(file, job)[step]["run"]],
            cwd=self.folder / "clone",
            env=self.environment | variables,
            check=False,
            capture_output=True,
            text=True,
        )


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    (tmp_path / "make").write_text('#!/bin/sh\necho "make $*"\nexit "${FAILS:-0}"\n')
    (tmp_path / "make").chmod(0o755)
    (tmp_path / "origin").mkdir()
    empty = Checkout(tmp_path, "", "")
    empty.git("init", "--quiet", "--bare", folder="origin")
    empty.git("clone", "--quiet", "origin", "clone", folder=".")
    author = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.com")
    for message in ("older", "newer"):
        empty.git(*author, "commit", "--quiet", "--allow-empty", "--message", message)
    return Checkout(tmp_path, *empty.git("rev-list", "--reverse", "HEAD").splitlines())


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
    job = load("deploy.yml")["jobs"]["deploy"]
    assert job["environment"] == "${{ inputs.environment }}"
    assert job["permissions"]["id-token"] == "write"
    (credentials,) = [
        step["with"] for step in job["steps"] if "configure-aws-credentials" in step.get("uses", "")
    ]
    assert set(credentials) == {"role-to-assume", "aws-region", "role-duration-seconds"}
    # The role's keys must not end before the job, of which training alone may take an hour.
    assert credentials["role-duration-seconds"] == job["timeout-minutes"] * 60 > 2 * 3600


def test_every_push_and_every_pull_request_starts_it() -> None:
    # YAML 1.1, and so PyYAML, reads the key `on` as True.
    assert load("pipeline.yml")[True] == {"push": None, "pull_request": None}


def test_what_is_deployed_has_passed_the_whole_suite() -> None:
    job = load("pipeline.yml")["jobs"]["test"]
    assert steps_of("pipeline.yml", "test")["The whole suite"] == {
        "name": "The whole suite",
        "run": "make test",
    }
    assert not {"if", "continue-on-error"} & set(job)


def test_prod_comes_after_tests_dev_and_the_summary() -> None:
    jobs = load("pipeline.yml")["jobs"]
    assert jobs["dev"]["needs"] == "test"
    assert jobs["prod-diff"]["needs"] == "dev"
    assert jobs["prod"]["needs"] == "prod-diff"
    assert jobs["dev"]["if"] == "github.ref == 'refs/heads/main' && github.event_name == 'push'"
    # A condition of their own could let them run after a job that failed.
    assert not any("if" in jobs[job] for job in ("prod-diff", "prod"))
    assert "environment" not in jobs["prod-diff"]  # it must not wait for the approval it is for


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_an_environment_s_job_deploys_that_environment(
    environment: str, checkout: Checkout
) -> None:
    job = load("pipeline.yml")["jobs"][environment]
    assert job["uses"] == "./.github/workflows/deploy.yml"
    assert job["with"] == {"environment": environment}
    for called in load("deploy.yml")["jobs"].values():
        assert called["env"] == {"ENVIRONMENT": "${{ inputs.environment }}"}
    told = checkout.run("deploy.yml", "deploy", "Deploy", ENVIRONMENT=environment)
    assert told.stdout.startswith(f"make deploy ENV={environment} ")


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_no_run_waits_as_a_whole(file: Any) -> None:
    """A run that waits for an approval would keep newer ones from being tested."""
    assert "concurrency" not in load(file.name)


def test_newer_pushes_end_older_tests_except_on_main() -> None:
    jobs = load("pipeline.yml")["jobs"]
    assert {name for name, job in jobs.items() if "concurrency" in job} == {"test"}
    assert jobs["test"]["concurrency"] == {
        "group": "test-${{ github.ref == 'refs/heads/main' && github.run_id || github.ref }}",
        "cancel-in-progress": True,
    }


def test_one_deployment_of_an_environment_at_a_time() -> None:
    assert load("deploy.yml")["jobs"]["deploy"]["concurrency"] == {
        "group": "deploy-${{ inputs.environment }}",
        "cancel-in-progress": False,
    }


def test_an_older_commit_is_not_deployed_over_a_newer_one(checkout: Checkout) -> None:
    def refuses(commit: str, environment: str = "prod") -> bool:
        checkout.git("checkout", "--quiet", commit)
        told = checkout.run(
            "deploy.yml", "deploy", "Nothing newer is deployed", ENVIRONMENT=environment
        )
        if told.returncode:
            (line,) = told.stdout.splitlines()
            assert line.startswith(f"::error::A newer commit is deployed to {environment}.")
        return told.returncode != 0

    assert not refuses(checkout.older)  # nothing is deployed yet
    checkout.git("tag", "deployed-prod", checkout.older)
    assert not refuses(checkout.older)
    assert not refuses(checkout.newer)
    checkout.git("tag", "--force", "deployed-prod", checkout.newer)
    assert not refuses(checkout.newer)
    assert refuses(checkout.older)
    assert not refuses(checkout.older, environment="dev")


def test_it_looks_for_newer_commits_before_anything_else_and_can_see_them() -> None:
    first, second, *_ = steps_of("deploy.yml", "deploy")
    assert (first, second) == ("actions/checkout", "Nothing newer is deployed")
    for job in load("deploy.yml")["jobs"]:
        assert steps_of("deploy.yml", job)["actions/checkout"]["with"]["fetch-depth"] == 0


def test_the_tag_moves_to_what_is_deployed(checkout: Checkout) -> None:
    def remember(commit: str) -> subprocess.CompletedProcess[str]:
        checkout.git("checkout", "--quiet", commit)
        told = checkout.run(
            "deploy.yml", "remember", "Remember what is deployed", ENVIRONMENT="prod"
        )
        assert checkout.git("rev-parse", "deployed-prod", folder="origin") == commit
        return told

    assert remember(checkout.older).returncode == 0
    assert remember(checkout.newer).returncode == 0
    assert remember(checkout.newer).returncode == 0
    backwards = remember(checkout.older)
    assert backwards.returncode == 1
    assert f"over a newer one, {checkout.newer}: run that one again" in backwards.stdout


def test_nothing_but_git_runs_with_leave_to_write() -> None:
    jobs = load("deploy.yml")["jobs"]
    assert {name: job["permissions"] for name, job in jobs.items()} == {
        "deploy": {"contents": "read", "id-token": "write"},
        "remember": {"contents": "write"},
    }
    remember = jobs["remember"]
    assert set(steps_of("deploy.yml", "remember")) == {
        "actions/checkout",
        "Remember what is deployed",
    }
    assert remember["needs"] == "deploy"
    assert not {"environment", "if"} & set(remember)  # it neither asks again nor hides a failure


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_no_token_lies_about_where_packages_are_installed(file: Any) -> None:
    checkouts = [
        (name, step.get("with", {}))
        for name, job in load(file.name)["jobs"].items()
        for step in job.get("steps", [])
        if step.get("uses", "").startswith("actions/checkout@")
    ]
    assert checkouts
    for name, given in checkouts:
        if name != "remember":
            assert given.get("persist-credentials") is False, name


def test_callers_may_do_what_they_call() -> None:
    """GitHub refuses a whole pipeline of which a called job asks for more than its caller has."""
    asked = {
        permission
        for job in load("deploy.yml")["jobs"].values()
        for permission in job["permissions"].items()
    }
    jobs = load("pipeline.yml")["jobs"]
    for caller in ("dev", "prod"):
        granted = set(jobs[caller]["permissions"].items())
        assert asked - {("contents", "read")} == granted, caller  # to write is to read too
    assert {name for name, job in jobs.items() if "permissions" in job} == {"dev", "prod"}


def test_who_approves_prod_can_read_what_changes(checkout: Checkout) -> None:
    step = ("pipeline.yml", "prod-diff", "What changes in prod")
    checkout.git("tag", "deployed-prod", checkout.older)
    assert checkout.run(*step).returncode == 0
    assert checkout.summary == "make --silent diff ENVIRONMENT=prod AGAINST=deployed-prod\n"
    assert checkout.run(*step, FAILS="1").returncode == 1
    assert steps_of(*step[:2])["actions/checkout"]["with"]["fetch-depth"] == 0


def test_who_approves_prod_first_is_told_that_all_is_new(checkout: Checkout) -> None:
    assert checkout.run("pipeline.yml", "prod-diff", "What changes in prod").returncode == 0
    assert checkout.summary == "This is the first deployment of prod: all of it is new.\n"


def test_a_pull_request_s_summary_says_what_it_changes(checkout: Checkout) -> None:
    step = steps_of("pipeline.yml", "test")["What a pull request changes"]
    assert step["env"] == {"BASE": "${{ github.event.pull_request.base.sha }}"}
    assert step["if"] == "github.event_name == 'pull_request'"
    told = checkout.run("pipeline.yml", "test", step["name"], BASE="abc")
    assert told.returncode == 0
    assert checkout.summary == "make --silent diff AGAINST=abc\n"


def test_the_page_says_what_the_budget_and_the_alarms_need() -> None:
    page = (ROOT / "docs" / "pipeline.md").read_text("utf-8")
    _, account, repository = re.split(r"^## Once for .*$", page, flags=re.MULTILINE)
    for tag in Names("prod", "us-east-1").tags:
        assert f"`{tag}`" in account
    assert "cost allocation tags" in account
    assert "`operations.alarm_email` of `prod`" in repository


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
