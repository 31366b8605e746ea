"""The same templates in AWS's other partitions: China, and the US government's."""

import json
import re
from pathlib import Path

import pytest

from tests.infrastructure.assembly import synthesize

ARN = re.compile(r"arn:(aws[a-z-]*):")


@pytest.mark.parametrize(
    ("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_arns_are_the_partition_s_own(
    tmp_path: Path, environment: str, region: str, partition: str
) -> None:
    access = "public" if partition == "aws-cn" else "iam"  # CloudFront is not everywhere
    assembly = synthesize(environment, tmp_path, {"region": region, "api.access": access})
    assert set(ARN.findall(json.dumps(assembly.templates))) == {partition}


def test_images_in_china_are_china_s(tmp_path: Path) -> None:
    assembly = synthesize("dev", tmp_path, {"region": "cn-north-1"})
    image = assembly.only("AWS::SageMaker::Model")["PrimaryContainer"]["Image"]
    assert ".dkr.ecr.cn-north-1.amazonaws.com.cn/" in image
    job = assembly.only("Custom::TrainingJob")
    assert ".dkr.ecr.cn-north-1.amazonaws.com.cn/" in job["Image"]
