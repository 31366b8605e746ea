"""Training on several hosts and on spot instances, instead of on one host."""

import json
from typing import Any

import pytest

from tests.stacks.assembly import Assembly, synthesize

TORCHRUN = "sagemaker_torch_distributed_enabled"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    settings = {"training.instance_count": "2"}
    return synthesize("dev", tmp_path_factory.mktemp("cluster"), settings, bundled=True)


@pytest.fixture(scope="module")
def spot(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    settings = {"training.use_spot": "true", "training.max_wait_seconds": "3000"}
    return synthesize("dev", tmp_path_factory.mktemp("spot"), settings, bundled=True)


def training_policies(assembly: Assembly) -> dict[str, list[dict[str, Any]]]:
    """Return the statements of the job's role by policy."""
    (role,) = [
        resource["Properties"]
        for key, resource in assembly.resources("AWS::IAM::Role", "model").items()
        if key.startswith("model/TrainingJobRole")
    ]
    return {
        policy["PolicyName"]: policy["PolicyDocument"]["Statement"] for policy in role["Policies"]
    }


def bucket(assembly: Assembly, path: str) -> dict[str, Any]:
    """Return the ARN of a path in the data bucket, as in templates."""
    (name,) = [
        resource["Properties"]["BucketName"]
        for key, resource in assembly.resources("AWS::S3::Bucket", "storage").items()
        if "DataBucket" in key
    ]
    assert name["Fn::Join"][0] == ""
    parts = [":s3:::" + name["Fn::Join"][1][0], *name["Fn::Join"][1][1:]]
    parts = [*parts[:-1], parts[-1] + path] if isinstance(parts[-1], str) else [*parts, path]
    joined = ["arn:", {"Ref": "AWS::Partition"}, *(part for part in parts if part != "")]
    return {"Fn::Join": ["", joined]}


def test_one_host_needs_no_torchrun(assembly: Assembly) -> None:
    job = assembly.only("Custom::TrainingJob")
    assert str(job["InstanceCount"]) == "1"
    assert TORCHRUN not in job["Hyperparameters"]


def test_several_hosts_are_started_by_torchrun(cluster: Assembly) -> None:
    job = cluster.only("Custom::TrainingJob")
    assert str(job["InstanceCount"]) == "2"
    assert job["Hyperparameters"][TORCHRUN] == "true"
    assert "MaxWaitSeconds" not in job


def test_several_hosts_change_the_jobs_name(cluster: Assembly, dev: Assembly) -> None:
    names = {one.only("Custom::TrainingJob")["JobName"] for one in (cluster, dev)}
    assert len(names) == 2


def test_several_hosts_need_no_additional_permissions(cluster: Assembly, dev: Assembly) -> None:
    assert training_policies(cluster) == training_policies(dev)


def test_spot_instances_change_only_the_machines(spot: Assembly, dev: Assembly) -> None:
    """In particular, the job's name stays the same, because the model does."""
    before, after = (one.only("Custom::TrainingJob") for one in (dev, spot))
    added = {key: after[key] for key in after.keys() - before.keys()}
    assert {key: after[key] for key in before} == before
    assert added.keys() == {"MaxWaitSeconds", "CheckpointPath"}
    assert str(added["MaxWaitSeconds"]) == "3000"
    assert json.dumps(added["CheckpointPath"]).count("/checkpoints") == 1


def test_checkpoints_are_limited_to_their_prefix(spot: Assembly, dev: Assembly) -> None:
    policies = training_policies(spot)
    checkpoints = policies.pop("Checkpoints")
    assert policies == training_policies(dev)
    granted = {
        statement["Action"]: (statement["Resource"], statement.get("Condition"))
        for statement in checkpoints
    }
    assert granted == {
        "s3:GetObject": (bucket(spot, "/checkpoints/*"), None),
        "s3:PutObject": (bucket(spot, "/checkpoints/*"), None),
        "s3:ListBucket": (
            bucket(spot, ""),
            {"StringLike": {"s3:prefix": "checkpoints/*"}},
        ),
    }
    assert all(statement["Effect"] == "Allow" for statement in checkpoints)


def test_jobs_on_demand_may_not_access_checkpoints(assembly: Assembly) -> None:
    assert "/checkpoints" not in json.dumps(training_policies(assembly))
