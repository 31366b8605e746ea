"""A function creates its declared log group again after the group was deleted.

On AWS the lines are lost: the group of LoggingConfig must exist.
Repaired by `apply` in local_aws/emulator/patches/logs.py.
"""

import io
import json
import zipfile

import boto3

EXPECTED = []
GROUP = "/declared/once"

code = io.BytesIO()
with zipfile.ZipFile(code, "w") as archive:
    archive.writestr("index.py", "def handler(*_):\n    print('a line')\n")
functions, logs = boto3.client("lambda"), boto3.client("logs")
functions.create_function(
    FunctionName="logs", Runtime="python3.12", Handler="index.handler",
    Role="arn:aws:iam::000000000000:role/any", Code={"ZipFile": code.getvalue()},
    LoggingConfig={"LogGroup": GROUP},
)  # fmt: skip
logs.create_log_group(logGroupName=GROUP)
logs.delete_log_group(logGroupName=GROUP)
functions.invoke(FunctionName="logs")
groups = logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]
print(json.dumps({"expected": EXPECTED, "actual": [one["logGroupName"] for one in groups]}))
