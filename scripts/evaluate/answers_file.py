"""Answers on disk, so that an evaluation that was cut off goes on where it stood."""

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from scripts.evaluate.answer import Answer, EvaluationError

Key = tuple[str, int]  # chunks or singles, index of the review


class AnswersFile:
    """JSON lines: what was asked and whom, then one answer a line.

    Attributes:
        answers: those that are known.
    """

    def __init__(self, path: Path, subject: dict[str, str]) -> None:
        """Read what an earlier run left, unless that was about something else.

        Args:
            path: the file.
            subject: target, model version and hash of the reviews.

        Raises:
            EvaluationError: when the file holds something else than answers.
        """
        self.answers: dict[Key, Answer] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = self._read(path, subject) if path.exists() else False
        self._file: TextIO = path.open("a" if kept else "w", encoding="utf-8")
        if not kept:
            self._file.write(json.dumps(subject) + "\n")

    def _read(self, path: Path, subject: dict[str, str]) -> bool:
        content = path.read_text("utf-8")
        lines = content.splitlines(keepends=True)
        try:
            if not lines or json.loads(lines[0]) != subject:
                return False
            whole = [line for line in lines[1:] if line.endswith("\n")]
            for row in map(json.loads, whole):
                self.answers[row["kind"], row["index"]] = Answer(**row["answer"])
        except (ValueError, TypeError, KeyError) as error:
            raise EvaluationError(f"{path}: no answers of an evaluation ({error})") from error
        if not lines[-1].endswith("\n"):  # a line that was cut off
            os.truncate(path, path.stat().st_size - len(lines[-1].encode()))
        return True

    def add(self, kind: str, answers: dict[int, Answer]) -> None:
        """Keep answers; what was added survives the end of the process."""
        for index, answer in answers.items():
            self.answers[kind, index] = answer
            row = {"kind": kind, "index": index, "answer": asdict(answer)}
            self._file.write(json.dumps(row) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()
