"""The model's answers: joined with the rows of the input, and compared with their labels."""

import json
from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from scripts.evaluate.both_ways import BothWays
from scripts.evaluate.report import Result
from scripts.evaluate.trained import NOTHING
from scripts.score import ScoreError
from scripts.score.deployment import Deployment
from scripts.score.output import Output
from scripts.score.parts import CHANGED, Part, Survey, check_unchanged
from scripts.score.tables import Table
from scripts.score.writers import Row
from sentiment.errors import DatasetError
from sentiment.evaluation.judged import Judged
from sentiment.evaluation.metrics import evaluate
from sentiment.labels import interpret, spelling
from sentiment.request import MAX_CHARACTERS
from sentiment.schema import Schema
from trial.held_out import TrainedOn

MOST_REPORTED = 100_000  # rows whose texts the HTML report may quote
Answer = dict[str, Any]


def answers_of(s3: Any, deployment: Deployment, parts: Sequence[Part]) -> Iterator[Answer]:
    """Yield the answer to each line of the input, in order.

    Raises:
        ScoreError: when a part has another number of answers than lines.
    """
    for part in parts:
        key = f"{deployment.answered}{part.key}.out"
        body = s3.get_object(Bucket=deployment.bucket, Key=key)["Body"].read()
        lines = [line for line in body.split(b"\n") if line]
        if len(lines) != part.rows:
            raise ScoreError(
                f"s3://{deployment.bucket}/{key}: {len(lines)} answers to {part.rows} lines; "
                "delete the object and run again"
            )
        yield from map(json.loads, lines)


class Scored:
    """Writes each row with its answer, and keeps what the labels need."""

    def __init__(
        self,
        schema: Schema,
        names: Sequence[str],
        *,
        every: bool,
        explain: bool,
        known: TrainedOn = NOTHING,
    ) -> None:
        """Choose the further columns.

        Args:
            schema: labels that the settings map.
            names: the model's labels.
            every: True adds the probability of each label.
            explain: True adds the phrases that decided.
            known: reviews that the model was trained on, which do not measure it.
        """
        self._trained_on = known
        self._schema, self._every, self._explain = schema, every, explain
        self._known = tuple(names)
        self.rows = self.errors = self.unknown = self.trained = 0
        self.counts = dict.fromkeys(names, 0)
        self.versions: set[str] = set()
        self._labels: list[str] = []
        self._places: dict[str, str] = {}
        self._probabilities = array("d")  # of each label of each row
        self._texts: list[str] = []

    def write(
        self, tables: Sequence[Table], answers: Iterator[Answer], output: Output, found: Survey
    ) -> None:
        """Write the output's files.

        Raises:
            ScoreError: when the input has changed, or more than one model has answered.
        """
        with output.written() as files:
            for table, taken in zip(tables, found.names, strict=True):
                self._write_table(table, answers, files[table.name], self._names(taken))
            check_unchanged(tables, found)
            if next(answers, None) is not None or self.rows != found.rows:
                raise ScoreError(f"{tables[0].name}: {CHANGED}")
            if len(self.versions) > 1:
                raise ScoreError(
                    f"several models answered ({', '.join(sorted(self.versions))}): run again"
                )

    def _write_table(
        self, table: Table, answers: Iterator[Answer], file: Path, names: Mapping[str, str]
    ) -> None:
        with file.open("w", encoding=table.encoding, newline="") as text:
            writer = table.writer(text, file, list(names.values()))
            for row in table.rows():
                answer = next(answers, None)
                if answer is None:
                    raise ScoreError(f"{table.name}: {CHANGED}")
                added = self._added(row, answer)
                writer.write(row, {names[name]: value for name, value in added.items()})
                self._count(table, row, answer)
            writer.close()

    def _names(self, taken: Collection[str]) -> dict[str, str]:
        """Return the further columns under names that no column of the input has."""
        names = ["label", "probability"]
        names += [f"probability_{label}" for label in self._known] if self._every else []
        names += ["known_words", *(["phrases"] if self._explain else []), "error"]
        return {name: _free(name, taken) for name in names}

    def _added(self, row: Row, answer: Answer) -> Mapping[str, Any]:
        if "error" in answer:
            values: Answer = {"error": _message(row, answer["error"])}
        else:
            label, shares = answer["label"], answer["probabilities"]
            values = {f"probability_{name}": share for name, share in shares.items()}
            values["label"] = label
            values["probability"] = answer.get("probability", shares[label])
            values["known_words"] = answer["known_words"]
            values["phrases"] = [
                {"phrase": row.review[one["start"] : one["end"]], "weight": one["weight"]}
                for one in answer.get("phrases", [])
            ]
        return {name: values.get(name) for name in self._names(())}

    def _count(self, table: Table, row: Row, answer: Answer) -> None:
        self.rows += 1
        if "error" in answer:
            self.errors += 1
            return
        self.counts[answer["label"]] += 1
        self.versions.add(answer["model_version"])
        self.unknown += answer["known_words"] == 0
        if not row.is_labelled:
            return
        if row.review in self._trained_on:
            self.trained += 1
            return
        label = spelling(row.label)
        self._labels.append(label)
        self._places.setdefault(label, f"{table.name}, row {self.rows}")
        self._probabilities.extend(answer["probabilities"][name] for name in self._known)
        if len(self._texts) < MOST_REPORTED:
            self._texts.append(row.review)

    def summary(self) -> str:
        """Return the numbers of rows in all, of each label and of other kinds."""
        counts = ", ".join(f"{count:,} {label}" for label, count in self.counts.items())
        lines = [f"{self.rows:,} rows, {counts}, {self.errors:,} with an error"]
        if self.unknown:
            lines.append(
                f"{self.unknown:,} rows have no word that the model knows: their label is arbitrary"
            )
        if self.trained:
            lines.append(
                f"{self.trained:,} labelled rows left out of the accuracy: the model was trained "
                "on them"
            )
        return "\n".join(lines)

    def result(self, target: str, data: str) -> Result | None:
        """Return accuracy and matrix of the labelled rows; None without labels.

        Raises:
            ScoreError: when the model does not have one of the labels.
        """
        if not self._labels:
            return None
        try:
            known = interpret(self._places, self._schema.labels, names=self._known).indexes
        except DatasetError as error:
            raise ScoreError(error) from error
        indexes = (known[label] for label in self._labels)
        kept = {row: label for row, label in enumerate(indexes) if label is not None}
        if not kept:
            return None
        rows, labels = list(kept), list(kept.values())
        shares = np.array(self._probabilities).reshape(-1, len(self._known))[rows]
        texts = [self._texts[row] for row in rows if row < len(self._texts)]
        judged, quoted = (
            Judged.of(self._known, labels[:end], shares[:end]) for end in (None, len(texts))
        )
        return Result(
            target=target, version="".join(self.versions), reviews=data, texts=texts, judged=quoted,
            metrics=evaluate(judged), latencies=[], refused={}, both_ways=BothWays(),
            trained=None,
        )  # fmt: skip


def _free(name: str, taken: Collection[str]) -> str:
    """Return the name with as many prefixes `scored_` as make it free."""
    while name in taken:
        name = f"scored_{name}"
    return name


def _message(row: Row, error: Mapping[str, str]) -> str:
    """Return the reason; the model has seen only the beginning of a text that is too long."""
    if isinstance(row.review, str) and len(row.review) > MAX_CHARACTERS:
        return f"the review has {len(row.review):,} characters; the limit is {MAX_CHARACTERS:,}"
    return error["message"]
