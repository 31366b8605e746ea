"""The CDK CLI run against the embedded AWS, and its output as a person reads it."""

from local_aws.cdk.command import Cdk, CdkError

__all__ = ["Cdk", "CdkError"]
