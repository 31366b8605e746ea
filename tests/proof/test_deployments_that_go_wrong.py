"""Deployments that fail half-way: the old model keeps serving, and the next deployment succeeds."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from local_aws.cdk import CdkError
from local_aws.urls import send
from scripts import ROOT
from tests.proof.killed import deploying
from tests.proof.outcome import (
    MODEL,
    SECTION,
    SETTLED,
    serving,
    statuses,
    the_reason,
    training_jobs,
    until_settled,
)
from tests.proof.table import ProofTable
from tests.proof.traffic import traffic
from tests.support.deployment import Deployment, copy_of_repository

# Settings of a training job that takes hours
ENDLESS = ("training.architecture=lstm", "training.epochs=1000")

pytestmark = pytest.mark.slow


def leave_alone(_: Path) -> None:
    """Change nothing."""


def only_watch(_: Deployment, __: threading.Event) -> None:
    """Interfere with nothing."""


def make_training_raise(repository: Path) -> None:
    """Make the training script fail."""
    script = repository / "model_code" / "train.py"
    called = "sys.exit(main(sys.argv[1:]))"
    source = script.read_text()
    assert source.count(called) == 1
    script.write_text(source.replace(called, "raise RuntimeError('the disk is full')"))


def allow_an_unknown_instance_type(repository: Path) -> None:
    """Make the settings accept an instance type that SageMaker does not have."""
    table = repository / "stacks" / "settings" / "instance_types.json"
    known = json.loads(table.read_text())
    table.write_text(json.dumps({**known, "endpoint": [*known["endpoint"], "ml.m999.large"]}))


def break_the_function(repository: Path) -> None:
    """Make the import of the API function fail."""
    script = repository / "lambda_fn" / "predict_api" / "handler.py"
    script.write_text("import nothing_of_the_kind\n" + script.read_text())


def kill_the_training(deployment: Deployment, ended: threading.Event) -> None:
    """Kill the training script as the kernel does when memory runs out."""
    folder = str(deployment.state / "sagemaker" / "training")
    while not ended.wait(0.2):
        for process in psutil.process_iter(["cmdline"]):
            program, *words = process.info["cmdline"] or [""]
            if "train.py" in words and program.startswith(folder):
                process.kill()
                return


@dataclass(frozen=True)
class Failure:
    """A failure during a deployment.

    Attributes:
        scenario: description for the proof table.
        reason: text that the reported failure must contain.
        overrides: settings that cause the failure.
        trained: number of training jobs that the deployment starts.
        change: function that breaks a copy of the repository.
        meanwhile: function that interferes with the deployment until the deployment ends.
    """

    scenario: str
    reason: str
    overrides: tuple[str, ...] = ()
    trained: int = 0
    change: Callable[[Path], None] = field(default=leave_alone)
    meanwhile: Callable[[Deployment, threading.Event], None] = field(default=only_watch)


FAILURES = [
    Failure("Training script raises", "the disk is full", trained=1, change=make_training_raise),
    Failure(
        "Training killed, as when memory runs out",
        "killed, probably because it ran out of memory",
        (*ENDLESS, "training.seed=3"),
        trained=1,
        meanwhile=kill_the_training,
    ),
    Failure(
        "Training exceeds its time limit",
        "training.max_runtime_seconds",
        (*ENDLESS, "training.seed=4", "training.max_runtime_seconds=60"),
        trained=1,
    ),
    Failure("Accuracy below the minimum", "0.999", ("training.minimum_accuracy=0.999",)),
    Failure(
        "Endpoint configuration refused",
        "ml.m999.large",
        ("endpoint.kind=real_time", "endpoint.instance_type=ml.m999.large"),
        change=allow_an_unknown_instance_type,
    ),
    Failure("Lambda code broken", "nothing_of_the_kind", change=break_the_function),
]


@pytest.mark.parametrize(
    "failure", FAILURES, ids=lambda failure: failure.scenario.replace(" ", "-")
)
def test_a_failed_deployment_rolls_back_without_a_wrong_answer(
    deployment: Deployment,
    proof_table: ProofTable,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    failure: Failure,
) -> None:
    outputs, served = dict(deployment.outputs), serving(deployment)
    jobs = training_jobs(deployment)
    repository = ROOT if failure.change is leave_alone else copy_of_repository(tmp_path)
    failure.change(repository)
    ended = threading.Event()
    interference = threading.Thread(target=failure.meanwhile, args=[deployment, ended], daemon=True)
    with traffic(deployment) as stream:
        interference.start()
        try:
            with pytest.raises(CdkError):
                deployment.deploy(*failure.overrides, root=repository)
        finally:
            ended.set()
    interference.join(timeout=60)
    shown = capfd.readouterr().out
    assert failure.reason in the_reason(shown)
    assert set(statuses(deployment).values()) <= SETTLED
    assert serving(deployment) == served
    deployment.outputs = outputs
    with traffic(deployment):
        deployment.deploy()
    assert serving(deployment) == served
    # The rollback and the next deployment train nothing.
    assert len(training_jobs(deployment)) - len(jobs) == failure.trained
    proof_table.add(
        SECTION,
        failure.scenario,
        f"reported: “{failure.reason}”; {stream.summary}; the next deployment succeeds",
    )


def test_a_missing_page_asset_leaves_the_old_page(
    deployment: Deployment, proof_table: ProofTable
) -> None:
    """The uploaded asset of the page no longer exists when CloudFormation copies it."""
    cloudformation, name = deployment.client("cloudformation"), "sentiment-dev-web"
    template = cloudformation.get_template(StackName=name)["TemplateBody"]
    resources = (json.loads(template) if isinstance(template, str) else template)["Resources"]
    (page,) = [
        resource["Properties"]
        for resource in resources.values()
        if resource["Type"] == "Custom::CDKBucketDeployment"
    ]
    page["SourceObjectKeys"] = ["missing.zip", *page["SourceObjectKeys"][1:]]
    before = send(deployment.outputs["SiteUrl"])
    with traffic(deployment) as stream:
        bucket = deployment.outputs["DataBucketName"]
        body = json.dumps({"Resources": resources}).encode()
        deployment.client("s3").put_object(Bucket=bucket, Key="template.json", Body=body)
        cloudformation.update_stack(
            StackName=name,
            TemplateURL=f"https://s3.us-east-1.amazonaws.com/{bucket}/template.json",
            Capabilities=["CAPABILITY_IAM"],
        )
        until_settled(deployment, name)
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    reasons = [e["ResourceStatusReason"] for e in events if "FAILED" in e["ResourceStatus"]]
    (reason,) = [reason for reason in reasons if "cancelled" not in reason]
    assert "missing.zip" in reason
    assert statuses(deployment)[name] == "UPDATE_ROLLBACK_COMPLETE"
    after = send(deployment.outputs["SiteUrl"])
    assert (after[0], after[2]) == (before[0], before[2])
    with traffic(deployment):
        deployment.deploy()
    assert set(statuses(deployment).values()) <= SETTLED
    assert send(deployment.outputs["SiteUrl"])[2] == before[2]
    proof_table.add(
        SECTION,
        "Page asset missing",
        f"reported: “missing.zip”; {stream.summary}; the page is unchanged; the next deployment succeeds",
    )


def test_a_deployment_can_be_repeated_after_its_cli_was_killed(
    deployment: Deployment, proof_table: ProofTable
) -> None:
    jobs, outputs = training_jobs(deployment), dict(deployment.outputs)
    overrides = ["training.seed=11"]
    with traffic(deployment, models=2) as stream:
        with deploying(deployment, *overrides):
            pass
        # CloudFormation continues and refuses another deployment until it has finished.
        until_settled(deployment, MODEL)
        deployment.deploy(*overrides)
    assert set(statuses(deployment).values()) <= SETTLED
    assert len(training_jobs(deployment)) - len(jobs) == 1
    with traffic(deployment, models=2):
        deployment.deploy()
    deployment.outputs = outputs
    proof_table.add(
        SECTION,
        "CLI killed half-way, then run again",
        f"deployed with one training job; {stream.summary}",
    )
