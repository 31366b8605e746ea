"""Where alarms are told: an encrypted topic that people subscribe to."""

from aws_cdk import Aws
from aws_cdk.aws_iam import PolicyStatement, ServicePrincipal
from aws_cdk.aws_kms import IKey
from aws_cdk.aws_sns import Topic
from aws_cdk.aws_sns_subscriptions import EmailSubscription
from constructs import Construct

SENDERS = ("budgets.amazonaws.com", "cloudwatch.amazonaws.com", "events.amazonaws.com")


class AlarmTopic(Construct):
    """A topic to which AWS's alarms, events and budgets of this account alone may publish.

    Idle it costs nothing beside its key.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, name: str, key: IKey, email: str | None
    ) -> None:
        """Declare the topic.

        Args:
            scope: the stack that outlives what raises alarms.
            construct_id: id within `scope`.
            name: the topic's name, by which other stacks know it.
            key: what encrypts messages; its policy must allow `use_key_for_messages`.
            email: an address that is asked to subscribe.
        """
        super().__init__(scope, construct_id)
        topic = Topic(
            self, "Topic", topic_name=name, display_name=name, master_key=key, enforce_ssl=True
        )
        topic.add_to_resource_policy(
            PolicyStatement(
                sid="TellAlarms",
                principals=[ServicePrincipal(sender) for sender in SENDERS],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )
        if email is not None:
            topic.add_subscription(EmailSubscription(email))


def use_key_for_messages() -> PolicyStatement:
    """Let the senders of alarms use the topic's key.

    Source: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    return PolicyStatement(
        sid="EncryptAlarms",
        principals=[ServicePrincipal(sender) for sender in SENDERS],
        actions=["kms:Decrypt", "kms:GenerateDataKey"],
        resources=["*"],  # in a key's policy: that key
        conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
    )
