"""IAM's enforcement: ministack's own, and what of it the embedded SageMaker and AWS itself need.

ministack checks each request's signature, and its principal's policies and those of the resource,
when it starts with AUTH=true. It knows no SageMaker, no iam:PassRole, no namespaces of metrics, and
names log groups where AWS names log streams. As in `extension`, the names touched here are those of
the pinned version.
"""

import json
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import ministack.app
from ministack.core import iam_actions, iam_evaluator
from ministack.services import iam, sts

from local_aws.credentials import AssumeRole, Credentials, RoleError
from local_aws.emulator.extension import Answer, ServiceHandler
from local_aws.emulator.sagemaker_api import INVOCATIONS
from local_aws.environment import ACCOUNT
from local_aws.sagemaker.arns import arn, resource_arn

PRIVATE_NAMES = (
    (ministack.app, "AUTH"),
    (iam, "_roles"),
    (iam_actions, "SERVICE_TO_IAM_NAMESPACE"),
    (iam_actions, "_param"),
    (iam_actions, "access_denied_response"),
    (iam_actions, "extract_iam_action"),
    (iam_actions, "extract_resource_arn"),
    (iam_actions, "identity_denial_message"),
    (iam_actions, "request_tag_context"),
    (iam_evaluator, "EvalContext"),
    (iam_evaluator, "_gather_role_policies"),
    (iam_evaluator, "enforce"),
    (iam_evaluator, "evaluate"),
    (iam_evaluator, "evaluate_resource_policy"),
    (iam_evaluator, "resolve_caller_identity"),
    (sts, "register_session"),
)
SAGEMAKER = "sagemaker.amazonaws.com"
PUT_METRICS = "cloudwatch:PutMetricData"
# Members of SageMaker's requests that pass a role to it.
PASSED_ROLES = ("RoleArn", "ExecutionRoleArn")
CONFIG = "EndpointConfigName"
# What AWS checks on a stream of a log group; of these, only the last two name one.
ON_LOG_STREAMS = {"CreateLogGroup", "DescribeLogStreams", "CreateLogStream", "PutLogEvents"}


def is_on() -> bool:
    """Tell whether this emulator enforces IAM."""
    return bool(ministack.app.AUTH)


def know_sagemaker() -> None:
    """Let SageMaker's requests be checked, on the resource that they name."""
    iam_actions.SERVICE_TO_IAM_NAMESPACE["sagemaker"] = "sagemaker"
    action_of, resource_of = iam_actions.extract_iam_action, iam_actions.extract_resource_arn

    def extract_iam_action(service: str, method: str, path: str, *request: Any) -> str | None:
        if service == "sagemaker" and INVOCATIONS.match(path):
            return "sagemaker:InvokeEndpoint"
        action: str | None = action_of(service, method, path, *request)
        return action

    def extract_resource_arn(  # noqa: PLR0913, PLR0917 - the signature that ministack calls
        service: str,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        query: dict[str, Any],
        region: str,
        account: str,
    ) -> str:
        if service == "sagemaker":
            match = INVOCATIONS.match(path)
            asked = {"EndpointName": unquote(match[1])} if match else _fields(body)
            operation = "InvokeEndpoint" if match else _operation(headers)
            return resource_arn(operation, asked, region=region, account=account)
        named = str(resource_of(service, method, path, headers, body, query, region, account))
        if service == "logs" and _operation(headers) in ON_LOG_STREAMS and named != "*":
            return f"{named}:log-stream:{_fields(body).get('logStreamName', '')}"
        return named

    iam_actions.extract_iam_action = extract_iam_action
    iam_actions.extract_resource_arn = extract_resource_arn


def know_namespaces() -> None:
    """Let conditions on the namespace of metrics that are put be checked.

    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html
    """
    context_of = iam_actions.request_tag_context

    def request_context(
        service: str, action: str, body: bytes, form: dict[str, Any]
    ) -> dict[str, Any]:
        context: dict[str, Any] = context_of(service, action, body, form)
        if action == PUT_METRICS:
            context["cloudwatch:namespace"] = iam_actions._param(body, form, "Namespace")  # noqa: SLF001
        return context

    iam_actions.request_tag_context = request_context


def check_further(handler: ServiceHandler) -> ServiceHandler:
    """Return SageMaker's handler, after the checks that a request needs beside its first.

    Who names a role must be allowed to pass it, and who names an endpoint configuration for an
    endpoint must be allowed the operation on both.
    """

    async def handle(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
    ) -> Answer:
        region = ministack.app.extract_region(headers, query)
        if is_on() and not INVOCATIONS.match(path):
            key = ministack.app.extract_access_key_id(headers, query)
            for action, resource, context in _further(_operation(headers), _fields(body), region):
                denied = iam_evaluator.enforce(
                    key, action, action.partition(":")[0], region, resource, context
                )
                if denied is not None:
                    return _refusal(action, resource, denied, headers)
        return await handler(method, path, headers, body, query)

    return handle


def _further(
    operation: str, fields: dict[str, Any], region: str
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield action, resource and condition keys of the checks that a request needs further."""
    for member in PASSED_ROLES:
        if member in fields:
            yield "iam:PassRole", str(fields[member]), {"iam:PassedToService": SAGEMAKER}
    if operation in {"CreateEndpoint", "UpdateEndpoint"} and CONFIG in fields:
        config = arn("endpoint-config", str(fields[CONFIG]), region=region, account=ACCOUNT)
        yield f"sagemaker:{operation}", config, {}


def _refusal(action: str, resource: str, denied: Any, headers: dict[str, str]) -> Answer:
    principal = str(getattr(denied, "principal_arn", ""))
    message = iam_actions.identity_denial_message(action, principal, resource, False)  # noqa: FBT003
    answer: Answer = iam_actions.access_denied_response(
        "sagemaker", action, principal, "", message=message, headers=headers
    )
    return answer


def assume_as(service: str, session: str) -> AssumeRole:
    """Return what gives a service of this account the keys of roles that trust it.

    Args:
        service: its principal, such as sagemaker.amazonaws.com.
        session: the name of its sessions, which stands in the ARN of who calls.
    """

    def assume(role_arn: str) -> Credentials:
        name = role_arn.rpartition("/")[2]
        role = iam._roles.get_scoped(ACCOUNT, None, name)  # noqa: SLF001
        trust = iam_evaluator.EvalContext(
            principal_arn=service, principal_type="Service", principal_account=ACCOUNT,
            action="sts:AssumeRole", resource_arn=role_arn, region="",
            service_context={"aws:sourceaccount": ACCOUNT},
        )  # fmt: skip
        document = (role or {}).get("AssumeRolePolicyDocument")
        decision = iam_evaluator.evaluate_resource_policy(document, trust, service=service)
        if decision.decision != "Allow":
            raise RoleError(
                f"Could not assume role {role_arn}. Please ensure that the role exists and allows "
                f"principal '{service}' to assume the role."
            )
        keys = Credentials(
            f"ASIA{secrets.token_hex(8).upper()}", secrets.token_hex(20), secrets.token_hex(64)
        )
        # Without an end: AWS renews a container's keys, which nothing here would.
        sts.register_session(
            keys.access_key,
            {
                "Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{session}",
                "UserId": f"{name}:{session}",
                "AccountId": ACCOUNT,
                "PrincipalType": "AssumedRole",
                "SecretAccessKey": keys.secret_key,
                "SessionToken": keys.session_token,
            },
        )
        return keys

    return assume


def may_write_logs(role_arn: str, group: str) -> bool:
    """Tell whether a role may write to a log group; any role where nothing is enforced."""
    if not is_on():
        return True
    name = role_arn.rpartition("/")[2]
    region = ministack.app.extract_region({}, {})
    asked = iam_evaluator.EvalContext(
        principal_arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/logs",
        principal_type="AssumedRole", principal_account=ACCOUNT, action="logs:PutLogEvents",
        resource_arn=f"arn:aws:logs:{region}:{ACCOUNT}:log-group:{group}:log-stream:any",
        region=region,
    )  # fmt: skip
    policies = iam_evaluator._gather_role_policies(name, ACCOUNT)  # noqa: SLF001
    return bool(iam_evaluator.evaluate(asked, policies).decision == "Allow")


def record_decisions(file: Path) -> None:
    """Write every decision down, a JSON object a line: principal, action, resource, allowed."""
    decide = iam_evaluator.enforce
    lines = file.open("a", encoding="utf-8", buffering=1)

    def enforce(  # noqa: PLR0913, PLR0917 - the signature that ministack calls
        access_key: str,
        action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: Mapping[str, Any] | None = None,
    ) -> Any:
        denied = decide(access_key, action, service, region, resource_arn, service_context)
        if not access_key:  # S3 and API Gateway decide themselves who may come unsigned
            return denied
        decision = {
            "principal": _principal(access_key),
            "action": action,
            "resource": resource_arn,
            "allowed": denied is None,
        }
        lines.write(json.dumps(decision) + "\n")
        return denied

    iam_evaluator.enforce = enforce


def _principal(access_key: str) -> str:
    known = iam_evaluator.resolve_caller_identity(access_key)
    return str(known["userArn"]) if known else "unknown"


def _operation(headers: Mapping[str, str]) -> str:
    return headers.get("x-amz-target", "").rpartition(".")[2]


def _fields(body: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(body or b"{}")
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}
