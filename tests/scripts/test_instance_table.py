"""instance_types.json is what the AWS SDK says."""

import json

from scripts.instance_table import build_table
from stacks.settings.machines import TABLE


def test_the_table_is_the_sdks() -> None:
    assert json.loads(TABLE.read_text("utf-8")) == build_table()
