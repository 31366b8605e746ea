"""CloudFormation's pseudo parameters, each read once because every CDK call takes time.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
"""

from aws_cdk import Aws

ACCOUNT_ID = Aws.ACCOUNT_ID
PARTITION = Aws.PARTITION
REGION = Aws.REGION
URL_SUFFIX = Aws.URL_SUFFIX
