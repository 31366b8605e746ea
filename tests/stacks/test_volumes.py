"""Volumes of instances that a key can encrypt."""

import json

import pytest

from scripts import ROOT
from stacks.building_blocks.permissions import has_volume

TYPES = json.loads((ROOT / "stacks" / "settings" / "instance_types.json").read_text("utf-8"))
FAMILIES = {name.split(".")[1] for types in TYPES.values() for name in types}
# SageMaker's instance families, and whether they have local disks:
# https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-types.html
LOCAL_DISK = {
    "c5d", "c6gd", "dl1", "g4dn", "g5", "g6", "g6e", "g7", "g7e", "inf2", "m5d", "m6gd", "p3dn", "p4d", "p4de",
    "p5", "p5e", "p5en", "p6-b200", "p6-b300", "p6e-gb200", "r5d", "r6gd", "r7gd", "trn1", "trn1n", "trn2",
}  # fmt: skip


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_volumes_take_a_key_and_local_disks_do_not(family: str) -> None:
    assert has_volume(f"ml.{family}.large") is (family not in LOCAL_DISK)


def test_sagemaker_offers_the_families_with_local_disks() -> None:
    assert LOCAL_DISK <= FAMILIES
