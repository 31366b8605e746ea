"""CloudFormation resources that the embedded AWS takes note of and that have no effect here.

They observe, bill, protect or scale what one machine has none of.
"""

from collections.abc import Iterable

import boto3

RECORDED = {
    "AWS::ApplicationAutoScaling::ScalableTarget": "an endpoint has one container here",
    "AWS::ApplicationAutoScaling::ScalingPolicy": "an endpoint has one container here",
    "AWS::Budgets::Budget": "nothing costs anything here",
    "AWS::CloudWatch::CompositeAlarm": "alarms are evaluated one by one",
    "AWS::CloudWatch::Dashboard": "there is no console that shows it",
    "AWS::KMS::Key": "keys exist, and encrypt nothing",
    "AWS::WAFv2::LoggingConfiguration": "the web ACL sees no request",
    "AWS::WAFv2::WebACL": "the web ACL sees no request",
    "AWS::WAFv2::WebACLAssociation": "the web ACL sees no request",
}


def without_effect(stacks: Iterable[str]) -> dict[str, str]:
    """Return the resource types in these stacks that have no effect here, with the reason.

    Args:
        stacks: names of deployed stacks.
    """
    cloudformation = boto3.client("cloudformation")
    found = {
        resource["ResourceType"]
        for stack in stacks
        for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
        for resource in page["StackResourceSummaries"]
    }
    return {kind: RECORDED[kind] for kind in sorted(found & RECORDED.keys())}
