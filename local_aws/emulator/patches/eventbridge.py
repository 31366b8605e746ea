"""EventBridge: events of SageMaker, and schedules that call an operation of AWS."""

import json
import logging
import re
import uuid
from typing import Any

import boto3
from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError
from ministack.services import eventbridge

from local_aws.credentials import ACCOUNT_KEYS, AssumeRole, RoleError, without_roles

PRIVATE_NAMES = (
    (eventbridge, "_invoke_target", "(target, event, rule, view=None)"),
    (eventbridge, "_put_events", "(data, allow_aws_source=False)"),
)
# https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
OPERATION = re.compile(r"arn:[^:]+:scheduler:::aws-sdk:([a-z0-9]+):([A-Za-z]+)")
RUN = "<aws.scheduler.execution-id>"
logger = logging.getLogger(__name__)


def send_event(detail_type: str, detail: dict[str, Any], arn: str) -> None:
    """Send an event of SageMaker to the account's bus."""
    entry = {
        "Source": "aws.sagemaker",
        "DetailType": detail_type,
        "Detail": json.dumps(detail),
        "Resources": [arn],
    }
    eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)


def apply(endpoint_url: str, region: str, assume: AssumeRole) -> None:
    """Patch ministack, which knows only targets such as functions and topics.

    Args:
        endpoint_url: URL of the embedded AWS.
        region: its region.
        assume: returns the keys of a target's role.
    """
    invoke = eventbridge._invoke_target

    def invoke_target(target: dict[str, Any], *arguments: Any, **keywords: Any) -> None:
        found = OPERATION.fullmatch(str(target.get("Arn", "")))
        if found is None:
            invoke(target, *arguments, **keywords)
            return
        service, operation = found.groups()
        request = json.loads(target.get("Input", "{}").replace(RUN, uuid.uuid4().hex[:16]))
        try:
            keys = ACCOUNT_KEYS if assume is without_roles else assume(target["RoleArn"])
            client = boto3.session.Session().client(
                service, region_name=region, endpoint_url=endpoint_url, **keys.arguments
            )
            getattr(client, xform_name(operation))(**request)
        except (ClientError, BotoCoreError, RoleError) as error:
            logger.warning("a schedule's call of %s failed: %s", operation, error)

    eventbridge._invoke_target = invoke_target
