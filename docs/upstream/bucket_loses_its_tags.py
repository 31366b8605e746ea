"""A bucket of CloudFormation has none of the tags of its template.

CDK's function that empties a bucket before its deletion looks for such a tag.
Repaired by `_complete_buckets` in local_aws/emulator/patches/s3.py.
"""

import json

import boto3
from botocore.exceptions import ClientError

EXPECTED = [{"Key": "team", "Value": "web"}]
STACK = "tagged-bucket"
PROPERTIES = {"BucketName": STACK, "Tags": EXPECTED}
TEMPLATE = {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": PROPERTIES}}}

cloudformation = boto3.client("cloudformation")
cloudformation.create_stack(StackName=STACK, TemplateBody=json.dumps(TEMPLATE))
cloudformation.get_waiter("stack_create_complete").wait(
    StackName=STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 20}
)
try:
    actual = boto3.client("s3").get_bucket_tagging(Bucket=STACK)["TagSet"]
except ClientError as error:
    actual = error.response["Error"]["Code"]
print(json.dumps({"expected": EXPECTED, "actual": actual}))
