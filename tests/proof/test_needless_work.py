"""A change starts a training job only if it changes the model.

The tests count the jobs in SageMaker's list.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local_aws.cdk import CdkError
from local_aws.urls import send
from scripts import ROOT
from tests.proof.outcome import MODEL, training_jobs
from tests.proof.table import ProofTable
from tests.proof.use import answers
from tests.support.deployment import Deployment, copy_of_repository, embedded_aws

SECTION = "No needless training"
STACKS = ("storage", "model", "web")
# A small environment that keeps its buckets and keys, as prod does
KEPT = ("storage.removal=retain", "security.customer_managed_keys=true", "operations.alarms=true")


@contextmanager
def trains(deployment: Deployment, jobs: int, scenario: str, table: ProofTable) -> Iterator[None]:
    """Check the number of training jobs that a `with` block starts, and that the model answers."""
    before = set(training_jobs(deployment))
    yield
    after = set(training_jobs(deployment))
    assert before <= after
    assert len(after - before) == jobs
    assert answers(deployment)
    table.add(SECTION, scenario, f"{jobs} training jobs" if jobs != 1 else "exactly 1 training job")


def physical_ids(deployment: Deployment) -> dict[str, str]:
    """Return the physical id of every resource of the application, by stack and logical id."""
    cloudformation = deployment.client("cloudformation")
    found: dict[str, str] = {}
    for stack in STACKS:
        resources = cloudformation.describe_stack_resources(StackName=f"sentiment-dev-{stack}")
        for resource in resources["StackResources"]:
            found[f"{stack}/{resource['LogicalResourceId']}"] = resource["PhysicalResourceId"]
    return found


def test_deploying_again_changes_nothing(deployment: Deployment, proof_table: ProofTable) -> None:
    resources = physical_ids(deployment)
    with trains(deployment, 0, "Deployed again without a change", proof_table):
        deployment.deploy()
    assert physical_ids(deployment) == resources


def test_a_rollback_does_not_train(
    deployment: Deployment, proof_table: ProofTable, capfd: pytest.CaptureFixture[str]
) -> None:
    scenario = "A failed update, rolled back"
    with trains(deployment, 0, scenario, proof_table), pytest.raises(CdkError):
        deployment.deploy("training.minimum_accuracy=0.999")
    assert "0.999" in capfd.readouterr().out
    stacks = deployment.client("cloudformation").describe_stacks(StackName="sentiment-dev-model")
    assert stacks["Stacks"][0]["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Deploy an environment whose buckets, keys and registry are kept."""
    with embedded_aws(tmp_path_factory.mktemp("kept")) as deployed:
        deployed.context.extend([*KEPT, "model.register=true"])
        deployed.deploy()
        yield deployed


@pytest.mark.slow
def test_a_changed_page_and_function_do_not_train(
    kept: Deployment, proof_table: ProofTable, tmp_path: Path
) -> None:
    assert len(training_jobs(kept)) == 1
    proof_table.add(SECTION, "The first deployment", "exactly 1 training job")
    repository = copy_of_repository(tmp_path)
    for name in ("frontend/index.html", "lambda_fn/predict_api/handler.py"):
        with (repository / name).open("a") as file:
            file.write("\n" if name.endswith(".html") else "# Changed\n")
    with trains(kept, 0, "Code of the page and the API function changed", proof_table):
        kept.deploy(root=repository)


@pytest.mark.slow
def test_changing_api_and_page_does_not_train(kept: Deployment, proof_table: ProofTable) -> None:
    resources = physical_ids(kept)
    with trains(kept, 0, "Settings of API, page and dashboard changed", proof_table):
        kept.deploy(
            "api.max_review_characters=50000", "site.comment=Another", "operations.dashboard=true"
        )
    changed = {key for key, value in physical_ids(kept).items() if resources.get(key) != value}
    assert not any(key.startswith(("model/", "storage/")) for key in changed)
    config = send(kept.outputs["SiteUrl"] + "config.json")[2]
    assert json.loads(config)["maxReviewCharacters"] == 50_000


@pytest.mark.slow
def test_another_hyperparameter_trains_once_and_the_old_one_not_again(
    kept: Deployment, proof_table: ProofTable
) -> None:
    with trains(kept, 1, "A hyperparameter changed", proof_table):
        kept.deploy("training.seed=7")
    with trains(kept, 0, "Back to the old hyperparameter", proof_table):
        kept.deploy()


@pytest.mark.slow
def test_changed_code_trains_once(
    kept: Deployment, proof_table: ProofTable, tmp_path: Path
) -> None:
    repository = copy_of_repository(tmp_path)
    with (repository / "model_code" / "train.py").open("a") as file:
        file.write("# Changed\n")
    with trains(kept, 1, "One line of the training code changed", proof_table):
        kept.deploy(root=repository)
    with trains(kept, 0, "Back to the old code", proof_table):
        kept.deploy()


@pytest.mark.slow
def test_changed_data_trains_once(
    kept: Deployment, proof_table: ProofTable, tmp_path: Path
) -> None:
    sample = next(setting for setting in kept.context if setting.startswith("dataset.training="))
    more = tmp_path / "sample.jsonl"
    rows = Path(sample.partition("=")[2]).read_text()
    more.write_text(rows + json.dumps({"text": "A lovely film.", "label": 1}) + "\n")
    with trains(kept, 1, "One review added", proof_table):
        kept.deploy(f"dataset.training={more}")
    with trains(kept, 0, "Back to the old reviews", proof_table):
        kept.deploy()


@pytest.mark.slow
def test_an_expired_endpoint_is_restored_without_training(
    kept: Deployment, proof_table: ProofTable
) -> None:
    kept.deploy("endpoint.expires_after_hours=1")
    (function,) = [
        name
        for key, name in physical_ids(kept).items()
        if key.startswith("model/ExpiryHandlerFunction")
    ]
    now = datetime.now(UTC)
    assert "kept" in tick(kept, function, now)
    assert "deleted" in tick(kept, function, now + timedelta(hours=2))
    deadline = time.monotonic() + 120
    while MODEL in remaining(kept) and time.monotonic() < deadline:
        time.sleep(1)
    assert remaining(kept) == {"sentiment-dev-storage", "sentiment-dev-web"}
    assert kept.client("sagemaker").list_endpoints()["Endpoints"] == []
    with trains(kept, 0, "Model stack expired, then deployed again", proof_table):
        kept.deploy()


def tick(deployment: Deployment, function: str, at: datetime) -> dict[str, str]:
    """Invoke a function as its schedule does at some time, and return its response."""
    answer = deployment.client("lambda").invoke(
        FunctionName=function, Payload=json.dumps({"time": at.isoformat()}).encode()
    )
    result: dict[str, str] = json.loads(answer["Payload"].read())
    return result


@pytest.mark.slow
def test_deploying_after_a_destroy_does_not_train(
    kept: Deployment, proof_table: ProofTable
) -> None:
    """The storage stack has termination protection, as on AWS."""
    assert cdk(kept, "destroy", "--all", "--force") != 0
    assert remaining(kept) == {"sentiment-dev-storage"}
    with trains(kept, 0, "All but the storage stack destroyed, then deployed", proof_table):
        kept.deploy()


@pytest.mark.slow
def test_a_new_stack_adopts_what_a_destroyed_one_has_kept(
    kept: Deployment, proof_table: ProofTable
) -> None:
    before, registered = physical_ids(kept), packages(kept)
    assert registered
    kept.unprotect("dev")
    assert cdk(kept, "destroy", "--all", "--force") == 0
    assert remaining(kept) == set()
    with trains(
        kept, 0, "All stacks destroyed, then deployed with the kept buckets and keys", proof_table
    ):
        assert adopt(kept) == 0
        kept.deploy()
    after = physical_ids(kept)
    assert packages(kept) == registered
    keys = {key for key in before if key.startswith("storage/") and "Key" in key}
    assert {key: after[key] for key in keys} == {key: before[key] for key in keys}
    (data_key,) = {before[key] for key in keys if key.startswith("storage/DataKey1")}
    assert key_of_model(kept).endswith(data_key)
    parameter = kept.client("ssm").get_parameter(Name="/sentiment-dev/keys/data")["Parameter"]
    assert parameter["Value"].endswith(data_key)
    assert adopt(kept) == 0  # finds the stack, and changes nothing


def adopt(deployment: Deployment) -> int:
    """Run the first step of `make deploy ADOPT=1` and return its exit code."""
    context = [argument for setting in deployment.context for argument in ("-c", setting)]
    return subprocess.run(
        [sys.executable, "-m", "scripts.adopt", "--environment=dev", *context],
        cwd=ROOT, check=False, stdin=subprocess.DEVNULL,
        env={**deployment.environment, "CDK_OUTPUT": str(deployment.state / "cdk.out")},
    ).returncode  # fmt: skip


def packages(deployment: Deployment) -> set[str]:
    """Return the model packages of the registry."""
    found = deployment.client("sagemaker").list_model_packages(
        ModelPackageGroupName="sentiment-dev"
    )
    return {one["ModelPackageArn"] for one in found["ModelPackageSummaryList"]}


def key_of_model(deployment: Deployment) -> str:
    """Return the ARN of the key that encrypts the serving model's artifact."""
    sagemaker = deployment.client("sagemaker")
    models = [one["ModelName"] for one in sagemaker.list_models()["Models"]]
    containers = [sagemaker.describe_model(ModelName=one)["PrimaryContainer"] for one in models]
    # The model for files has the same artifact.
    (artifact,) = {container["ModelDataUrl"] for container in containers}
    bucket, _, key = artifact.removeprefix("s3://").partition("/")
    return str(deployment.client("s3").head_object(Bucket=bucket, Key=key)["SSEKMSKeyId"])


def remaining(deployment: Deployment) -> set[str]:
    """Return the names of the application's existing stacks."""
    stacks = deployment.client("cloudformation").list_stacks()["StackSummaries"]
    names = {stack["StackName"] for stack in stacks if stack["StackStatus"] != "DELETE_COMPLETE"}
    return {name for name in names if name.startswith("sentiment-")}


def cdk(deployment: Deployment, *arguments: str) -> int:
    """Run the CDK CLI and return its exit code."""
    context = [f"--context={setting}" for setting in deployment.context]
    folder = f"--output={deployment.state / 'cdk.out'}"
    return subprocess.run(
        ["cdk", *arguments, "--no-notices", folder, *context],
        cwd=ROOT, env=deployment.environment, check=False, stdin=subprocess.DEVNULL,
    ).returncode  # fmt: skip
