"""Generates settings/instance_types.json from the AWS SDK: `python -m stacks.instance_table`."""

import json

from stacks.settings.machines import TABLE

SHAPES = {"training": "TrainingInstanceType", "endpoint": "ProductionVariantInstanceType"}


def build_table() -> dict[str, list[str]]:
    """Return use to instance types, sorted, as the SDK knows them."""
    from botocore.session import Session  # noqa: PLC0415 - not needed to synthesize

    model = Session().get_service_model("sagemaker")
    return {use: sorted(model.shape_for(shape).enum) for use, shape in SHAPES.items()}


if __name__ == "__main__":
    TABLE.write_text(json.dumps(build_table(), indent=1) + "\n", "utf-8")
