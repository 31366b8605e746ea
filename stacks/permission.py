"""What roles may do, in plain values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aws_cdk.aws_iam import PolicyDocument


@dataclass(frozen=True, kw_only=True)
class Permission:
    """Actions that a role may take on resources.

    Attributes:
        sid: the name of its statement; empty for none.
        actions: such as `s3:GetObject`.
        resources: ARNs, with references of the CDK in them.
        conditions: operator to condition key to values.
    """

    sid: str = ""
    actions: Sequence[str]
    resources: Sequence[str]
    conditions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def statement(self) -> dict[str, Any]:
        """The statement of a policy that grants it, as IAM writes it."""
        return {
            **({"Sid": self.sid} if self.sid else {}),
            "Effect": "Allow",
            "Action": list(self.actions),
            "Resource": list(self.resources),
            **({"Condition": self.conditions} if self.conditions else {}),
        }


def policy_of(permissions: Iterable[Permission]) -> PolicyDocument:
    """Return the policy that grants permissions, a statement for each."""
    return PolicyDocument.from_json({"Statement": [one.statement for one in permissions]})
