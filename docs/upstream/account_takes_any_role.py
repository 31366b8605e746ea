"""API Gateway accepts a role for its logs that does not exist.

AWS answers BadRequestException unless it may assume the role and the role may write logs.
Repaired by `_check_account` in local_aws/emulator/patches/apigateway_logs.py.
"""

import json

import boto3
from botocore.exceptions import ClientError

EXPECTED = "BadRequestException"
ROLE = "arn:aws:iam::000000000000:role/missing"
OPERATION = {"op": "replace", "path": "/cloudwatchRoleArn", "value": ROLE}

try:
    boto3.client("apigateway").update_account(patchOperations=[OPERATION])
    actual = "accepted"
except ClientError as error:
    actual = error.response["Error"]["Code"]
print(json.dumps({"expected": EXPECTED, "actual": actual}))
