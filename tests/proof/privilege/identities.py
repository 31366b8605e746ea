"""The deployed roles, with the temporary keys that the embedded AWS issues for them."""

import io
import json
import zipfile
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import boto3
from botocore.exceptions import ClientError

from local_aws.environment import DECISIONS, DEFAULT_REGION, endpoint_url
from tests.support.deployment import Deployment

STACKS = ("storage", "model", "web")
DENIED = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "403"}
# A function that returns the keys of its role.
PROBE = """
import os

def handler(*_):
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    return {name.lower(): os.environ[name] for name in names}
"""


@dataclass
class Identities:
    """The roles of a deployment on an embedded AWS that enforces IAM.

    Attributes:
        deployment: the deployed application.
        environment: environment of the stacks.
    """

    deployment: Deployment
    environment: str = "dev"
    _keys: dict[str, dict[str, str]] = field(default_factory=dict)

    def client(self, service: str, role: str) -> Any:
        """Return a boto3 client that calls as a role.

        Args:
            service: service name in boto3, such as s3.
            role: stack and logical id without CDK's hash, such as `model/TrainingJobRole`.
        """
        if role not in self._keys:
            self._keys[role] = self._keys_of(self.arns[role])
        return boto3.client(
            service, region_name=DEFAULT_REGION, endpoint_url=endpoint_url(self.deployment.port),
            **self._keys[role],
        )  # fmt: skip

    @cached_property
    def arns(self) -> dict[str, str]:
        """The ARN of each role, by stack and logical id."""
        iam = self.deployment.client("iam")
        return {
            f"{stack}/{resource['LogicalResourceId'][:-8]}": iam.get_role(
                RoleName=resource["PhysicalResourceId"]
            )["Role"]["Arn"]
            for stack in STACKS
            for resource in self.resources(stack)
            if resource["ResourceType"] == "AWS::IAM::Role"
        }

    def resources(self, stack: str) -> list[dict[str, Any]]:
        """Return the deployed resources of a stack."""
        cloudformation = self.deployment.client("cloudformation")
        pages = cloudformation.get_paginator("list_stack_resources").paginate(
            StackName=f"sentiment-{self.environment}-{stack}"
        )
        return [resource for page in pages for resource in page["StackResourceSummaries"]]

    def physical(self, stack: str, logical: str, kind: str) -> str:
        """Return the physical id of the only resource of a type with a prefix of the logical id."""
        (found,) = [
            str(resource["PhysicalResourceId"])
            for resource in self.resources(stack)
            if resource["LogicalResourceId"].startswith(logical)
            and resource["ResourceType"] == kind
        ]
        return found

    def decisions(self) -> list[dict[str, Any]]:
        """Return all IAM decisions so far."""
        lines = (self.deployment.state / DECISIONS).read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def silent(self) -> set[str]:
        """Return the roles of the stacks that appear in no decision so far."""
        acted = acting(self.decisions())
        return {role for role, arn in self.arns.items() if name_of(arn) not in acted}

    def _keys_of(self, role_arn: str) -> dict[str, str]:
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("index.py", PROBE)
        functions = self.deployment.client("lambda")
        functions.create_function(
            FunctionName="probe", Runtime="python3.12", Handler="index.handler",
            Role=role_arn, Code={"ZipFile": code.getvalue()},
        )  # fmt: skip
        try:
            answer = functions.invoke(FunctionName="probe")
            keys: dict[str, str] = json.loads(answer["Payload"].read())
        finally:
            functions.delete_function(FunctionName="probe")
        return keys


def name_of(role_arn: str) -> str:
    """Return a role's name."""
    return role_arn.rpartition("/")[2]


def refused(decisions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the decisions that refused a call."""
    return [one for one in decisions if not one["allowed"]]


def acting(decisions: list[dict[str, Any]]) -> set[str]:
    """Return the names of the roles that made calls."""
    return {one["principal"].split("/")[1] for one in decisions if "/" in one["principal"]}


def done(decisions: list[dict[str, Any]], role_arn: str) -> set[str]:
    """Return the actions that a role was allowed to take."""
    name = name_of(role_arn)
    return {one["action"] for one in decisions if one["allowed"] and acting([one]) == {name}}


def refusal(error: ClientError) -> str | None:
    """Return the error code when permission was refused, otherwise None."""
    code = str(error.response["Error"]["Code"])
    return code if code in DENIED else None
