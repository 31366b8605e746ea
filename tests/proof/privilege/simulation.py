"""Evaluation of the deployed policies for calls that the embedded AWS does not check.

The engine, from the pinned version of ministack, also decides the executed calls.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ministack.core import iam_evaluator as engine

from local_aws.environment import ACCOUNT, DEFAULT_REGION
from tests.proof.privilege.identities import Identities, name_of
from tests.proof.privilege.names import Names

Policy = dict[str, Any]
RELEASE = "live"  # the function alias that others may call


@dataclass(frozen=True)
class Question:
    """One authorization request.

    Attributes:
        what: description of the request.
        action: permission that is requested.
        resource: function that returns the ARN of the resource.
        role: role of the stacks that makes the request, with its policies.
        principal: caller when it is not such a role: a service name or an ARN.
        policy: kind and name of the resource policy to evaluate, such as `bucket site`.
        context: function that returns further condition keys.
        tls: true for a request over TLS.
    """

    what: str
    action: str
    resource: Callable[[Names], str]
    role: str | None = None
    principal: str = ""
    policy: str | None = None
    context: Callable[[Names], Mapping[str, str]] = field(default=lambda _: {})
    tls: bool = True

    @property
    def about(self) -> str | None:
        """The role of the stacks that makes the request or is to be assumed."""
        kind, _, name = (self.policy or "").partition(" ")
        return name if kind == "trust" else self.role


def allows(enforced: Identities, names: Names, asked: Question) -> bool:
    """Evaluate a request against the deployed policies."""
    principal = names.roles[asked.role] if asked.role else asked.principal
    context = engine.EvalContext(
        principal_arn=principal,
        principal_type="AssumedRole" if asked.role else "Service",
        principal_account=ACCOUNT,
        action=asked.action,
        resource_arn=asked.resource(names),
        region=DEFAULT_REGION,
        secure_transport=asked.tls,
        service_context={key.lower(): value for key, value in asked.context(names).items()},
    )
    policy = _policy_of(enforced, names, *asked.policy.split()) if asked.policy else None
    if asked.role is None:
        service = principal if principal.endswith(".amazonaws.com") else None
        return _allowed(engine.evaluate_resource_policy(policy, context, service=service))
    own = [engine.parse_policy_document(one) for one in _policies_of(enforced, principal)]
    result = engine.evaluate(context, own)
    if policy is not None:
        required = bool(asked.policy and asked.policy.startswith("key"))
        result = engine.combine_resource_policy(result, context, policy, ACCOUNT, required=required)
    return _allowed(result)


def _allowed(result: engine.EvalResult) -> bool:
    return bool(result.decision == "Allow")


def _policies_of(enforced: Identities, role_arn: str) -> list[Policy]:
    iam, role = enforced.deployment.client("iam"), name_of(role_arn)
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    own = [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names]
    attached = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    return own + [_managed(iam, policy["PolicyArn"]) for policy in attached]


def _managed(iam: Any, arn: str) -> Policy:
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    found = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
    policy: Policy = found["Document"]
    return policy


def _policy_of(enforced: Identities, names: Names, kind: str, name: str) -> Policy:
    """Return the policy of a bucket, key, topic or function, or the trust policy of a role."""
    client = enforced.deployment.client
    if kind == "trust":
        role = name_of(names.roles[name])
        trust: Policy = client("iam").get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
        return trust
    if kind == "bucket":
        text = client("s3").get_bucket_policy(Bucket=getattr(names, name))["Policy"]
    elif kind == "key":
        key = enforced.physical("storage", name, "AWS::KMS::Key")
        text = client("kms").get_key_policy(KeyId=key, PolicyName="default")["Policy"]
    elif kind == "topic":
        topic = enforced.physical("storage", name, "AWS::SNS::Topic")
        text = client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"]
    else:
        released = {"FunctionName": getattr(names, name), "Qualifier": RELEASE}
        text = client("lambda").get_policy(**released)["Policy"]
    policy: Policy = json.loads(text)
    return policy
