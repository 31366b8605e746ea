"""The pipeline: pinned actions, no stored keys, and an approval before prod.

`make check` runs two linters on the workflows; these tests cover the project's own rules.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts import ROOT
from stacks.names import Names

FOLDER = ROOT / ".github" / "workflows"
TEXTS = {file.name: file.read_text("utf-8") for file in sorted(FOLDER.glob("*.yml"))}
WORKFLOWS: dict[str, dict[Any, Any]] = {name: yaml.safe_load(text) for name, text in TEXTS.items()}
PIPELINE, DEPLOY = WORKFLOWS["pipeline.yml"]["jobs"], WORKFLOWS["deploy.yml"]["jobs"]
RETRAIN = WORKFLOWS["retrain.yml"]["jobs"]
# Neither is a list of settings, although some of their lines are.
HOSTILE = [
    "-c a.b=c\ncontext=-c x=1; touch /tmp/pwn",
    "touch /tmp/pwn\n-c a.b=c",
    "-c a.b=c\n",
    "-c dataset.training=$(id)",
    "-c a.b=c;id",
    "--all",
]
SHELLS = {  # https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#defaultsrunshell
    None: ["bash", "-e", "-c"],
    "bash": ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c"],
}


def steps_of(job: dict[str, Any]) -> dict[str, Any]:
    """Return a job's steps by name, or by action if a step has no name."""
    return {step.get("name") or step["uses"].partition("@")[0]: step for step in job["steps"]}


@dataclass(frozen=True)
class Checkout:
    """A clone of a repository with two commits, and a `make` that prints its arguments."""

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
        workflow = WORKFLOWS[file]
        shell = workflow.get("defaults", {}).get("run", {}).get("shell")
        return subprocess.run(
            [*SHELLS[shell], steps_of(workflow["jobs"][job])[step]["run"]],
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


@pytest.mark.parametrize(
    ("before", "after", "finding"),
    [
        ("@08c6903cd8c0fde910a37f88322edcfb5dd907a8", "@v5", "unpinned-uses"),
        ("  contents: read", "  contents: write", "excessive-permissions"),
        ("run: make test", "run: echo ${{ github.head_ref }}", "template-injection"),
        ("timeout-minutes: 40", "timeout-minuts: 40", "'timeout-minuts' was unexpected"),
    ],
)
def test_the_linters_report_faults(tmp_path: Path, before: str, after: str, finding: str) -> None:
    shutil.copytree(ROOT / ".github", tmp_path / ".github")
    file = tmp_path / ".github/workflows/pipeline.yml"
    assert before in TEXTS[file.name]
    file.write_text(TEXTS[file.name].replace(before, after), "utf-8")
    recipe = (ROOT / "Makefile").read_text("utf-8")
    commands = re.findall(r"^\t((?:check-jsonschema|zizmor) .*)$", recipe, re.MULTILINE)
    assert len(commands) == 2
    output = ""
    for command in commands:
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=tmp_path,
            env={"PATH": f"{Path(sys.prefix, 'bin')}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
        )
        output += f"{done.stdout}{done.stderr}" if done.returncode else ""
    assert finding in output


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_actions_are_pinned_to_a_commit_and_name_its_version(text: str) -> None:
    actions = re.findall(r"uses: ([^.\s].*)", text)
    pinned = re.compile(r"[\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+( #.*)?")
    assert [action for action in actions if not pinned.fullmatch(action)] == []


@pytest.mark.parametrize("name", WORKFLOWS)
def test_jobs_have_only_declared_permissions(name: str) -> None:
    assert WORKFLOWS[name]["permissions"] == {"contents": "read"}
    assert "secrets." not in TEXTS[name]
    # External text is passed in an environment variable, never in a command.
    steps = [step for job in WORKFLOWS[name]["jobs"].values() for step in job.get("steps", [])]
    commands = [step["run"] for step in steps if "run" in step]
    assert commands
    assert not any("${{" in command for command in commands)


@pytest.mark.parametrize("job", [PIPELINE["test"], PIPELINE["prod-diff"], DEPLOY["deploy"]])
def test_jobs_that_install_packages_store_no_token(job: dict[str, Any]) -> None:
    assert steps_of(job)["actions/checkout"]["with"]["persist-credentials"] is False


def test_aws_is_accessed_with_the_environments_role() -> None:
    job = DEPLOY["deploy"]
    assert job["environment"] == "${{ inputs.environment }}"
    assert job["permissions"]["id-token"] == "write"
    credentials = steps_of(job)["aws-actions/configure-aws-credentials"]["with"]
    assert set(credentials) == {"role-to-assume", "aws-region", "role-duration-seconds"}
    # The role's session must outlast the job; training alone may take an hour.
    assert credentials["role-duration-seconds"] == job["timeout-minutes"] * 60 > 2 * 3600


def test_pushes_and_pull_requests_start_the_pipeline() -> None:
    # YAML 1.1, and so PyYAML, reads the key `on` as True.
    assert WORKFLOWS["pipeline.yml"][True] == {"push": None, "pull_request": None}


def test_prod_is_deployed_after_tests_dev_and_the_summary() -> None:
    test = PIPELINE["test"]
    assert steps_of(test)["The whole suite"] == {"name": "The whole suite", "run": "make test"}
    assert not {"if", "continue-on-error"} & set(test)
    assert PIPELINE["dev"]["needs"] == "test"
    assert PIPELINE["prod-diff"]["needs"] == "dev"
    assert PIPELINE["prod"]["needs"] == "prod-diff"
    assert PIPELINE["dev"]["if"] == "github.ref == 'refs/heads/main' && github.event_name == 'push'"
    # With a condition they could run after a failed job.
    assert not any("if" in PIPELINE[job] for job in ("prod-diff", "prod"))
    assert "environment" not in PIPELINE["prod-diff"]  # it must not wait for the approval


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_each_deployment_job_deploys_its_environment(environment: str, checkout: Checkout) -> None:
    job = PIPELINE[environment]
    assert job["uses"] == "./.github/workflows/deploy.yml"
    assert job["with"] == {"environment": environment}
    for called in DEPLOY.values():
        assert called["env"] == {"ENVIRONMENT": "${{ inputs.environment }}"}
    done = checkout.run("deploy.yml", "deploy", "Deploy", ENVIRONMENT=environment)
    assert done.stdout.startswith(f"make deploy ENV={environment} ")


def test_only_tests_and_deployments_queue() -> None:
    """Otherwise a run that waits for approval would block the tests of newer runs."""
    assert not any("concurrency" in workflow for workflow in WORKFLOWS.values())
    queues = {
        name: job["concurrency"]
        for name, job in {**PIPELINE, **DEPLOY}.items()
        if "concurrency" in job
    }
    ref = "github.ref == 'refs/heads/main' && github.run_id || github.ref"
    assert queues == {
        "test": {"group": f"test-${{{{ {ref} }}}}", "cancel-in-progress": True},
        "deploy": {"group": "deploy-${{ inputs.environment }}", "cancel-in-progress": False},
    }


def test_an_older_commit_is_not_deployed_over_a_newer_one(checkout: Checkout) -> None:
    def refuses(commit: str, environment: str = "prod") -> bool:
        checkout.git("checkout", "--quiet", commit)
        done = checkout.run(
            "deploy.yml", "deploy", "Nothing newer is deployed", ENVIRONMENT=environment
        )
        if done.returncode:
            (line,) = done.stdout.splitlines()
            assert line.startswith(f"::error::A newer commit is deployed to {environment}.")
        return done.returncode != 0

    assert not refuses(checkout.older)  # nothing is deployed yet
    checkout.git("tag", "deployed-prod", checkout.older)
    assert not refuses(checkout.older)
    assert not refuses(checkout.newer)
    checkout.git("tag", "--force", "deployed-prod", checkout.newer)
    assert not refuses(checkout.newer)
    assert refuses(checkout.older)
    assert not refuses(checkout.older, environment="dev")


def test_a_deployment_first_checks_for_newer_commits_in_the_history() -> None:
    first, second, *_ = steps_of(DEPLOY["deploy"])
    assert (first, second) == ("actions/checkout", "Nothing newer is deployed")
    for job in (*DEPLOY.values(), PIPELINE["prod-diff"]):
        assert steps_of(job)["actions/checkout"]["with"]["fetch-depth"] == 0


def test_the_tag_moves_to_the_deployed_commit(checkout: Checkout) -> None:
    def remember(commit: str) -> subprocess.CompletedProcess[str]:
        checkout.git("checkout", "--quiet", commit)
        done = checkout.run(
            "deploy.yml", "remember", "Remember what is deployed", ENVIRONMENT="prod"
        )
        assert checkout.git("rev-parse", "deployed-prod", folder="origin") == commit
        return done

    assert remember(checkout.older).returncode == 0
    assert remember(checkout.newer).returncode == 0
    assert remember(checkout.newer).returncode == 0
    backwards = remember(checkout.older)
    assert backwards.returncode == 1
    assert f"over a newer one, {checkout.newer}: run that one again" in backwards.stdout


def test_jobs_with_write_access_run_only_git() -> None:
    assert {name: job["permissions"] for name, job in DEPLOY.items()} == {
        "deploy": {"contents": "read", "id-token": "write"},
        "remember": {"contents": "write"},
    }
    remember = DEPLOY["remember"]
    assert set(steps_of(remember)) == {"actions/checkout", "Remember what is deployed"}
    assert remember["needs"] == "deploy"
    # The job requires no second approval and hides no failure.
    assert not {"environment", "if"} & set(remember)


def test_callers_have_the_permissions_of_called_jobs() -> None:
    """GitHub rejects the whole pipeline if a called job needs more permissions."""
    needed = {entry for job in DEPLOY.values() for entry in job["permissions"].items()}
    granted = {
        name: set(job["permissions"].items())
        for name, job in {**PIPELINE, "retrain": RETRAIN["deploy"]}.items()
        if "permissions" in job
    }
    # Write access includes read access.
    callers = ("dev", "prod", "retrain")
    assert granted == dict.fromkeys(callers, needed - {("contents", "read")})


def test_the_approver_of_prod_sees_the_changes(checkout: Checkout) -> None:
    step = ("pipeline.yml", "prod-diff", "What changes in prod")
    assert checkout.run(*step).returncode == 0
    first = "This is the first deployment of prod: all of it is new.\n"
    assert checkout.summary == first
    checkout.git("tag", "deployed-prod", checkout.older)
    assert checkout.run(*step).returncode == 0
    called = "make --silent diff ENVIRONMENT=prod AGAINST=deployed-prod\n"
    assert checkout.summary == first + called
    assert checkout.run(*step, FAILS="1").returncode == 1  # a pipe does not hide the failure


def test_the_summary_of_a_pull_request_has_its_changes(checkout: Checkout) -> None:
    step = steps_of(PIPELINE["test"])["What a pull request changes"]
    assert step["env"] == {"BASE": "${{ github.event.pull_request.base.sha }}"}
    assert step["if"] == "github.event_name == 'pull_request'"
    done = checkout.run("pipeline.yml", "test", step["name"], BASE="abc")
    assert done.returncode == 0
    assert checkout.summary == "make --silent diff AGAINST=abc\n"


def test_the_page_lists_the_permissions_for_budget_and_alarms() -> None:
    page = (ROOT / "docs" / "pipeline.md").read_text("utf-8")
    _, account, repository = re.split(r"^## Once for .*$", page, flags=re.MULTILINE)
    for tag in Names("prod", "us-east-1").tags:
        assert f"`{tag}`" in account
    assert "cost allocation tags" in account
    assert "`operations.alarm_email` of `prod`" in repository


def test_a_retraining_deploys_the_deployed_commit_with_the_last_months_feedback(
    checkout: Checkout,
) -> None:
    def data(given: str) -> tuple[int, str]:
        output = checkout.folder / "output"
        output.write_text("")
        step = {"GIVEN": given, "GITHUB_OUTPUT": str(output)}
        done = checkout.run("retrain.yml", "data", "The data", **step)
        return done.returncode, output.read_text()

    month = datetime.now(UTC).replace(day=1) - timedelta(days=1)
    assert data("") == (0, f"context=-c dataset.feedback={month:%Y-%m}\n")
    other = "-c dataset.training=s3://bucket/reviews/ -c dataset.feedback=2026-10"
    assert data(other) == (0, f"context={other}\n")
    assert [data(given) for given in HOSTILE] == [(1, "")] * len(HOSTILE)
    job = RETRAIN["deploy"]
    assert job["uses"] == "./.github/workflows/deploy.yml"
    assert job["with"]["ref"] == "refs/tags/deployed-${{ inputs.environment || 'prod' }}"
    done = checkout.run("deploy.yml", "deploy", "Deploy", ENVIRONMENT="prod", CONTEXT=other)
    assert f"CONTEXT={other} " in done.stdout
    # On a schedule only if the repository wants it; forks do not.
    assert "vars.RETRAIN == 'true'" in RETRAIN["data"]["if"]


def test_only_settings_reach_the_shell_of_a_deployment(checkout: Checkout) -> None:
    def refused(environment: str, context: str) -> bool:
        given = {"ENVIRONMENT": environment, "CONTEXT": context}
        done = checkout.run("deploy.yml", "deploy", "The inputs are settings", **given)
        return done.returncode != 0

    assert not refused("prod", "")
    assert not refused("prod", "-c dataset.training=s3://bucket/reviews/ -c a.b_c=2026-10")
    assert all(refused("prod", context) for context in HOSTILE)
    assert refused("prod\n", "")
    assert refused("prod;id", "")
    steps = steps_of(DEPLOY["deploy"])
    assert list(steps).index("The inputs are settings") < list(steps).index("Deploy")
    assert steps["The inputs are settings"]["env"] == steps["Deploy"]["env"]


REFUSED = (
    "x The new model b does not replace a (…): worse: accuracy 0.8 against 0.9. "
    "Classified correctly by the old model only: positive “A private letter”"
)
COMPARED = "2026-11-02T05:00:00Z Comparison         neither better nor worse: accuracy 0.9"


@pytest.mark.parametrize(
    ("deployed", "result", "log", "title", "body"),
    [
        ("success", "success", COMPARED, "A new model serves prod", "worse: accuracy 0.9.\n"),
        ("success", "failure", COMPARED, "A new model serves prod", "the log of the job remember"),
        (
            "failure", "failure", REFUSED, "The old model keeps serving prod",
            "The new model b does not replace a (…): worse: accuracy 0.8 against 0.9.\n",
        ),
        (
            "failure", "failure", "AccessDenied: sts:AssumeRoleWithWebIdentity",
            "The retraining of prod failed", "the log has no comparison",
        ),
        ("cancelled", "failure", "", "The retraining of prod failed", "the log has no comparison"),
    ],
)  # fmt: skip
def test_a_retraining_ends_with_an_issue_that_quotes_no_review(
    checkout: Checkout, deployed: str, result: str, log: str, title: str, body: str
) -> None:
    (checkout.folder / "log").write_text(f"before\n{log}\nafter\n")
    program = f"""#!/bin/sh
case "$*" in
  *"/jobs --jq "*) echo 17 {deployed};;
  *"/jobs/17/logs") cat "$(dirname "$0")/log";;
  "issue create "*) printf '%s\\n' "$@";;
esac
"""
    (checkout.folder / "gh").write_text(program)
    (checkout.folder / "gh").chmod(0o755)
    given = {"GH_REPO": "o/r", "RUN": "1", "ENVIRONMENT": "prod", "CONTEXT": "-c a=1"}
    done = checkout.run("retrain.yml", "report", "Report the comparison", RESULT=result, **given)
    assert done.returncode == 0, done.stderr
    assert "A private letter" not in done.stdout
    assert "Trained with `-c a=1`: " in done.stdout
    assert title in done.stdout.splitlines()
    assert body in done.stdout
    assert ("cdk.json" in done.stdout) == (deployed == "success")


def test_every_command_is_a_make_target() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    called = set(re.findall(r"\bmake (?:--silent )?([a-z-]+)", "".join(TEXTS.values())))
    assert called == {"deploy", "diff", "test"}
    assert called <= targets


def test_every_job_uses_the_type_checked_python_version() -> None:
    checked = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["python_version"]
    for job in (PIPELINE["test"], PIPELINE["prod-diff"], DEPLOY["deploy"]):
        assert steps_of(job)["actions/setup-python"]["with"]["python-version"] == checked
