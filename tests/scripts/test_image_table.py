"""images.json is what the SageMaker SDK says."""

import json
from functools import cache

import pytest
from sagemaker.core import common_utils, image_uris

from scripts.image_table import build_table
from stacks.settings.images import TABLE


def test_the_table_is_the_sdks(monkeypatch: pytest.MonkeyPatch) -> None:
    # The SDK parses a megabyte of JSON for each of 80 images: let it do so once.
    resolver = cache(common_utils._botocore_resolver)  # noqa: SLF001 - there is no public switch
    monkeypatch.setattr(image_uris.utils, "_botocore_resolver", resolver)
    assert json.loads(TABLE.read_text()) == build_table()
