"""Every template as it was last accepted: `make snapshots` accepts a change.

What changes with every edit of a source file is masked: asset hashes, the training job's name and
what a function's version is called.
"""

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from scripts.snapshots import masked
from scripts.synthesis import STACKS
from tests.stacks.assembly import Assembly


@pytest.mark.parametrize("stack", STACKS)
def test_template(assembly: Assembly, stack: str, snapshot: SnapshotAssertion) -> None:
    template = masked(assembly.template(stack))
    assert template == snapshot(extension_class=JSONSnapshotExtension)
