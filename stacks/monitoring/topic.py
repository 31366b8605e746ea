"""The encrypted topic for alarms, to which people subscribe."""

from collections.abc import Sequence

from aws_cdk import Annotations
from aws_cdk.aws_iam import PolicyStatement, ServicePrincipal
from aws_cdk.aws_kms import IKey
from aws_cdk.aws_sns import Topic
from aws_cdk.aws_sns_subscriptions import EmailSubscription
from constructs import Construct

from stacks.building_blocks.roles import OWN_ACCOUNT

SENDERS = ("budgets.amazonaws.com", "cloudwatch.amazonaws.com")
# EventBridge sends no context for conditions in the topic's policy: a condition would block its
# messages.
# Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
EVENTS = "events.amazonaws.com"


class AlarmTopic(Construct):
    """A topic to which CloudWatch alarms, EventBridge and AWS Budgets may publish.

    Creates: the topic, its policy, and a subscription where an address is given.
    Idle: nothing; its key is declared separately, at $1 a month.
    Destroy: the topic is deleted; on a new one, subscribers have to confirm again.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, name: str, key: IKey, email: str | None
    ) -> None:
        """Declare the topic.

        Args:
            name: the topic's name, which other stacks refer to.
            key: the key that encrypts messages; its policy must allow `use_key_for_messages`.
            email: address for a subscription, which its owner must confirm; None for none.
        """
        super().__init__(scope, construct_id)
        topic = Topic(
            self, "Topic", topic_name=name, display_name=name, master_key=key, enforce_ssl=True
        )
        for statement in _to_senders("Tell", actions=["sns:Publish"], resource=topic.topic_arn):
            topic.add_to_resource_policy(statement)
        if email is not None:
            topic.add_subscription(EmailSubscription(email))
        else:
            Annotations.of(self).add_warning_v2(
                "sentiment:alarmsReachNobody",
                f"Nobody has subscribed to the topic {name}, which receives the alarms. "
                "Set operations.alarm_email to an address.",
            )


def use_key_for_messages() -> list[PolicyStatement]:
    """Allow the senders of alarms to use the topic's key.

    Source: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    # In a key's policy, the resource `*` means that key.
    return _to_senders("Encrypt", actions=["kms:Decrypt", "kms:GenerateDataKey"], resource="*")


def _to_senders(verb: str, *, actions: Sequence[str], resource: str) -> list[PolicyStatement]:
    """Return the statements that allow actions to the services that send alarms.

    Args:
        verb: prefix of the statements' ids.
        actions: allowed actions.
        resource: resource of the actions.
    """
    return [
        PolicyStatement(
            sid=f"{verb}Alarms",
            principals=[ServicePrincipal(sender) for sender in SENDERS],
            actions=list(actions),
            resources=[resource],
            conditions=OWN_ACCOUNT,
        ),
        PolicyStatement(
            sid=f"{verb}Events",
            principals=[ServicePrincipal(EVENTS)],
            actions=list(actions),
            resources=[resource],
        ),
    ]
