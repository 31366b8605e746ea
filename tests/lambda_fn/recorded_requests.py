"""A pytest plugin that records which lines of the handlers sent a request that botocore validated.

botocore validates the parameters of clients and stubs, and of requests that a fake passes to
`fake_aws.check`.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.validate import ParamValidator

from scripts import ROOT

HANDLERS = str(ROOT / "lambda_fn")


@pytest.fixture(autouse=True, scope="session")
def recorder() -> Iterator[None]:
    """Write file and line of each validated request to the file that RECORDED_REQUESTS names."""
    lines: set[tuple[str, int]] = set()
    validate = ParamValidator.validate

    def recorded(self: ParamValidator, params: Any, shape: Any) -> Any:
        report = validate(self, params, shape)
        frame = sys._getframe()  # noqa: SLF001 - the caller's line is in no other place
        while frame is not None and not frame.f_code.co_filename.startswith(HANDLERS):
            frame = frame.f_back  # type: ignore[assignment]
        if frame is not None:
            lines.add((str(Path(frame.f_code.co_filename).relative_to(ROOT)), frame.f_lineno))
        return report

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ParamValidator, "validate", recorded)
        yield
    Path(os.environ["RECORDED_REQUESTS"]).write_text(json.dumps(sorted(lines)), "utf-8")
