"""IAM: the managed policies that AWS has, and the simulation of a principal's policies.

ministack knows thirty of AWS's policies, and simulates on one resource and without context.
"""

import json
import re
from collections.abc import Iterator
from itertools import count
from typing import Any
from xml.sax.saxutils import escape

from ministack.core import iam_evaluator
from ministack.services import iam

from local_aws.environment import ACCOUNT

PRIVATE_NAMES = (
    (iam, "_AWS_MANAGED_POLICY_PREFIX", "str"),
    (iam, "_IAM_HANDLERS", "dict"),
    (iam, "_aws_managed_policies", "dict"),
    (iam, "_error", "(status, code, message, ns='iam')"),
    (iam, "_make_aws_managed_record", "(name, document, description='')"),
    (iam, "_p", "(params, key, default='')"),
    (iam, "_roles", "AccountScopedDict"),
    (iam, "_users", "AccountScopedDict"),
    (iam, "_xml", "(status, root_tag, inner, ns='iam')"),
    (iam, "get_region", "()"),
    (iam_evaluator, "EvalContext", "(principal_arn, principal_type, principal_account, action, resource_arn, region, source_ip=<factory>, secure_transport=<factory>, request_tags=<factory>, tag_keys=<factory>, service_context=<factory>, principal_keys=<factory>)"),
    (iam_evaluator, "_gather_role_policies", "(role_name, account_id)"),
    (iam_evaluator, "_gather_user_policies", "(user_name, account_id)"),
    (iam_evaluator, "_permissions_boundary", "(store, name, account_id)"),
    (iam_evaluator, "evaluate", "(ctx, policies, *limits)"),
    (iam_evaluator, "parse_policy_document", "(doc)"),
)  # fmt: skip
PRINCIPAL = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(role|user)/(?:.+/)?([^/]+)")
DECISIONS = {"Allow": "allowed", "Deny": "explicitDeny", "ImplicitDeny": "implicitDeny"}
Policies = list[list[Any]]


class _ManagedPolicies(dict[str, Any]):
    """AWS's policies by ARN: ministack's, and all others from the first use of one of these on."""

    _complete = False

    def get(self, arn: str, default: Any = None) -> Any:
        """Return a policy."""
        if arn not in self:
            self._read()
        return super().get(arn, default)

    def items(self) -> Any:
        """Return all policies."""
        self._read()
        return super().items()

    def _read(self) -> None:
        """Add the policies that moto has copied from AWS."""
        if self._complete:
            return
        from moto.iam.aws_managed_policies import (  # noqa: PLC0415 - 5 MB that few need
            aws_managed_policies_data,
        )

        self._complete = True
        for name, policy in json.loads(aws_managed_policies_data).items():
            path = f"{policy['Path']}{name}".lstrip("/")
            document = json.dumps(policy["Document"])
            record = iam._make_aws_managed_record(path, document)
            version = policy["DefaultVersionId"]
            described = {**record["Versions"]["v1"], "VersionId": version}
            record |= {"DefaultVersionId": version, "Versions": {version: described}}
            self.setdefault(f"{iam._AWS_MANAGED_POLICY_PREFIX}{path}", record)


def apply() -> None:
    """Patch ministack."""
    iam._aws_managed_policies = _ManagedPolicies(iam._aws_managed_policies)
    iam._IAM_HANDLERS["SimulatePrincipalPolicy"] = _simulate_principal
    iam._IAM_HANDLERS["SimulateCustomPolicy"] = _simulate_custom


def _simulate_principal(form: dict[str, Any]) -> Any:
    arn = iam._p(form, "PolicySourceArn")
    match = PRINCIPAL.fullmatch(arn)
    if match is None:
        message = f"Invalid Entity Arn: {arn} does not clearly define entity type and name."
        return iam._error(400, "InvalidInput", message)
    kind, name = match.groups()
    store = iam._roles if kind == "role" else iam._users
    if name not in store:
        message = f"The {kind} with name {name} cannot be found."
        return iam._error(404, "NoSuchEntity", message)
    gather = {
        "role": iam_evaluator._gather_role_policies, "user": iam_evaluator._gather_user_policies,
    }[kind]  # fmt: skip
    policies = [*gather(name, ACCOUNT), *_documents(form, "PolicyInputList")]
    given = _documents(form, "PermissionsBoundaryPolicyInputList")
    boundary = [given] if given else iam_evaluator._permissions_boundary(store, name, ACCOUNT)
    return _answer("SimulatePrincipalPolicy", form, arn, policies, boundary)


def _simulate_custom(form: dict[str, Any]) -> Any:
    caller = iam._p(form, "CallerArn") or f"arn:aws:iam::{ACCOUNT}:root"
    given = _documents(form, "PermissionsBoundaryPolicyInputList")
    policies = _documents(form, "PolicyInputList")
    return _answer("SimulateCustomPolicy", form, caller, policies, [given] if given else [])


def _answer(
    operation: str, form: dict[str, Any], arn: str, policies: Policies, limits: list[Policies]
) -> Any:
    """Return the decision on each action for each resource."""
    results = "".join(
        _result(action, resource, arn, _context(form), policies, limits)
        for action in _members(form, "ActionNames")
        for resource in list(_members(form, "ResourceArns")) or ["*"]
    )
    body = f"<EvaluationResults>{results}</EvaluationResults><IsTruncated>false</IsTruncated>"
    return iam._xml(200, f"{operation}Response", f"<{operation}Result>{body}</{operation}Result>")


def _result(  # noqa: PLR0913, PLR0917 - what a decision depends on
    action: str,
    resource: str,
    arn: str,
    context: dict[str, Any],
    policies: Policies,
    limits: list[Policies],
) -> str:
    request = iam_evaluator.EvalContext(
        principal_arn=arn, principal_type="User", principal_account=ACCOUNT, action=action,
        resource_arn=resource, region=iam.get_region(), service_context=context,
    )  # fmt: skip
    decision = iam_evaluator.evaluate(request, policies, *limits)
    within = all(iam_evaluator.evaluate(request, one).decision == "Allow" for one in limits)
    detail = (
        "<PermissionsBoundaryDecisionDetail><AllowedByPermissionsBoundary>"
        f"{str(within).lower()}</AllowedByPermissionsBoundary></PermissionsBoundaryDecisionDetail>"
    )
    return (
        f"<member><EvalActionName>{escape(action)}</EvalActionName>"
        f"<EvalResourceName>{escape(resource)}</EvalResourceName>"
        f"<EvalDecision>{DECISIONS[decision.decision]}</EvalDecision>"
        "<MatchedStatements></MatchedStatements><MissingContextValues></MissingContextValues>"
        f"{detail if limits else ''}</member>"
    )


def _context(form: dict[str, Any]) -> dict[str, Any]:
    """Return the request's context keys with their values."""
    context: dict[str, Any] = {}
    for number in count(1):
        entry = f"ContextEntries.member.{number}"
        key = iam._p(form, f"{entry}.ContextKeyName")
        if not key:
            break
        values = list(_members(form, f"{entry}.ContextKeyValues"))
        is_list = iam._p(form, f"{entry}.ContextKeyType").endswith("List")
        context[key.lower()] = values if is_list else (values or [""])[0]
    return context


def _documents(form: dict[str, Any], name: str) -> Policies:
    return [iam_evaluator.parse_policy_document(one) for one in _members(form, name)]


def _members(form: dict[str, Any], name: str) -> Iterator[str]:
    for number in count(1):
        value = iam._p(form, f"{name}.member.{number}")
        if not value:
            return
        yield value
