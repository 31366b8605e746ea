"""EventBridge: events of SageMaker, schedules that call an operation, and policies of topics."""

import json
import logging
import re
import time
import uuid
from typing import Any

import boto3
from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError
from ministack.services import cloudwatch, eventbridge, scheduler, sns

from local_aws.credentials import ACCOUNT_KEYS, AssumeRole, RoleError, without_roles

PRIVATE_NAMES = (
    (cloudwatch, "record_metric", "(namespace, metric_name, value, unit='None', dimensions=None)"),
    (eventbridge, "_dispatch_to_sns", "(arn, payload)"),
    (eventbridge, "_invoke_target", "(target, event, rule, view=None)"),
    (eventbridge, "_put_events", "(data, allow_aws_source=False)"),
    (scheduler, "_schedule_last_fired", "dict"),
    (scheduler, "_schedules", "AccountRegionScopedDict"),
    (scheduler, "_tick_schedules", "()"),
    (sns, "topic_policy_allows", "(topic_arn, service, source_arn, source_account)"),
)
# https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
OPERATION = re.compile(r"arn:[^:]+:scheduler:::aws-sdk:([a-z0-9]+):([A-Za-z]+)")
RUN = "<aws.scheduler.execution-id>"
EVENTS = "events.amazonaws.com"
NEW_SECONDS = 60.0  # age of a schedule that an earlier emulator has not started
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
    """Patch ministack, which calls no operations, and publishes to every topic.

    Args:
        endpoint_url: URL of the embedded AWS.
        region: its region.
        assume: returns the keys of a target's role.
    """
    invoke, publish = eventbridge._invoke_target, eventbridge._dispatch_to_sns

    def invoke_target(
        target: dict[str, Any], event: Any, rule: dict[str, Any], view: Any = None
    ) -> None:
        found = OPERATION.fullmatch(str(target.get("Arn", "")))
        if found is None:
            invoke(target, event, rule, view)
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
            # https://docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch.html
            group = {"ScheduleGroup": str(rule["GroupName"])}
            cloudwatch.record_metric("AWS/Scheduler", "TargetErrorCount", 1, "Count", group)

    eventbridge._invoke_target = invoke_target

    def dispatch_to_sns(arn: str, payload: str) -> None:
        # EventBridge sends nothing for conditions on its account or rule.
        # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
        if sns.topic_policy_allows(arn, EVENTS, "", ""):
            publish(arn, payload)
        else:
            logger.warning("the policy of %s does not let EventBridge publish", arn)

    eventbridge._dispatch_to_sns = dispatch_to_sns
    _begin_rates_at_once()


def _begin_rates_at_once() -> None:
    """Start a schedule with a rate when it is created, unless it has a start.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
    """
    tick, fired = scheduler._tick_schedules, scheduler._schedule_last_fired

    def tick_schedules() -> None:
        for key, found in list(scheduler._schedules._data.items()):
            rate = found["ScheduleExpression"].startswith("rate(") and not found.get("StartDate")
            if rate and key not in fired and time.time() - found["CreationDate"] < NEW_SECONDS:
                fired[key] = 0.0
        tick()

    scheduler._tick_schedules = tick_schedules
