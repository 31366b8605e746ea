"""Templates for AWS's other partitions: China and GovCloud (US)."""

import json
import re
from pathlib import Path

import pytest

from tests.stacks.assembly import synthesize

ARN = re.compile(r"arn:(aws[a-z-]*):")
# A host of AWS, except for service names, which are the same in every partition
HOST = re.compile(r'"([^"]*[a-z0-9]\.amazonaws\.com)(?!\.cn)[^"]*"')
SERVICE = re.compile(r"([a-z0-9]+|logging\.s3)\.amazonaws\.com")


@pytest.mark.parametrize(
    ("region", "partition", "domain"),
    [
        ("cn-north-1", "aws-cn", "amazonaws.com.cn"),
        ("us-gov-west-1", "aws-us-gov", "amazonaws.com"),
    ],
)
@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_arns_and_hosts_match_the_partition(
    tmp_path: Path, environment: str, region: str, partition: str, domain: str
) -> None:
    # These regions do not support the page, nor does GovCloud support budgets.
    settings = {"region": region, "api.access": "iam", "operations.monthly_budget_usd": ""}
    assembly = synthesize(environment, tmp_path, settings)
    text = json.dumps(assembly.templates)
    assert set(ARN.findall(text)) == {partition}
    for image in (
        assembly.only("AWS::SageMaker::Model", within="Endpoint")["PrimaryContainer"]["Image"],
        assembly.only("Custom::TrainingJob")["Image"],
    ):
        assert f".dkr.ecr.{region}.{domain}/" in image
    if partition == "aws-cn":
        assert [host for host in HOST.findall(text) if not SERVICE.fullmatch(host)] == []
