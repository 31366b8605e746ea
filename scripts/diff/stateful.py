"""Resources that hold what nobody can make again, and the record of them.

Another logical id or immutable property would replace one: an empty bucket instead of the data,
another key instead of the one that can decrypt, another address instead of the one that is known.
`make accept-replacements` accepts such a change.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts import ROOT
from scripts.diff.changes import immutable
from scripts.diff.snapshots import Template, present
from scripts.synthesis import environments

RECORDS = Path("tests/stacks/stateful")
STATEFUL = (
    "AWS::ApiGateway::RestApi",
    "AWS::CloudFront::Distribution",
    "AWS::KMS::Key",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SageMaker::Endpoint",
    "AWS::SecretsManager::Secret",
)

Record = dict[str, dict[str, Any]]


def stateful(templates: Mapping[str, Template]) -> Record:
    """Return stack and logical id of every stateful resource, with its immutable properties.

    An endpoint's kind is none of its properties, and yet cannot change: SageMaker makes no
    serverless endpoint of one with instances, nor rolls back from instances to serverless.
    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html
    """
    return {
        f"{stack}/{name}": {
            "Type": resource["Type"],
            **{
                key: value
                for key, value in resource.get("Properties", {}).items()
                if key in immutable(resource["Type"])
            },
            **_kind_of(resource, template),
        }
        for stack, template in templates.items()
        for name, resource in sorted(template["Resources"].items())
        if resource["Type"] in STATEFUL
    }


def _kind_of(resource: Mapping[str, Any], template: Template) -> dict[str, str]:
    """Return whether an endpoint is serverless or real-time; nothing of another resource."""
    if resource["Type"] != "AWS::SageMaker::Endpoint":
        return {}
    config, _ = resource["Properties"]["EndpointConfigName"]["Fn::GetAtt"]
    (variant,) = template["Resources"][config]["Properties"]["ProductionVariants"]
    return {"Kind": "serverless" if "ServerlessConfig" in variant else "real_time"}


def recorded(environment: str) -> Record:
    """Return the accepted record of an environment; empty when there is none."""
    file = ROOT / RECORDS / f"{environment}.json"
    record: Record = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    return record


def main() -> int:
    """Accept the stateful resources of every environment as they are now."""
    for environment, templates in present(environments()).items():
        file = ROOT / RECORDS / f"{environment}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(stateful(templates), indent=2, sort_keys=True)
        file.write_text(text + "\n", "utf-8")
        sys.stdout.write(f"{file.relative_to(ROOT)} is written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
