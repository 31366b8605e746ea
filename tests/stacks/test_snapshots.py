"""Every template matches its accepted snapshot: `make snapshots` accepts a change.

Values that change with every edit of a source file are masked: asset hashes, the training job's
name and the logical ids of function versions.
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
