"""SageMaker's records, one JSON file per resource."""

import json
import os
import threading
import time
from pathlib import Path
from typing import Any

Record = dict[str, Any]


class Store:
    """Records by kind and name, written at once and read after a restart; thread-safe."""

    def __init__(self, folder: Path, lag: float = 0.0) -> None:
        """Read the records of an earlier process.

        Args:
            folder: folder of the records.
            lag: seconds for which others do not see a new record.
        """
        self._folder, self.lag = folder, lag
        self._lock = threading.RLock()
        self._records: dict[tuple[str, str], Record] = {}
        for file in folder.glob("*/*.json"):
            self._records[file.parent.name, file.stem] = json.loads(file.read_text("utf-8"))

    def get(self, kind: str, name: str) -> Record | None:
        """Return a copy of a record, or None."""
        with self._lock:
            record = self._records.get((kind, name))
            return dict(record) if record is not None else None

    def seen(self, kind: str, name: str) -> Record | None:
        """Return a copy of a record, or None while it is missing or too new to be seen."""
        record = self.get(kind, name)
        if record is None or (self.lag and time.time() < float(record["CreationTime"]) + self.lag):
            return None
        return record

    def list(self, kind: str) -> list[Record]:
        """Return copies of all records of a kind, oldest first."""
        with self._lock:
            found = [dict(record) for (k, _), record in self._records.items() if k == kind]
        return sorted(found, key=lambda record: float(record["CreationTime"]))

    def put(self, kind: str, name: str, record: Record) -> None:
        """Write a record atomically."""
        with self._lock:
            self._records[kind, name] = dict(record)
            file = self._folder / kind / f"{name}.json"
            file.parent.mkdir(parents=True, exist_ok=True)
            temporary = file.with_suffix(".tmp")
            temporary.write_text(json.dumps(record), "utf-8")
            os.replace(temporary, file)  # noqa: PTH105 - atomic

    def add(self, kind: str, name: str, record: Record) -> bool:
        """Write a new record; return whether the name was free."""
        with self._lock:
            if (kind, name) in self._records:
                return False
            self.put(kind, name, record)
            return True

    def update(self, kind: str, name: str, **changes: Any) -> Record:
        """Change some fields of a record and return it."""
        with self._lock:
            record = {**self._records[kind, name], **changes}
            self.put(kind, name, record)
            return record

    def delete(self, kind: str, name: str) -> None:
        """Delete a record."""
        with self._lock:
            self._records.pop((kind, name), None)
            (self._folder / kind / f"{name}.json").unlink(missing_ok=True)
