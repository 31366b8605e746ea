"""Default images by region, and custom images."""

import pytest

from stacks.settings.images import ContainerImage, default_image, regions


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


@pytest.mark.parametrize("purpose", ["training", "serving"])
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
