"""Lambda handlers of the custom resources that test models, and of the probe."""

import logging
import os
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from eventual_consistency import CLOCK, repeat
from resource_properties import (
    FailedTestError,
    optional_text,
    optional_texts,
    percent,
    seconds,
    share,
    text,
)
from trial.candidate import Candidate, find, remove, settle
from trial.challenger import Artifacts, Rule, challenge
from trial.probe import probe_update
from trial.registry import (
    APPROVED,
    PENDING,
    REJECTED,
    ROLLED_BACK,
    Package,
    register,
    remove_packages,
)
from trial.smoke_test import Expected, ask, check_answers, check_config

logger = logging.getLogger(__name__)

SMOKE_TEST = "Custom::SmokeTest"
# An invocation takes up to 60 s; the test has its own retries.
PATIENT = Config(read_timeout=70, retries={"total_max_attempts": 1})
# AWS throttles a busy account. A request that fails during a rollback would block the stack.
PERSISTENT = Config(retries={"mode": "standard", "total_max_attempts": 6})
# TorchServe keeps callers of a model that does not load waiting. The probe must give up on both
# of its requests while there is time left to report it.
PROMPT = Config(connect_timeout=2, read_timeout=7, retries={"total_max_attempts": 1})
NOT_COMPARED = "not compared with another model"
FIRST = "not compared: no model serves yet"
CANCELLED = "CloudFormation has cancelled the update"


def on_event(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Test the serving endpoint on Create and Update of a `Custom::SmokeTest`.

    Raises:
        PropertyError: naming the property that is missing or wrong.
        FailedTestError: with the reason for CloudFormation to show.
    """
    if event["RequestType"] == "Delete":
        return {}
    properties = event["ResourceProperties"]
    endpoint = text(properties, "EndpointName")
    if event["ResourceType"] == SMOKE_TEST:
        try:
            card = _smoke_test(endpoint, properties)
        except FailedTestError as error:
            _register(event, properties, REJECTED, str(error))
            raise
        _register(event, properties, APPROVED, "It came into service", card)
    answer: dict[str, Any] = {"PhysicalResourceId": f"smoke-test-of-{endpoint}"}
    if event["ResourceType"] != SMOKE_TEST and properties.keys() & {"Challenger", "Package"}:
        answer["RollsBack"] = _rolls_back(event["StackId"])  # `is_complete` receives it
    return answer


def is_complete(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Advance the trial of a `Custom::Candidate`; a `Custom::SmokeTest` is already complete.

    Raises:
        PropertyError: naming the property that is missing or wrong.
        FailedTestError: with the reason for CloudFormation to show.
    """
    if event["ResourceType"] == SMOKE_TEST:
        return {"IsComplete": True}
    properties = event["ResourceProperties"]
    endpoint = text(properties, "EndpointName")
    if event["RequestType"] == "Delete":
        return {"IsComplete": _delete(endpoint, properties)}
    if _is_cancelled(event):
        raise FailedTestError(CANCELLED)
    candidate = Candidate(
        endpoint,
        config=text(properties, "EndpointConfigName"),
        serving=text(properties, "ServingEndpointName"),
        gated="ModelVersion" in properties,
        tags=optional_texts(properties, "Tags"),
    )
    found = [NOT_COMPARED]
    card: dict[str, Any] = {}

    def check() -> None:
        if "Package" in properties:
            card.update(_asking(endpoint, properties)({"card": True}))
        _check(endpoint, properties)
        if "Challenger" in properties and not _rolls_back(event["StackId"]):
            found.append(_challenge(candidate, properties))
        if "Package" in properties and not _gives_up(event["StackId"]):
            _register(event, properties, PENDING, "It has passed its trial", card)

    try:
        settled = settle(_client("sagemaker"), candidate, check, CLOCK)
    except FailedTestError as error:
        _register(event, properties, REJECTED, str(error), card)
        raise
    if not settled:
        return {"IsComplete": False}
    _record_rollback(event)
    return {"IsComplete": True, "Data": {"Comparison": found[-1]}}


def on_schedule(_event: dict[str, Any], context: Any) -> dict[str, int]:
    """Send known reviews while the endpoint is being updated; do nothing otherwise."""
    failed = probe_update(
        lambda service: _client(service, PROMPT),
        os.environ["ENDPOINT_NAME"],
        os.environ["METRICS_NAMESPACE"],
        lambda: context.get_remaining_time_in_millis() / 1000,
    )
    return {"failed": failed}


def _rolls_back(stack: str) -> bool:
    """Return whether CloudFormation returns to the previous model, which nothing may prevent."""
    return "ROLLBACK" in _status(stack)


def _is_cancelled(event: dict[str, Any]) -> bool:
    """Return whether CloudFormation has given up the operation since it sent this event.

    It does so when another resource fails or a user cancels the update. CDK's framework continues
    to call `is_complete`, while the rollback or the deletion has an event of its own.
    """
    return event.get("RollsBack") is False and _gives_up(event["StackId"])


def _gives_up(stack: str) -> bool:
    status = _status(stack)
    return "ROLLBACK" in status or "DELETE" in status


def _status(stack: str) -> str:
    client = _client("cloudformation")
    # `on_event` begins with this request, which may be a new permission.
    (found,) = repeat(lambda: client.describe_stacks(StackName=stack), CLOCK)["Stacks"]
    return str(found["StackStatus"])


def _smoke_test(endpoint: str, properties: dict[str, Any]) -> dict[str, Any]:
    """Test the serving endpoint and return the model's description of itself."""
    check_config(
        _client("sagemaker"),
        endpoint,
        text(properties, "EndpointConfigName"),
        capture_percent=percent(properties, "CapturePercent"),
        clock=CLOCK,
    )
    return _check(endpoint, properties)


def _delete(endpoint: str, properties: dict[str, Any]) -> bool:
    """Delete the candidate and return whether it is gone, with packages that are not kept."""
    if not remove(_client("sagemaker"), endpoint):
        return False
    package = Package.from_properties(properties)
    if package and package.is_removed:
        remove_packages(_client("sagemaker"), package.group)
    return True


def _register(
    event: dict[str, Any],
    properties: dict[str, Any],
    status: str,
    why: str,
    card: Mapping[str, Any] | None = None,
) -> str | None:
    """Record a model's status, unless the environment has no registry; return its status before.

    Raises:
        BotoCoreError, ClientError: when a model that is to serve cannot be registered. During a
            rollback and after a refusal, whose reason must be seen, the error is only logged.
    """
    package = Package.from_properties(properties)
    if package is None:
        return None
    try:
        return register(_client("sagemaker"), package, status, why, card)
    except (BotoCoreError, ClientError):
        if status != REJECTED and not _rolls_back(event["StackId"]):
            raise
        logger.exception("the model is not registered")
        return None


def _record_rollback(event: dict[str, Any]) -> None:
    """Reject the model from which CloudFormation returns, and approve the previous one again.

    The previous one has not left service if the refused one never came into it. A refused
    configuration of the model that serves has made that model's package a rejected one.
    """
    properties, failed = event["ResourceProperties"], event.get("OldResourceProperties", {})
    if _is_cancelled(event):
        return
    previous, refused = Package.from_properties(properties), Package.from_properties(failed)
    if previous is None or refused is None or not _rolls_back(event["StackId"]):
        return
    returns = refused.artifact == previous.artifact
    if not returns:
        returns = _register(event, failed, REJECTED, ROLLED_BACK) == APPROVED
    if returns:
        _register(event, properties, APPROVED, "It serves again after a rollback")


def _challenge(candidate: Candidate, properties: dict[str, Any]) -> str:
    """Compare the candidate with the serving model, if there is one."""
    if find(_client("sagemaker"), candidate.serving) is None:
        return FIRST
    artifacts = Artifacts(
        _client("s3"), text(properties, "ArtifactBucket"), text(properties, "ArtifactFolder")
    )
    rule = Rule(text(properties, "Challenger"), text(properties, "Incomparable"))
    champion, challenger = (
        _asking(name, properties) for name in (candidate.serving, candidate.name)
    )
    return challenge(artifacts, rule, champion, challenger)


def _asking(
    endpoint: str, properties: dict[str, Any]
) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return a function that sends a request to an endpoint and returns its answer."""
    runtime, patience = _client("sagemaker-runtime"), seconds(properties, "PatienceSeconds")
    return lambda content: ask(
        runtime, endpoint, content, clock=CLOCK, deadline=CLOCK.now() + patience
    )


def _check(endpoint: str, properties: dict[str, Any]) -> dict[str, Any]:
    return check_answers(
        _client("sagemaker-runtime"),
        endpoint,
        Expected(
            optional_text(properties, "ModelVersion"),
            share(properties, "MinimumAccuracy"),
            films="TrainedOnFilms" in properties,
        ),
        patience_seconds=seconds(properties, "PatienceSeconds"),
        clock=CLOCK,
    )


@cache
def _client(service: str, config: Config | None = None) -> Any:
    own = PATIENT if service == "sagemaker-runtime" else PERSISTENT
    return boto3.client(service, config=config or own)
