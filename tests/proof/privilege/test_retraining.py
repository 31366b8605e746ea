"""A training on a schedule, and the deployment of its model."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from botocore.exceptions import ClientError

from tests.proof.privilege.calls import CONTROLS, REFUSED_TO_SCHEDULE, SECTION
from tests.proof.privilege.identities import Identities, refused
from tests.proof.privilege.names import Names
from tests.proof.privilege.test_executed import make, taken
from tests.proof.table import ProofTable
from tests.support.deployment import Deployment
from tests.support.waiting import until

pytestmark = pytest.mark.slow
SCHEDULE = "retraining.schedule=cron(0 4 2 * ? *)"


@contextmanager
def subscribed(deployment: Deployment) -> Iterator[Callable[[], str]]:
    """Subscribe a queue to the topic of the alarms; give a call that returns a message, if any."""
    sns, sqs = deployment.client("sns"), deployment.client("sqs")
    (topic,) = [one["TopicArn"] for one in sns.list_topics()["Topics"]]
    queue = sqs.create_queue(QueueName="new-models")["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    arn = found["Attributes"]["QueueArn"]
    # https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]
    yield lambda: "".join(
        one["Body"] for one in sqs.receive_message(QueueUrl=queue).get("Messages", [])
    )
    sns.unsubscribe(SubscriptionArn=subscription)
    sqs.delete_queue(QueueUrl=queue)


def test_a_scheduled_training_needs_no_further_permission(
    enforced: Identities, names: Names, proof_table: ProofTable
) -> None:
    deployment = enforced.deployment
    before = len(enforced.decisions())
    deployment.deploy(SCHEDULE)
    scheduler = deployment.client("scheduler")
    ((name, group),) = [
        (one["Name"], one["GroupName"]) for one in scheduler.list_schedules()["Schedules"]
    ]
    found = scheduler.get_schedule(Name=name, GroupName=group)
    assert found["ScheduleExpression"] == "cron(0 4 2 * ? *)"
    with subscribed(deployment) as receive:
        # As on the second of a month
        scheduler.create_schedule(
            Name="now",
            ScheduleExpression="at(2026-01-01T00:00:00)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target=found["Target"],
        )
        message = until(receive)
    assert "A new model is ready: sentiment-dev-new-" in message
    model = message.partition("training.model_data=")[2].partition("'")[0]
    scheduler.delete_schedule(Name="now", GroupName="default")

    settings = (
        "rollout.challenger=better", "rollout.incomparable=fail", f"training.model_data={model}",
    )  # fmt: skip
    command = " ".join(f"-c {setting}" for setting in settings)
    assert f"make deploy ENV=dev CONTEXT='{command}'" in message
    outputs = deployment.deploy(SCHEDULE, settings[-1])
    assert "reviews that neither was trained on" in outputs["Comparison"]
    assert outputs["ModelArtifact"] == model
    since = enforced.decisions()[before:]
    assert refused(since) == []
    proof_table.add(
        CONTROLS,
        "A scheduled training with feedback, its message, and the deployment of its model (executed)",
        f"{len(since)} decisions, none refused; {outputs['Comparison']}",
    )
    scheduled = Identities(deployment)
    for call in REFUSED_TO_SCHEDULE:
        with pytest.raises(ClientError):
            make(scheduled, names, call)
        assert taken(scheduled, before)[-1] == (call.action, False)
        proof_table.add(SECTION, call.words, f"executed: `{call.action}` refused")
    deployment.deploy()
