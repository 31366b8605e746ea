"""IAM: permissions that ministack does not check, roles of services, and a record of decisions.

Started with AUTH=true, ministack checks each request's signature and the policies of its principal
and resource. It does not know SageMaker, iam:PassRole or the namespaces of metrics, and checks
requests for log streams on their log group.
"""

import json
import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import ministack.app
from botocore.utils import parse_to_aware_datetime
from ministack.core import iam_actions, iam_evaluator
from ministack.services import iam, sts

from local_aws.credentials import AssumeRole, Credentials, RoleError
from local_aws.emulator.extension import ServiceHandler
from local_aws.emulator.sagemaker_api import INVOCATIONS
from local_aws.environment import ACCOUNT
from local_aws.sagemaker.arns import PASSED_ROLES, arn, resource_arn
from local_aws.sagemaker.service import Answer

PRIVATE_NAMES = (
    (ministack.app, "AUTH", "bool"),
    (ministack.app, "extract_access_key_id", "(headers, query_params=None)"),
    (ministack.app, "extract_region", "(headers, query_params=None)"),
    (iam, "_roles", "AccountScopedDict"),
    (iam_actions, "SERVICE_TO_IAM_NAMESPACE", "dict"),
    (iam_actions, "_param", "(body, query_params, *fields)"),
    (iam_actions, "access_denied_response", "(service, action, principal_arn, request_id, *, error_code='', message='', headers=None, resource_arn='*', explicit_deny=False, resource_policy_arn='')"),
    (iam_actions, "extract_iam_action", "(service, method, path, headers, body, query_params)"),
    (iam_actions, "extract_resource_arn", "(service, method, path, headers, body, query_params, region, account_id)"),
    (iam_actions, "identity_denial_message", "(action, principal_arn, resource, explicit_deny)"),
    (iam_actions, "request_tag_context", "(service, iam_action, body, params)"),
    (iam_evaluator, "EvalContext", "(principal_arn, principal_type, principal_account, action, resource_arn, region, source_ip=<factory>, secure_transport=<factory>, request_tags=<factory>, tag_keys=<factory>, service_context=<factory>, principal_keys=<factory>)"),
    (iam_evaluator, "_gather_role_policies", "(role_name, account_id)"),
    (iam_evaluator, "_resolve_condition_key", "(key, ctx)"),
    (iam_evaluator, "enforce", "(access_key_id, iam_action, service, region, resource_arn='*', service_context=None)"),
    (iam_evaluator, "evaluate", "(ctx, policies, *limits)"),
    (iam_evaluator, "evaluate_resource_policy", "(doc, ctx, service=None, named_only=False, direct_only=False)"),
    (iam_evaluator, "resolve_caller_identity", "(access_key_id)"),
    (sts, "register_session", "(access_key, session)"),
)  # fmt: skip
SAGEMAKER = "sagemaker.amazonaws.com"
PUT_METRICS = "cloudwatch:PutMetricData"
CONFIG = "EndpointConfigName"
# Operations that AWS checks on a stream of the log group; only the last two name a stream.
ON_LOG_STREAMS = {"CreateLogGroup", "DescribeLogStreams", "CreateLogStream", "PutLogEvents"}


def is_enforced() -> bool:
    """Return whether this emulator enforces IAM."""
    return bool(ministack.app.AUTH)


def apply(decisions: Path) -> None:
    """Patch ministack.

    Args:
        decisions: file that receives every decision, a JSON object per line, if IAM is enforced.
    """
    _count_requests_as_https()
    if is_enforced():
        _check_sagemaker_and_log_streams()
        _check_namespaces()
        _record_decisions(decisions)


def _count_requests_as_https() -> None:
    """Satisfy policies that demand HTTPS: the loopback interface has no TLS."""
    resolve = iam_evaluator._resolve_condition_key

    def resolve_condition_key(key: str, context: Any) -> Any:
        return "true" if key.lower() == "aws:securetransport" else resolve(key, context)

    iam_evaluator._resolve_condition_key = resolve_condition_key


def _check_sagemaker_and_log_streams() -> None:
    """Check SageMaker's requests on the resource they name, and log requests on their stream."""
    iam_actions.SERVICE_TO_IAM_NAMESPACE |= {name: name for name in ("sagemaker", "servicequotas")}
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
            fields = {"EndpointName": unquote(match[1])} if match else _fields(body)
            operation = "InvokeEndpoint" if match else _operation(headers)
            return resource_arn(operation, fields, region=region, account=account)
        named = str(resource_of(service, method, path, headers, body, query, region, account))
        if service == "logs" and _operation(headers) in ON_LOG_STREAMS and named != "*":
            return f"{named}:log-stream:{_fields(body).get('logStreamName', '')}"
        return named

    iam_actions.extract_iam_action = extract_iam_action
    iam_actions.extract_resource_arn = extract_resource_arn


def _check_namespaces() -> None:
    """Check conditions on the namespace of published metrics.

    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html
    """
    context_of = iam_actions.request_tag_context

    def request_context(
        service: str, action: str, body: bytes, form: dict[str, Any]
    ) -> dict[str, Any]:
        context: dict[str, Any] = context_of(service, action, body, form)
        if action == PUT_METRICS:
            context["cloudwatch:namespace"] = iam_actions._param(body, form, "Namespace")
        return context

    iam_actions.request_tag_context = request_context


def _record_decisions(file: Path) -> None:
    """Record principal, action, resource and outcome of every decision."""
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
        if not access_key:  # S3 and API Gateway decide on unsigned requests
            return denied
        caller = iam_evaluator.resolve_caller_identity(access_key)
        decision = {
            "principal": str(caller["userArn"]) if caller else "unknown",
            "action": action,
            "resource": resource_arn,
            "allowed": denied is None,
        }
        lines.write(json.dumps(decision) + "\n")
        return denied

    iam_evaluator.enforce = enforce


def check_further(handler: ServiceHandler) -> ServiceHandler:
    """Return SageMaker's handler, preceded by the further checks of a request.

    The caller must be allowed to pass the roles that a request names, and allowed the operation on
    an endpoint's configuration as well as on the endpoint.
    """

    async def handle(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
    ) -> Answer:
        region = ministack.app.extract_region(headers, query)
        if is_enforced() and not INVOCATIONS.match(path):
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
    """Yield action, resource and condition keys of the further checks."""
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
    """Return a function that gives a service of this account the keys of roles that trust it.

    Args:
        service: the service's principal, such as sagemaker.amazonaws.com.
        session: name of the service's sessions, which is part of the caller's ARN.
    """

    def assume(role_arn: str) -> Credentials:
        name = role_arn.rpartition("/")[2]
        role = iam._roles.get_scoped(ACCOUNT, None, name)
        trust = iam_evaluator.EvalContext(
            principal_arn=service, principal_type="Service", principal_account=ACCOUNT,
            action="sts:AssumeRole", resource_arn=role_arn, region="",
            service_context={"aws:sourceaccount": ACCOUNT},
        )  # fmt: skip
        document = (role or {}).get("AssumeRolePolicyDocument")
        decision = iam_evaluator.evaluate_resource_policy(document, trust, service=service)
        # The path is a part of the role's ARN.
        if decision.decision != "Allow" or role["Arn"] != role_arn:
            raise _cannot_assume(role_arn, service)
        keys = Credentials(
            f"ASIA{secrets.token_hex(8).upper()}", secrets.token_hex(20), secrets.token_hex(64)
        )
        # The session never expires: AWS renews a container's keys, the emulator does not.
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


def known_after(seconds: float, assume: AssumeRole) -> AssumeRole:
    """Return a function that does as `assume`, but knows a new role only after some seconds.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html
    """

    def assume_known(role_arn: str) -> Credentials:
        role = iam._roles.get_scoped(ACCOUNT, None, role_arn.rpartition("/")[2])
        if role is not None:
            created = parse_to_aware_datetime(role["CreateDate"])
            if (datetime.now(UTC) - created).total_seconds() < seconds:
                raise _cannot_assume(role_arn, SAGEMAKER)
        return assume(role_arn)

    return assume_known


def _cannot_assume(role_arn: str, service: str) -> RoleError:
    return RoleError(
        f"Could not assume role {role_arn}. Please ensure that the role exists and allows "
        f"principal '{service}' to assume the role."
    )


def may_write_logs(role_arn: str, group: str) -> bool:
    """Return whether a role may write to a log group; any role may if IAM is not enforced."""
    if not is_enforced():
        return True
    name = role_arn.rpartition("/")[2]
    region = ministack.app.extract_region({}, {})
    request = iam_evaluator.EvalContext(
        principal_arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/logs",
        principal_type="AssumedRole", principal_account=ACCOUNT, action="logs:PutLogEvents",
        resource_arn=f"arn:aws:logs:{region}:{ACCOUNT}:log-group:{group}:log-stream:any",
        region=region,
    )  # fmt: skip
    policies = iam_evaluator._gather_role_policies(name, ACCOUNT)
    return bool(iam_evaluator.evaluate(request, policies).decision == "Allow")


def _operation(headers: Mapping[str, str]) -> str:
    return headers.get("x-amz-target", "").rpartition(".")[2]


def _fields(body: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(body or b"{}")
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}
