"""CloudFormation resources that the embedded AWS records without effect.

They observe, bill, protect or scale services that one machine does not have.
"""

from collections.abc import Iterable

import boto3

RECORDED = {
    "AWS::ApplicationAutoScaling::ScalableTarget": "an endpoint has one container on this machine",
    "AWS::ApplicationAutoScaling::ScalingPolicy": "an endpoint has one container on this machine",
    "AWS::Budgets::Budget": "the embedded AWS costs nothing",
    "AWS::CloudWatch::Dashboard": "the embedded AWS has no console",
    "AWS::KMS::Key": "keys exist but encrypt nothing",
    "AWS::WAFv2::LoggingConfiguration": "requests do not pass the web ACL",
    "AWS::WAFv2::WebACL": "requests do not pass the web ACL",
    "AWS::WAFv2::WebACLAssociation": "requests do not pass the web ACL",
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
