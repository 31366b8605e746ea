"""A training on a schedule, and the deployment of its model."""

import pytest

from tests.proof.privilege.calls import CONTROLS
from tests.proof.privilege.identities import Identities, refused
from tests.proof.table import ProofTable
from tests.support.waiting import until

pytestmark = pytest.mark.slow


@pytest.mark.usefixtures("names")  # there must be feedback
def test_a_scheduled_training_needs_no_further_permission(
    enforced: Identities, proof_table: ProofTable
) -> None:
    deployment = enforced.deployment
    before, outputs = len(enforced.decisions()), dict(deployment.outputs)
    scheduler, sqs = deployment.client("scheduler"), deployment.client("sqs")
    queue = sqs.create_queue(QueueName="new-models")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    sns = deployment.client("sns")
    (topic,) = [one["TopicArn"] for one in sns.list_topics()["Topics"]]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])
    ((name, group),) = [
        (one["Name"], one["GroupName"]) for one in scheduler.list_schedules()["Schedules"]
    ]
    found = scheduler.get_schedule(Name=name, GroupName=group)
    assert found["ScheduleExpression"] == "rate(30 days)"
    # As 30 days later
    scheduler.create_schedule(
        Name="now",
        ScheduleExpression="at(2026-01-01T00:00:00)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target=found["Target"],
    )
    messages: list[str] = []

    def received() -> bool:
        answer = sqs.receive_message(QueueUrl=queue)
        messages.extend(one["Body"] for one in answer.get("Messages", []))
        return bool(messages)

    until(received)
    (message,) = messages
    assert "A new model waits: sentiment-dev-retrained-" in message
    model = message.partition("training.model_data=")[2].partition("'")[0]
    assert "make deploy ENV=dev" in message
    scheduler.delete_schedule(Name="now", GroupName="default")

    outputs = deployment.deploy(f"training.model_data={model}", "retraining.schedule=")
    assert "reviews that neither was trained on" in outputs["Comparison"]
    assert outputs["ModelArtifact"] == model
    assert refused(enforced.decisions()[before:]) == []
    deployment.deploy()
    proof_table.add(
        CONTROLS,
        "A scheduled training with feedback, its message, and the deployment of its model (executed)",
        f"{len(enforced.decisions()) - before} decisions, none refused; {outputs['Comparison']}",
    )
