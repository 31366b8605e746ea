"""Which instances have a volume that a key encrypts."""

import pytest

from stacks.sagemaker_permissions import has_volume


@pytest.mark.parametrize(
    "instance", ["ml.m5.xlarge", "ml.c6i.2xlarge", "ml.t3.medium", "ml.p3.2xlarge"]
)
def test_a_volume_takes_a_key(instance: str) -> None:
    assert has_volume(instance)


@pytest.mark.parametrize(
    "instance",
    [
        "ml.m5d.large",
        "ml.m6gd.large",
        "ml.c5d.xlarge",
        "ml.g5.xlarge",
        "ml.p3dn.24xlarge",
        "ml.trn1.2xlarge",
    ],
)
def test_a_local_disk_takes_none(instance: str) -> None:
    assert not has_volume(instance)
