"""Generate the tables for checking settings from the SDKs: `make tables`.

images.json has the URIs of AWS's images in each region, from the SageMaker SDK;
instance_types.json has SageMaker's instance types, from the AWS SDK.
"""

import json
from typing import Any

from scripts import ROOT
from stacks.settings import images, machines

SHAPES = {
    "training": "TrainingInstanceType",
    "endpoint": "ProductionVariantInstanceType",
    "transform": "TransformInstanceType",
}
# Framework, version and other options of image_uris.retrieve
IMAGES: dict[str, tuple[str, dict[str, str]]] = {
    "training": ("pytorch-amzn2023", {"version": "2.13", "image_scope": "training"}),
    "serving": (
        "pytorch",
        {"version": "2.6.0", "py_version": "py312", "image_scope": "inference"},
    ),
    images.SCIKIT_LEARN: (
        "sklearn",
        {"version": "1.9-0", "py_version": "py3", "image_scope": "inference"},
    ),
}


def image_table() -> dict[str, Any]:
    """Return the image for each purpose, and its registry in each region."""
    from sagemaker.core import image_uris  # noqa: PLC0415 - 420 MB, and not needed to synthesize

    table: dict[str, Any] = {}
    for purpose, (framework, options) in IMAGES.items():
        config = image_uris.config_for_framework(framework)
        versions = config.get(options["image_scope"], config)["versions"]
        uris = {
            region: image_uris.retrieve(
                framework, region=region, instance_type="ml.m5.large", **options
            )
            for region in sorted(versions[options["version"]]["registries"])
        }
        (image,) = {uri.partition("/")[2] for uri in uris.values()}
        registries = {region: uri.partition("/")[0] for region, uri in uris.items()}
        table[purpose] = {"image": image, "registries": registries}
    return table


def instance_table() -> dict[str, list[str]]:
    """Return the sorted instance types for each use."""
    from botocore.session import Session  # noqa: PLC0415 - not needed to synthesize

    model = Session().get_service_model("sagemaker")
    return {use: sorted(model.shape_for(shape).enum) for use, shape in SHAPES.items()}


TABLES = {
    "images": (image_table, images.TABLE, 2),
    "instances": (instance_table, machines.TABLE, 1),
}


def main() -> None:
    """Write the tables."""
    for build, file, indent in TABLES.values():
        file.write_text(json.dumps(build(), indent=indent) + "\n", "utf-8")
        print(f"wrote {file.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
