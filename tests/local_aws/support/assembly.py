"""Cloud assemblies that the CDK CLI deploys as they are, without a synthesis."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local_aws.environment import ACCOUNT, DEFAULT_REGION

# A function behind a custom resource: it fails with the reason in the resource's properties.
FUNCTION = """
import json, urllib.request

def handler(event, context):
    reason = event["ResourceProperties"].get("Fails")
    failed = reason is not None and event["RequestType"] != "Delete"
    answer = {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
    answer |= {"Status": "FAILED" if failed else "SUCCESS", "PhysicalResourceId": "custom"}
    body = json.dumps(answer | {"Reason": reason or ""}).encode()
    urllib.request.urlopen(urllib.request.Request(event["ResponseURL"], body, method="PUT"))
"""
QUEUE: dict[str, Any] = {"Type": "AWS::SQS::Queue", "Properties": {}}


def custom_resource(*, code: str = FUNCTION, **properties: str) -> dict[str, Any]:
    """Return a custom resource `Training` and its function."""
    role = {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}}
    return {
        "Role": {"Type": "AWS::IAM::Role", "Properties": role},
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Runtime": "python3.12",
                "Handler": "index.handler",
                "Timeout": 60,
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Code": {"ZipFile": code},
            },
        },
        "Training": {
            "Type": "Custom::Training",
            "Properties": {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}, **properties},
        },
    }


def application(folder: Path, stacks: Mapping[str, Mapping[str, Any]]) -> Path:
    """Write an application of stacks (name to resources), each depending on those before."""
    assembly = folder / "assembly"
    assembly.mkdir(parents=True, exist_ok=True)
    artifacts: dict[str, Any] = {}
    for name, resources in stacks.items():
        template = assembly / f"{name}.template.json"
        template.write_text(json.dumps({"Resources": resources}))
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "environment": f"aws://{ACCOUNT}/{DEFAULT_REGION}",
            "properties": {"templateFile": template.name},
            "displayName": name,
            "dependencies": list(artifacts),
            "metadata": {
                f"/{name}/Job/{logical_id}/Resource/Default": [
                    {"type": "aws:cdk:logicalId", "data": logical_id}
                ]
                for logical_id in resources
            },
        }
    manifest = {"version": "36.0.0", "artifacts": artifacts}
    (assembly / "manifest.json").write_text(json.dumps(manifest))
    (folder / "cdk.json").write_text(json.dumps({"app": assembly.name}))
    return folder
