"""Resources whose contents or addresses cannot be recreated, and the record of them.

Changing the logical id or an immutable property replaces such a resource: with an empty bucket, a
key that cannot decrypt old data, or an unknown address. `make accept-replacements` accepts that.
"""

import json
import sys
from collections.abc import Mapping
from typing import Any

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from scripts import ROOT
from scripts.snapshots import Template, present
from scripts.synthesis import environments

RECORDS = ROOT / "tests" / "stacks" / "stateful"
STATEFUL = (
    "AWS::ApiGateway::RestApi",
    "AWS::CloudFront::Distribution",
    "AWS::KMS::Key",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SageMaker::Endpoint",
    "AWS::SageMaker::ModelPackageGroup",
    "AWS::SecretsManager::Secret",
)
SCALABLE = "AWS::ApplicationAutoScaling::ScalableTarget"
# The schemas of these types have the same immutable properties in every region.
SCHEMA_REGION = "us-east-1"

Record = dict[str, dict[str, Any]]


def stateful(templates: Mapping[str, Template]) -> Record:
    """Return the immutable properties of every stateful resource, by stack and logical id.

    The kind of an endpoint is not a property, but cannot change: SageMaker cannot convert an
    endpoint with instances to a serverless one, nor roll back from instances to serverless. Nor
    can the instance type change while Application Auto Scaling scales the endpoint.
    Sources:
        https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html
        https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html
    """
    return {
        f"{stack}/{name}": {
            "Type": resource["Type"],
            **{
                key: value
                for key, value in resource.get("Properties", {}).items()
                if key in immutable(resource["Type"])
            },
            **_endpoint_kind(resource, template),
        }
        for stack, template in templates.items()
        for name, resource in sorted(template["Resources"].items())
        if resource["Type"] in STATEFUL
    }


def immutable(kind: str) -> set[str]:
    """Return the top-level properties whose change replaces a resource, from its AWS schema."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(SCHEMA_REGION, kind).schema
    paths: list[str] = schema.get("createOnlyProperties", [])
    return {path.removeprefix("/properties/").partition("/")[0] for path in paths}


def _endpoint_kind(resource: Mapping[str, Any], template: Template) -> dict[str, str]:
    """Return what cannot change in an endpoint's configuration, and nothing for others."""
    if resource["Type"] != "AWS::SageMaker::Endpoint":
        return {}
    config, _ = resource["Properties"]["EndpointConfigName"]["Fn::GetAtt"]
    (variant,) = template["Resources"][config]["Properties"]["ProductionVariants"]
    if "ServerlessConfig" in variant:
        return {"Kind": "serverless"}
    scaled = any(one["Type"] == SCALABLE for one in template["Resources"].values())
    return {"Kind": "real_time"} | ({"InstanceType": variant["InstanceType"]} if scaled else {})


def main() -> int:
    """Accept the current stateful resources of every environment."""
    for environment, templates in present(environments()).items():
        file = RECORDS / f"{environment}.json"
        text = json.dumps(stateful(templates), indent=2, sort_keys=True)
        file.write_text(text + "\n", "utf-8")
        print(f"wrote {file.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
