"""A template may refer to a resource that it does not contain.

AWS refuses it with a ValidationError before it creates anything.
Repaired by `_refuse_dangling_references` in local_aws/emulator/patches/cloudformation.py.
"""

import json

import boto3
from botocore.exceptions import ClientError

EXPECTED = "ValidationError"
TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Nothing"}}}

try:
    boto3.client("cloudformation").create_stack(
        StackName="dangling", TemplateBody=json.dumps({"Resources": {"Topic": TOPIC}})
    )
    actual = "accepted"
except ClientError as error:
    actual = error.response["Error"]["Code"]
print(json.dumps({"expected": EXPECTED, "actual": actual}))
