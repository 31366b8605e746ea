"""The CDK CLI run against the embedded AWS, with readable output."""

from local_aws.cdk.command import Cdk, CdkError

__all__ = ["Cdk", "CdkError"]
