"""The bucket policy in docs/data.md allows what the roles do."""

import json
import re
from fnmatch import fnmatch
from typing import Any

from scripts import ROOT
from tests.stacks.assembly import Assembly

BUCKET = "their-reviews"


def bucket_policy() -> dict[str, Any]:
    """Return the policy on the page."""
    (text,) = re.findall(
        r"```json\n(.*?)```", (ROOT / "docs" / "data.md").read_text("utf-8"), re.DOTALL
    )
    policy: dict[str, Any] = json.loads(text)
    return policy


def test_the_policy_names_the_roles_of_the_model_stack(dev: Assembly) -> None:
    """CloudFormation begins the name of a role with those of its stack."""
    (statement,) = bucket_policy()["Statement"]
    assert f"arn:aws:s3:::{BUCKET}" in statement["Resource"]
    pattern = statement["Condition"]["ArnLike"]["aws:PrincipalArn"].rpartition("/")[2]
    for resource in dev.resources("AWS::IAM::Role", "model").values():
        assert "RoleName" not in resource["Properties"]
    assert fnmatch("sentiment-dev-model-TrainingJobRole-1A2B3C", pattern)
    assert (dev.folder / f"{pattern.removesuffix('-*')}.template.json").is_file()
