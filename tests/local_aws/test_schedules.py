"""Schedules that call an operation of AWS, and events of training jobs."""

import json
from collections.abc import Mapping
from typing import Any

from tests.local_aws.conftest import Emulator
from tests.local_aws.support import jobs
from tests.local_aws.support.endpoints import ROLE
from tests.support.waiting import until


def plan(
    emulator: Emulator, name: str, operation: str, request: Mapping[str, Any], **more: str
) -> None:
    """Create a schedule that calls an operation, at once unless `more` says otherwise."""
    schedule = {
        "ScheduleExpression": "at(2026-01-01T00:00:00)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {
            "Arn": f"arn:aws:scheduler:::aws-sdk:{operation}",
            "RoleArn": ROLE,
            "Input": json.dumps(request),
        },
    }
    emulator.client("scheduler").create_schedule(Name=name, **(schedule | more))


def test_a_schedule_starts_a_training_job_whose_end_is_an_event(emulator: Emulator) -> None:
    jobs.put_source(emulator)
    sqs, events = emulator.client("sqs"), emulator.client("events")
    queue = sqs.create_queue(QueueName="finished-jobs")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    pattern = {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Training Job State Change"],
        "detail": {
            "TrainingJobName": [{"prefix": "scheduled-"}],
            "TrainingJobStatus": ["Completed"],
        },
    }
    events.put_rule(Name="finished-jobs", EventPattern=json.dumps(pattern))
    transformer = {
        "InputPathsMap": {
            "job": "$.detail.TrainingJobName",
            "model": "$.detail.ModelArtifacts.S3ModelArtifacts",
        },
        "InputTemplate": '"<job> made <model>"',
    }
    target = {"Id": "q", "Arn": arn["Attributes"]["QueueArn"], "InputTransformer": transformer}
    events.put_targets(Rule="finished-jobs", Targets=[target])
    scheduled = jobs.request("scheduled-<aws.scheduler.execution-id>", "complete")
    plan(emulator, "train", "sagemaker:createTrainingJob", scheduled)
    found: list[str] = []

    def received() -> bool:
        found.extend(one["Body"] for one in sqs.receive_message(QueueUrl=queue).get("Messages", []))
        return bool(found)

    until(received)
    (message,) = found
    name = message.strip('"').partition(" made ")[0]
    assert name.startswith("scheduled-")
    assert "<" not in name
    assert f" made s3://{jobs.BUCKET}/output/{name}/output/model.tar.gz" in message
    job = emulator.client("sagemaker").describe_training_job(TrainingJobName=name)
    assert job["TrainingJobStatus"] == "Completed"


def test_a_rate_begins_at_once_and_a_cron_does_not(emulator: Emulator) -> None:
    sqs = emulator.client("sqs")
    for expression in ("rate(30 days)", "cron(0 4 2 * ? 2199)"):
        kind = expression.partition("(")[0]
        request = {"QueueName": f"by-{kind}"}
        plan(emulator, kind, "sqs:createQueue", request, ScheduleExpression=expression)

    def created() -> list[str]:
        return [
            url.rpartition("/")[2]
            for url in sqs.list_queues(QueueNamePrefix="by-").get("QueueUrls", [])
        ]

    until(lambda: bool(created()))
    assert created() == ["by-rate"]


def test_a_refused_call_of_a_schedule_is_counted_in_its_group(emulator: Emulator) -> None:
    metrics = emulator.client("cloudwatch")
    emulator.client("scheduler").create_schedule_group(Name="refused")
    request = {"TrainingJobName": "missing"}
    plan(emulator, "refused", "sagemaker:stopTrainingJob", request, GroupName="refused")
    group = [{"Name": "ScheduleGroup", "Value": "refused"}]
    until(
        lambda: metrics.list_metrics(
            Namespace="AWS/Scheduler", MetricName="TargetErrorCount", Dimensions=group
        )["Metrics"],
        seconds=60,
    )
