"""CloudFormation deletes a bucket that has objects.

AWS refuses, and the stack ends as DELETE_FAILED.
Repaired by `_complete_buckets` in local_aws/emulator/patches/s3.py.
"""

import contextlib
import json

import boto3
from botocore.exceptions import ClientError, WaiterError

EXPECTED = "DELETE_FAILED"
STACK = "full-bucket"
TEMPLATE = {
    "Resources": {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": STACK}}}
}
WAIT = {"Delay": 1, "MaxAttempts": 20}

cloudformation = boto3.client("cloudformation")
cloudformation.create_stack(StackName=STACK, TemplateBody=json.dumps(TEMPLATE))
cloudformation.get_waiter("stack_create_complete").wait(StackName=STACK, WaiterConfig=WAIT)
boto3.client("s3").put_object(Bucket=STACK, Key="object", Body=b"")
stack = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["StackId"]
cloudformation.delete_stack(StackName=STACK)
with contextlib.suppress(WaiterError):
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack, WaiterConfig=WAIT)
try:
    actual = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
except ClientError:
    actual = "the stack is gone"
print(json.dumps({"expected": EXPECTED, "actual": actual}))
