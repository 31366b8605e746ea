"""A stack takes over the policy of a bucket that has one.

AWS refuses to create a second AWS::S3::BucketPolicy for a bucket.
Repaired by `_complete_bucket_policies` in local_aws/emulator/patches/s3.py.
"""

import contextlib
import json

import boto3
from botocore.exceptions import WaiterError

EXPECTED = "first"
BUCKET = STACK = "twice-governed"


def policy(name):
    """Return a policy whose statement has a name."""
    statement = {
        "Sid": name, "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucket",
        "Resource": f"arn:aws:s3:::{BUCKET}",
    }  # fmt: skip
    return {"Version": "2012-10-17", "Statement": [statement]}


s3, cloudformation = boto3.client("s3"), boto3.client("cloudformation")
s3.create_bucket(Bucket=BUCKET)
s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy("first")))
properties = {"Bucket": BUCKET, "PolicyDocument": policy("second")}
template = {"Resources": {"Policy": {"Type": "AWS::S3::BucketPolicy", "Properties": properties}}}
cloudformation.create_stack(StackName=STACK, TemplateBody=json.dumps(template))
with contextlib.suppress(WaiterError):
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName=STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 20}
    )
kept = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])
print(json.dumps({"expected": EXPECTED, "actual": kept["Statement"][0]["Sid"]}))
