"""A stack takes over the alias of a key that exists.

AWS refuses: an alias with the name already exists.
Repaired by `_refuse_taken_aliases` in local_aws/emulator/patches/kms.py.
"""

import contextlib
import json

import boto3
from botocore.exceptions import WaiterError

EXPECTED = "ROLLBACK_COMPLETE"
ALIAS, STACK = "alias/shared", "second-alias"

kms, cloudformation = boto3.client("kms"), boto3.client("cloudformation")
keys = [kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(2)]
kms.create_alias(AliasName=ALIAS, TargetKeyId=keys[0])
properties = {"AliasName": ALIAS, "TargetKeyId": keys[1]}
template = {"Resources": {"Alias": {"Type": "AWS::KMS::Alias", "Properties": properties}}}
cloudformation.create_stack(StackName=STACK, TemplateBody=json.dumps(template))
with contextlib.suppress(WaiterError):
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName=STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 20}
    )
[stack] = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
print(json.dumps({"expected": EXPECTED, "actual": stack["StackStatus"]}))
