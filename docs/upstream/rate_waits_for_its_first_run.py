"""A schedule with a rate and without a start first runs after a whole interval.

On AWS it runs when it is created.
Repaired by `_begin_rates_at_once` in local_aws/emulator/patches/eventbridge.py.
"""

import json
import time

import boto3

EXPECTED = 1

queues, scheduler = boto3.client("sqs"), boto3.client("scheduler")
queue = queues.create_queue(QueueName="runs")["QueueUrl"]
attributes = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
arn = attributes["Attributes"]["QueueArn"]
role = boto3.client("iam").create_role(
    RoleName="scheduler",
    AssumeRolePolicyDocument=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "scheduler.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
    ),
)["Role"]["Arn"]
scheduler.create_schedule(
    Name="monthly", ScheduleExpression="rate(30 days)", FlexibleTimeWindow={"Mode": "OFF"},
    Target={"Arn": arn, "RoleArn": role, "Input": "a run"},
)  # fmt: skip
deadline = time.monotonic() + 25
messages = []
while not messages and time.monotonic() < deadline:
    messages = queues.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", [])
print(json.dumps({"expected": EXPECTED, "actual": len(messages)}))
