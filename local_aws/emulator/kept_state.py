"""What the emulator remembers, kept on disk while it runs, so that one that was killed can go on.

ministack writes its state when it ends, which one that is killed does not. Here it is written
whenever the stacks have changed and all of them are settled again: what is restored is what a
deployment had ended with, never the middle of one. Objects in S3 are written as they come.
"""

import asyncio
import shutil
from pathlib import Path

from local_aws.emulator.extension import write_state
from local_aws.emulator.patches.cloudformation import settled_stacks

SECONDS_BETWEEN_LOOKS = 1.0
RECORDS = "sagemaker-records"


class KeptState:
    """A folder with the state of the emulator and of SageMaker, both of the same moment."""

    def __init__(self, kept: Path, records: Path) -> None:
        """Keep in `kept`; `records` is SageMaker's folder of records."""
        self._kept, self._records = kept, records
        self._seen: tuple[tuple[str, str, int], ...] = ()

    def restore(self) -> None:
        """Give SageMaker the records that belong to the emulator's state."""
        spare = _spare(self._kept)
        if spare.is_dir() and not self._kept.exists():  # ended between two renames
            spare.rename(self._kept)
        if (self._kept / RECORDS).is_dir():
            shutil.rmtree(self._records, ignore_errors=True)
            shutil.copytree(self._kept / RECORDS, self._records)

    async def keep(self) -> None:
        """Write the state after each change of the stacks, for as long as the emulator runs."""
        while True:
            stacks = settled_stacks()
            if stacks is not None and stacks != self._seen:
                self._write()
                self._seen = stacks
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)

    def _write(self) -> None:
        """Write all of it beside the last one, and put it in its place at once."""
        new, spare = self._kept.with_name(f"{self._kept.name}-new"), _spare(self._kept)
        for folder in (new, spare):
            shutil.rmtree(folder, ignore_errors=True)
        new.mkdir(parents=True)
        write_state(new)
        if self._records.is_dir():
            shutil.copytree(self._records, new / RECORDS)
        if self._kept.exists():
            self._kept.rename(spare)
        new.rename(self._kept)
        shutil.rmtree(spare, ignore_errors=True)


def _spare(kept: Path) -> Path:
    return kept.with_name(f"{kept.name}-old")
