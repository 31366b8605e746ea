"""Replies on disk, so that an evaluation that was cut off goes on where it stood."""

import json
import os
from dataclasses import asdict
from pathlib import Path
from threading import Lock
from typing import TextIO

from scripts.evaluate.errors import EvaluationError
from scripts.evaluate.reply import Reply

Asked = tuple[str, tuple[int, ...]]  # lists or singles, the indices of the reviews


class RepliesFile:
    """JSON lines: what was asked and whom, then one reply a line.

    Attributes:
        replies: those that are known.
    """

    def __init__(self, path: Path, subject: dict[str, str]) -> None:
        """Read what an earlier run left, unless that was about something else.

        Args:
            path: the file; its folder is made.
            subject: target, model version and hash of the reviews.

        Raises:
            EvaluationError: when the file holds something else than replies.
        """
        self.replies: dict[Asked, Reply] = {}
        self._lock = Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = self._read(path, subject) if path.exists() else False
        self._file: TextIO = path.open("a" if kept else "w", encoding="utf-8")
        if not kept:
            self._write(subject)

    def _read(self, path: Path, subject: dict[str, str]) -> bool:
        lines = path.read_text("utf-8").splitlines(keepends=True)
        try:
            if not lines or json.loads(lines[0]) != subject:
                return False
            for line in lines[1:]:
                if line.endswith("\n"):
                    row = json.loads(line)
                    self.replies[row["kind"], tuple(row["indices"])] = Reply(**row["reply"])
        except (ValueError, TypeError, KeyError) as error:
            raise EvaluationError(f"{path}: no replies of an evaluation ({error})") from error
        if not lines[-1].endswith("\n"):  # a line that was cut off
            os.truncate(path, path.stat().st_size - len(lines[-1].encode()))
        return True

    def add(self, kind: str, indices: list[int], reply: Reply) -> None:
        """Keep a reply, from any thread; it survives the end of the process."""
        with self._lock:
            self.replies[kind, tuple(indices)] = reply
            self._write({"kind": kind, "indices": indices, "reply": asdict(reply)})

    def known(self, kind: str) -> set[int]:
        """Return the indices of the reviews that were answered."""
        return {index for of, indices in self.replies if of == kind for index in indices}

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, row: object) -> None:
        self._file.write(json.dumps(row) + "\n")
        self._file.flush()
