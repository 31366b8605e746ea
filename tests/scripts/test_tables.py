"""Generated tables match the SDKs."""

import json
from functools import cache

import pytest
from sagemaker.core import common_utils, image_uris

from scripts.tables import TABLES


@pytest.mark.parametrize("name", TABLES)
def test_the_table_matches_the_sdk(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # The SDK parses a megabyte of JSON for each of 80 images; parse it once.
    resolver = cache(common_utils._botocore_resolver)  # noqa: SLF001 - there is no public switch
    monkeypatch.setattr(image_uris.utils, "_botocore_resolver", resolver)
    build, file, indent = TABLES[name]
    assert file.read_text("utf-8") == json.dumps(build(), indent=indent) + "\n"
