"""A function may reserve more concurrency than its account has.

AWS keeps 100 executions unreserved, here of 1,000.
Repaired by `_keep_concurrency_unreserved` in local_aws/emulator/patches/lambda_.py.
"""

import io
import json
import zipfile

import boto3
from botocore.exceptions import ClientError

EXPECTED = "InvalidParameterValueException"

code = io.BytesIO()
with zipfile.ZipFile(code, "w") as archive:
    archive.writestr("index.py", "def handler(*_): pass\n")
functions = boto3.client("lambda")
functions.create_function(
    FunctionName="greedy", Runtime="python3.12", Handler="index.handler",
    Role="arn:aws:iam::000000000000:role/any", Code={"ZipFile": code.getvalue()},
)  # fmt: skip
try:
    functions.put_function_concurrency(FunctionName="greedy", ReservedConcurrentExecutions=100_000)
    actual = "accepted"
except ClientError as error:
    actual = error.response["Error"]["Code"]
print(json.dumps({"expected": EXPECTED, "actual": actual}))
