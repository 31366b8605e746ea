"""Every wildcard in a role's resources needs a reason."""

import pytest
from aws_cdk import App, Aws, CfnResource, Stack

from stacks.building_blocks.permissions import Permission, put_metrics, read_prefixes
from stacks.building_blocks.reasons import Reasons, acknowledge
from stacks.building_blocks.roles import sagemaker_role
from stacks.building_blocks.wildcards import wildcard


class ReviewedStack(Stack):
    """A stack with reasons."""

    def __init__(self) -> None:
        super().__init__(App(), "Stack")
        self.reasons = Reasons()


def test_a_wildcard_without_a_reason_is_refused() -> None:
    statement = Permission(sid="ReadAll", actions=["s3:GetObject"], resources=["arn:aws:s3:::*"])
    with pytest.raises(KeyError, match="ReadAll"):
        sagemaker_role(ReviewedStack(), "Role", permissions={"Read": [statement]})


def test_a_wildcard_with_a_reason_is_accepted() -> None:
    permissions = [put_metrics("/aws/sagemaker/Endpoints"), *read_prefixes(["s3://reviews/2026/"])]
    sagemaker_role(ReviewedStack(), "Role", permissions={"Read": permissions})


def test_a_reason_is_refused_outside_an_app_stack() -> None:
    bucket = CfnResource(Stack(App(), "Stack"), "Bucket", type="AWS::S3::Bucket")
    with pytest.raises(TypeError, match="Stack/Bucket is not in an AppStack"):
        acknowledge(bucket, {"CKV_AWS_18": "Nobody would ever read it"})


def test_references_use_the_notation_of_the_checks() -> None:
    stack = ReviewedStack()
    bucket = CfnResource(stack, "Bucket", type="AWS::S3::Bucket")
    finding = wildcard(f"arn:aws:s3:::data-{Aws.ACCOUNT_ID}/models/*")
    acknowledge(bucket, {finding: "Its name has the account's"})
    stack.reasons.write(stack, [bucket])
    (entry,) = bucket.get_metadata("cdk_nag")["rules_to_suppress"]
    expected = "AwsSolutions-IAM5[Resource::arn:aws:s3:::data-<AWS::AccountId>/models/*]"
    assert entry == {"id": expected, "reason": "Its name has the account's"}
