"""Every template as it was last accepted: `make snapshots` accepts a change.

What changes with every edit of a source file is masked: asset hashes and the training job's name.
"""

import json
import re
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from scripts.synthesis import STACKS
from tests.infrastructure.assembly import Assembly

HASH = re.compile(r"[0-9a-f]{64}")
JOB_NAME = re.compile(r"(sentiment-[a-z0-9]+-)[0-9a-f]{12}\b")


@pytest.mark.parametrize("stack", STACKS)
def test_template(assembly: Assembly, stack: str, snapshot: SnapshotAssertion) -> None:
    text = json.dumps(assembly.template(stack))
    masked = JOB_NAME.sub(r"\1<inputs>", HASH.sub("<hash>", text))
    template: dict[str, Any] = json.loads(masked)
    assert template == snapshot(extension_class=JSONSnapshotExtension)
