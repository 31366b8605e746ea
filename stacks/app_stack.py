"""The base class of the stacks."""

from collections.abc import Callable

import jsii
from aws_cdk import CfnResource, Environment, Stack, TagManager
from aws_cdk.aws_logs import CfnLogGroup
from constructs import Construct, IValidation

from stacks.building_blocks.reasons import AWS_KEYS, Reasons
from stacks.names import Names
from stacks.settings.environment import EnvironmentSettings

# The types of the provider that empties buckets, which CDK's tags do not reach
UNTAGGED = ("AWS::IAM::Role", "AWS::Lambda::Function")


class AppStack(Stack):
    """A stack of one environment, which completes its resources when it is synthesized.

    Log groups then get their retention and key, and resources their reasons for findings, whatever
    code added them.

    Creates: nothing itself.
    Idle: nothing.
    Destroy: everything in it is deleted, unless the resource is kept.

    Attributes:
        names: names shared by the stacks.
        settings: the environment's settings.
        reasons: reasons for findings in its resources.
        data_key_arn: ARN of the key that encrypts data; None for AWS's own.
        log_key_arn: ARN of the key that encrypts logs; None for AWS's own.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        names: Names,
        settings: EnvironmentSettings,
        description: str,
        termination_protection: bool = False,
    ) -> None:
        """Declare an empty stack.

        Args:
            scope: the application.
            name: `storage`, `model` or `web`.
            names: names shared by the stacks.
            settings: the environment's settings.
            description: description in CloudFormation's console.
            termination_protection: whether CloudFormation refuses to delete the stack.
        """
        super().__init__(
            scope,
            names.stack(name),
            env=Environment(region=settings.region),
            stack_name=names.stack(name),
            description=description,
            termination_protection=termination_protection or None,
        )
        self.names = names
        self.settings = settings
        self.reasons = Reasons()
        own_keys = settings.security.customer_managed_keys
        self.data_key_arn = names.key_arn("data") if own_keys else None
        self.log_key_arn = names.key_arn("logs") if own_keys else None
        self.node.add_validation(_LastStep(self._complete))

    @property
    def resource_tags(self) -> dict[str, str]:
        """The tags of every resource."""
        return {**self.settings.tags.texts, **self.names.tags}

    def _complete(self) -> None:
        """Set the retention and key of log groups, tag CDK's resources, and write the reasons."""
        constructs = self.node.find_all()
        for one in constructs:
            if isinstance(one, CfnLogGroup):
                self._complete_log_group(one)
        resources = [one for one in constructs if isinstance(one, CfnResource)]
        tags = [{"Key": key, "Value": value} for key, value in sorted(self.resource_tags.items())]
        for one in resources:
            if one.cfn_resource_type in UNTAGGED and not TagManager.is_taggable(one):
                one.add_property_override("Tags", tags)
        if self.log_key_arn is None:
            for kind, reasons in AWS_KEYS.items():
                self.reasons.add_type(kind, reasons)
        self.reasons.write(self, resources)

    def _complete_log_group(self, log_group: CfnLogGroup) -> None:
        if log_group.retention_in_days is None:
            log_group.retention_in_days = self.settings.logs.retention_days
        if self.log_key_arn is not None:
            log_group.kms_key_id = self.log_key_arn


@jsii.implements(IValidation)
class _LastStep:
    """Runs during validation of the construct tree: after all aspects, before templates."""

    def __init__(self, run: Callable[[], None]) -> None:
        self._run = run

    def validate(self) -> list[str]:
        """Run the step; report no errors."""
        self._run()
        return []
