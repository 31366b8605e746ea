"""What is done to all resources of a type when their stack is complete."""

from aws_cdk import CfnResource, Stack
from aws_cdk.aws_logs import CfnLogGroup

from stacks.acknowledgements import write_acknowledgements
from stacks.log_group import encrypt_log_group
from stacks.shared_reasons import shared_reasons


def complete(stack: Stack, *, log_key_arn: str | None) -> None:
    """Encrypt a stack's log groups, and write down why rules do not apply to its resources.

    Args:
        stack: with everything in it, what CDK adds of its own included.
        log_key_arn: ARN of the key that encrypts logs; None for CloudWatch's own.
    """
    constructs = stack.node.find_all()
    resources = [one for one in constructs if isinstance(one, CfnResource)]
    for resource in resources:
        if isinstance(resource, CfnLogGroup):
            encrypt_log_group(resource, log_key_arn)
    shared = [(resource, shared_reasons(resource)) for resource in resources]
    write_acknowledgements(stack, constructs, [one for one in shared if one[1]])
