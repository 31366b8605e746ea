"""How a measuring process hands its result to the process that started it: one printed line."""

import json
from collections.abc import Sequence
from typing import Any

PREFIX = "result="


def hand_over(content: Any) -> None:
    """Print what the starting process is to have; it must be what JSON can hold."""
    print(PREFIX + json.dumps(content), flush=True)


def handed_over(lines: Sequence[str]) -> Any:
    """Return what the process handed over, None when it did not."""
    found = [line for line in lines if line.startswith(PREFIX)]
    return json.loads(found[-1].removeprefix(PREFIX)) if found else None
