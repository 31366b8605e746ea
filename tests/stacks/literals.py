"""Templates with CloudFormation's functions resolved, for tools that read only literal values."""

import re
from typing import Any

ACCOUNT = "111122223333"
PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::StackId": f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/own/0f0e",
    "AWS::URLSuffix": "amazonaws.com",
}
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/0f0e0d0c-1"
# The form of the attribute Arn, by type
ARNS = {
    "AWS::CloudWatch::Alarm": f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:{{}}",
    "AWS::IAM::Role": f"arn:aws:iam::{ACCOUNT}:role/{{}}",
    "AWS::KMS::Key": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{{}}",
    "AWS::Lambda::Function": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{{}}",
    "AWS::Logs::LogGroup": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{{}}:*",
    "AWS::S3::Bucket": "arn:aws:s3:::{}",
}
# The form of a reference, for types whose references are ARNs
REFERENCES = {
    "AWS::SNS::Topic": f"arn:aws:sns:us-east-1:{ACCOUNT}:{{}}",
    "AWS::StepFunctions::StateMachine": f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:{{}}",
}


def literal(value: Any, resources: dict[str, Any]) -> Any:
    """Return a value of a template with its functions resolved.

    Args:
        value: the value, at any depth.
        resources: the template's resources.
    """
    if isinstance(value, list):
        return [literal(one, resources) for one in value]
    if isinstance(value, dict):
        ((name, argument), *rest) = value.items() or [("", None)]
        if not rest and name in {"Ref", "Fn::GetAtt", "Fn::Join", "Fn::Sub"}:
            return _call(name, argument, resources)
        return {key: literal(one, resources) for key, one in value.items()}
    # No other value is in a parameter.
    is_key = isinstance(value, str) and value.startswith("{{resolve:ssm:")
    return KEY if is_key else value


def _call(name: str, argument: Any, resources: dict[str, Any]) -> str:
    """Return the result of one of CloudFormation's functions."""
    if name == "Fn::Join":
        separator, parts = argument
        return str(separator).join(str(literal(part, resources)) for part in parts)
    if name == "Fn::Sub":
        return re.sub(r"\$\{([\w:]+)\}", lambda match: PSEUDO[match[1]], argument)
    if name == "Ref" and argument in PSEUDO:
        return PSEUDO[argument]
    resource, attribute = (argument, "") if name == "Ref" else argument
    kind = resources[resource]["Type"]
    form = {"": REFERENCES, "Arn": ARNS}.get(attribute, {}).get(kind, f"{{}}{attribute}")
    return form.format(resource)
