"""The CDK CLI run against the embedded AWS, and its output as a person reads it."""

from local_aws.cdk.command import CdkError, bootstrap, deploy

__all__ = ["CdkError", "bootstrap", "deploy"]
