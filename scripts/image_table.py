"""Generates images.json from the SageMaker SDK: `python -m stacks.image_table`."""

import json
from typing import Any

from stacks.settings.images import TABLE


def build_table() -> dict[str, Any]:
    """Return purpose to image and to region and registry, as the SDK knows them."""
    from sagemaker.core import image_uris  # noqa: PLC0415 - 420 MB, and not needed to synthesize

    queries: dict[str, tuple[str, str, dict[str, str]]] = {
        "training": (
            "pytorch-amzn2023",
            "2.13",
            {"version": "2.13", "image_scope": "training"},
        ),
        "serving": (
            "pytorch",
            "2.6.0",
            {"version": "2.6.0", "py_version": "py312", "image_scope": "inference"},
        ),
    }
    table: dict[str, Any] = {}
    for purpose, (framework, version, options) in queries.items():
        config = image_uris.config_for_framework(framework)
        scope = config.get(options["image_scope"], config)
        registries: dict[str, str] = {}
        for region in sorted(scope["versions"][version]["registries"]):
            uri = image_uris.retrieve(
                framework, region=region, instance_type="ml.m5.large", **options
            )
            registry, _, image = uri.partition("/")
            registries[region] = registry
            table[purpose] = {"image": image, "registries": registries}
    return table


if __name__ == "__main__":
    TABLE.write_text(json.dumps(build_table(), indent=2) + "\n", "utf-8")
