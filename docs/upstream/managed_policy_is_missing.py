"""Most of AWS's managed policies do not exist.

Repaired by `_ManagedPolicies` in local_aws/emulator/patches/iam_policies.py.
"""

import json

import boto3
from botocore.exceptions import ClientError

EXPECTED = "AmazonSageMakerFullAccess"

try:
    policy = boto3.client("iam").get_policy(PolicyArn=f"arn:aws:iam::aws:policy/{EXPECTED}")
    actual = policy["Policy"]["PolicyName"]
except ClientError as error:
    actual = error.response["Error"]["Code"]
print(json.dumps({"expected": EXPECTED, "actual": actual}))
