"""Trainings on a schedule."""

import json
from pathlib import Path

import pytest

from scripts.cost.estimate import estimate
from scripts.cost.prices import Prices
from sentiment.datasets import read_feedback
from tests.stacks.assembly import Assembly, synthesize
from tests.stacks.literals import literal
from tests.stacks.test_permissions import as_list, statements

RUN = "<aws.scheduler.execution-id>"


@pytest.fixture(scope="module", params=["dev", "prod"])
def scheduled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """An environment that trains on a schedule."""
    settings = {
        "retraining.schedule": "cron(0 4 2 * ? *)", "feedback.enabled": "true", "operations.alarms": "true",
    }  # fmt: skip
    return synthesize(request.param, tmp_path_factory.mktemp("scheduled"), settings)


def test_nothing_is_scheduled_by_default(assembly: Assembly) -> None:
    assert assembly.resources("AWS::Scheduler::Schedule") == {}


def test_a_scheduled_job_has_the_deployments_inputs_and_all_feedback(scheduled: Assembly) -> None:
    target = scheduled.only("AWS::Scheduler::Schedule")["Target"]
    assert json.dumps(target["Arn"]).endswith(
        ':scheduler:::aws-sdk:sagemaker:createTrainingJob"]]}'
    )
    resources = scheduled.template("model")["Resources"]
    sent = json.loads(literal({"input": target["Input"]}, resources)["input"])
    job = literal(scheduled.only("Custom::TrainingJob"), resources)
    prefix = f"sentiment-{scheduled.environment}"
    assert sent["TrainingJobName"] == f"{prefix}-new-{RUN}"
    assert sent["HyperParameters"] == job["Hyperparameters"]
    channels = {
        one["ChannelName"]: one["DataSource"]["S3DataSource"]["S3Uri"]
        for one in sent["InputDataConfig"]
    }
    assert channels["training"] == job["Channels"]["training"]
    assert channels["feedback"].endswith("/feedback/")
    assert sent["OutputDataConfig"]["S3OutputPath"] == job["OutputPath"]


def test_the_bill_has_scheduled_trainings(scheduled: Assembly) -> None:
    found = {item.name: item.once for item in estimate(scheduled.templates, Prices.read())}
    (machines,) = [name.partition(", ")[2] for name in found if name.startswith("a training, ")]
    assert (
        found[f"a training at cron(0 4 2 * ? *), {machines}"]
        == found[f"a training, {machines}"]
        > 0
    )


def test_the_schedule_may_only_start_jobs(scheduled: Assembly) -> None:
    allowed = {
        action
        for role, statement in statements(scheduled)
        if "RetrainingRole" in role
        for action in as_list(statement["Action"])
        if not action.startswith("kms:")
    }
    assert allowed == {"sagemaker:AddTags", "sagemaker:CreateTrainingJob", "iam:PassRole"}


def test_a_refused_start_raises_an_alarm(scheduled: Assembly) -> None:
    (group,) = scheduled.resources("AWS::Scheduler::ScheduleGroup", "model")
    schedule = scheduled.only("AWS::Scheduler::Schedule")
    (alarm,) = [
        one["Properties"]
        for one in scheduled.resources("AWS::CloudWatch::Alarm", "model").values()
        if one["Properties"].get("Namespace") == "AWS/Scheduler"
    ]
    (dimension,) = alarm["Dimensions"]
    reference = {"Ref": group.removeprefix("model/")}
    assert schedule["GroupName"] == reference
    assert dimension == {"Name": "ScheduleGroup", "Value": reference}
    assert alarm["MetricName"] == "TargetErrorCount"
    assert alarm["AlarmActions"]


def test_the_topic_receives_the_command_that_deploys_the_new_model(scheduled: Assembly) -> None:
    (rule,) = [
        one["Properties"]
        for key, one in scheduled.resources("AWS::Events::Rule", "model").items()
        if "Retraining" in key
    ]
    prefix = f"sentiment-{scheduled.environment}-new-"
    assert rule["EventPattern"]["detail"] == {
        "TrainingJobName": [{"prefix": prefix}],
        "TrainingJobStatus": ["Completed"],
    }
    (target,) = rule["Targets"]
    message = json.loads(target["InputTransformer"]["InputTemplate"])
    assert f"make deploy ENV={scheduled.environment} CONTEXT='" in message
    # A model that cannot be compared is not known to be better.
    for setting in ("challenger=better", "incomparable=fail"):
        assert f"-c rollout.{setting} " in message
    assert "-c training.model_data=<model>'" in message


def test_jobs_read_feedback_only_if_it_is_scheduled(scheduled: Assembly, tmp_path: Path) -> None:
    def reads_feedback(assembly: Assembly) -> bool:
        return any(
            "/feedback/" in json.dumps(statement["Resource"])
            for role, statement in statements(assembly)
            if "TrainingJobRole" in role
        )

    assert reads_feedback(scheduled)
    assert not reads_feedback(synthesize("dev", tmp_path, {"feedback.enabled": "true"}))


def test_trainings_are_scheduled_while_the_model_of_one_serves(tmp_path: Path) -> None:
    settings = {
        "retraining.schedule": "cron(0 4 2 * ? *)", "feedback.enabled": "true",
        "operations.alarms": "true", "training.model_data": "s3://models/job/model.tar.gz",
    }  # fmt: skip
    assembly = synthesize("dev", tmp_path, settings)
    assert assembly.resources("Custom::TrainingJob") == {}
    sent = json.dumps(assembly.only("AWS::Scheduler::Schedule")["Target"]["Input"])
    (role,) = [
        key for key in assembly.resources("AWS::IAM::Role", "model") if "TrainingJobRole" in key
    ]
    assert role.removeprefix("model/") in sent


def test_a_scheduled_job_on_spot_machines_resumes_no_other(tmp_path: Path) -> None:
    settings = {
        "retraining.schedule": "cron(0 4 2 * ? *)", "feedback.enabled": "true",
        "operations.alarms": "true", "training.use_spot": "true",
    }  # fmt: skip
    assembly = synthesize("dev", tmp_path, settings)
    target = assembly.only("AWS::Scheduler::Schedule")["Target"]
    resources = assembly.template("model")["Resources"]
    sent = json.loads(literal({"input": target["Input"]}, resources)["input"])
    saved = sent["CheckpointConfig"]["S3Uri"]
    assert saved.endswith(f"/sentiment-dev-new-{RUN}/")


def test_the_folder_of_the_feedback_is_never_empty(scheduled: Assembly) -> None:
    """SageMaker refuses a job with a channel without files, and nobody would hear of it."""
    (copy,) = [
        one
        for one in scheduled.resources("Custom::CDKBucketDeployment", "storage").values()
        if one["Properties"]["DestinationBucketKeyPrefix"] == "feedback"
    ]
    asset = copy["Properties"]["SourceObjectKeys"][0].removesuffix(".zip")
    (content,) = (scheduled.folder / f"asset.{asset}").iterdir()
    assert not read_feedback(content.parent).texts
    (bucket,) = [
        one["Properties"]
        for key, one in scheduled.resources("AWS::S3::Bucket", "storage").items()
        if "DataBucket" in key
    ]
    rules = bucket["LifecycleConfiguration"]["Rules"]
    (expiring,) = [rule["Prefix"] for rule in rules if rule["Id"] == "feedback"]
    assert "feedback/2026-10/1.jsonl".startswith(expiring)
    assert not f"feedback/{content.name}".startswith(expiring)
