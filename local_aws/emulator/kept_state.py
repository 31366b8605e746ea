"""State of the emulator on disk, from which it resumes after it was killed.

ministack writes its state only when it ends normally. This module writes it whenever stacks have
changed and all of them have settled, so an emulator never resumes in the middle of a
deployment. Objects in S3 are written at once.
"""

import asyncio
import shutil
from pathlib import Path

from local_aws.emulator.extension import write_state
from local_aws.emulator.patches.cloudformation import settled_stacks

POLL_SECONDS = 1.0
RECORDS = "sagemaker-records"


class KeptState:
    """A folder with the state of the emulator and of SageMaker at the same moment."""

    def __init__(self, kept: Path, records: Path) -> None:
        """Use `kept` as the folder; `records` is SageMaker's folder of records."""
        self._kept, self._records = kept, records
        self._seen: tuple[tuple[str, str, int], ...] = ()

    def restore(self) -> None:
        """Restore the SageMaker records that belong to the emulator's state."""
        spare = _spare(self._kept)
        if spare.is_dir() and not self._kept.exists():  # killed between two renames
            spare.rename(self._kept)
        if (self._kept / RECORDS).is_dir():
            shutil.rmtree(self._records, ignore_errors=True)
            shutil.copytree(self._kept / RECORDS, self._records)

    async def keep(self) -> None:
        """Write the state after each change of the stacks while the emulator runs."""
        while True:
            stacks = settled_stacks()
            if stacks is not None and stacks != self._seen:
                self._write()
                self._seen = stacks
            await asyncio.sleep(POLL_SECONDS)

    def _write(self) -> None:
        """Write the whole state to a new folder, which replaces the last one."""
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
