"""Default images by region, and custom images."""

from datetime import date

import pytest

from stacks.settings.images import (
    SCIKIT_LEARN,
    ContainerImage,
    default_image,
    regions,
    serving_image,
)
from tests.stacks.altered import OWN_IMAGE


def test_a_region_has_a_training_image() -> None:
    image = default_image("training", "us-east-1")
    assert image == ContainerImage(
        uri="763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch:2.13-cpu-amzn2023-sagemaker",
        account="763104351884",
        region="us-east-1",
        repository="pytorch",
    )


def test_the_serving_image_supports_the_four_functions() -> None:
    uri = default_image("serving", "eu-central-1").uri
    assert uri.endswith(".eu-central-1.amazonaws.com/pytorch-inference:2.6.0-cpu-py312")


def test_the_scikit_learn_image_has_another_account_in_each_region() -> None:
    image = serving_image(SCIKIT_LEARN, "eu-central-1")
    registry = "492215442770.dkr.ecr.eu-central-1.amazonaws.com"
    assert image.uri == f"{registry}/sagemaker-scikit-learn:1.9-0-cpu-py3"
    assert image.is_scikit_learn
    assert not serving_image(None, "eu-central-1").is_scikit_learn


def test_the_end_of_the_patches_is_known() -> None:
    default = serving_image(None, "us-east-1")
    assert (
        default.patches(date(2026, 6, 30))
        == f"AWS patches the image {default.uri} until 2026-06-30."
    )
    late = default.patches(date(2026, 7, 1))
    assert late is not None
    assert late.startswith(f"AWS stopped patching the image {default.uri} on 2026-06-30")
    assert "endpoint.image=scikit-learn" in late
    patched = serving_image(SCIKIT_LEARN, "us-east-1")
    assert (
        patched.patches(date(2026, 12, 1))
        == f"AWS patches the image {patched.uri} until 2027-07-16."
    )
    assert serving_image(OWN_IMAGE, "us-east-1").patches(date(2026, 12, 1)) is None


@pytest.mark.parametrize("purpose", ["training", "serving", SCIKIT_LEARN])
def test_the_uri_of_every_region_can_be_parsed(purpose: str) -> None:
    assert len(regions(purpose)) > 30
    for region in regions(purpose):
        assert default_image(purpose, region).region == region


def test_china_has_a_separate_domain() -> None:
    assert ".amazonaws.com.cn/" in default_image("training", "cn-north-1").uri


def test_a_uri_may_have_a_digest() -> None:
    uri = f"111122223333.dkr.ecr.us-east-1.amazonaws.com/own/image@sha256:{'0' * 64}"
    assert ContainerImage.parse(uri).repository == "own/image"


def test_other_registries_are_refused() -> None:
    with pytest.raises(ValueError, match=r"docker.io/pytorch is not the URI of an image in ECR"):
        ContainerImage.parse("docker.io/pytorch")
