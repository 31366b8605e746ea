"""The removal policy of resources that outlive their stack."""

from aws_cdk import RemovalPolicy

# RETAIN would also keep what a failed creation leaves, and names that exist block every retry.
# Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
KEPT = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
