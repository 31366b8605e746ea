"""CloudFormation ignores a function's ReservedConcurrentExecutions.

Repaired by `_reserve_concurrency_in_stacks` in local_aws/emulator/patches/lambda_.py.
"""

import json

import boto3

EXPECTED = 5
STACK = "reserving"
FUNCTION = {
    "Type": "AWS::Lambda::Function",
    "Properties": {
        "FunctionName": STACK,
        "Runtime": "python3.12",
        "Handler": "index.handler",
        "Role": "arn:aws:iam::000000000000:role/any",
        "Code": {"ZipFile": "def handler(*_): pass\n"},
        "ReservedConcurrentExecutions": EXPECTED,
    },
}

cloudformation = boto3.client("cloudformation")
template = json.dumps({"Resources": {"Function": FUNCTION}})
cloudformation.create_stack(StackName=STACK, TemplateBody=template)
cloudformation.get_waiter("stack_create_complete").wait(
    StackName=STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 20}
)
answer = boto3.client("lambda").get_function_concurrency(FunctionName=STACK)
actual = answer.get("ReservedConcurrentExecutions")
print(json.dumps({"expected": EXPECTED, "actual": actual}))
