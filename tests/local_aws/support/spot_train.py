"""A training script that counts steps and continues from the count in its checkpoint.

The first time it stops in the middle and waits for the interruption. Under torchrun each rank has
its own checkpoint.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType

MIDDLE, END = 5, 10
CHECKPOINTS = Path(os.environ["SAGEMAKER_BASE_DIR"], "checkpoints")
RANK = os.environ.get("RANK", "0")


def save(name: str, content: object) -> None:
    """Write a checkpoint atomically."""
    temporary = CHECKPOINTS / "deep" / f"{name}.tmp"
    temporary.parent.mkdir(exist_ok=True)
    temporary.write_text(json.dumps(content))
    temporary.replace(temporary.with_suffix(""))


def save_and_exit(_number: int, _frame: FrameType | None) -> None:
    """Save a file when SIGTERM announces the interruption, and exit."""
    save(f"notice-{RANK}", "in time")
    sys.exit(0)


def main() -> None:
    """Count to the end."""
    signal.signal(signal.SIGTERM, save_and_exit)
    last = CHECKPOINTS / "deep" / f"steps-{RANK}"
    steps: list[str] = json.loads(last.read_text()) if last.exists() else []
    restored = sorted(path.name for path in CHECKPOINTS.rglob("*") if path.is_file())
    first = not steps
    while len(steps) < (MIDDLE if first else END):
        steps.append("first" if first else "again")
        save(f"steps-{RANK}", steps)
    while first:
        time.sleep(0.1)
    model = Path(os.environ["SM_MODEL_DIR"], "steps.json")
    model.write_text(json.dumps({"steps": steps, "restored": restored}))


if __name__ == "__main__":
    main()
