"""Filtering and joining of a transform job's records.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html
"""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from local_aws.sagemaker.errors import invalid
from local_aws.sagemaker.json_path import JsonPathError, Step, parse, select
from local_aws.sagemaker.store import Record

CSV, JSON, JSON_LINES = "text/csv", "application/json", "application/jsonlines"
WHOLE = "$"


class DataError(ValueError):
    """Records that cannot be filtered or joined, as the data log reports it."""


def media_type(value: str | None) -> str:
    """Return a content type without its parameters, in lower case."""
    return (value or "").partition(";")[0].strip().lower()


def check_processing(request: Record) -> None:
    """Refuse filters and joins that Batch Transform does not support.

    Raises:
        SageMakerError: a ValidationException with the reason.
    """
    processing = request.get("DataProcessing", {})
    try:
        paths = [parse(processing.get(key, WHOLE)) for key in ("InputFilter", "OutputFilter")]
    except JsonPathError as error:
        raise invalid(f"DataProcessing: {error}.") from None
    if not any(paths) and processing.get("JoinSource", "None") == "None":
        return
    source, target = request["TransformInput"], request["TransformOutput"]
    given, answered = media_type(source.get("ContentType")), media_type(target.get("Accept"))
    if given not in {CSV, JSON, JSON_LINES}:
        raise invalid(
            f"DataProcessing needs a ContentType of {CSV}, {JSON} or {JSON_LINES}; it is {given!r}."
        )
    joins = processing.get("JoinSource", "None") == "Input"
    if (joins or paths[1]) and answered != given:
        raise invalid(
            f"DataProcessing needs an Accept that equals the ContentType {given!r}; it is "
            f"{answered!r}."
        )
    for member, value in (("SplitType", source), ("AssembleWith", target)):
        if given != JSON and value.get(member, "None") != "Line":
            raise invalid(f"DataProcessing of {given} needs {member} Line.")


class DataProcessing:
    """The filters and the join of one job."""

    def __init__(self, request: Record) -> None:
        """Read a request that `check_processing` accepts."""
        processing = request.get("DataProcessing", {})
        self._input: list[Step] = parse(processing.get("InputFilter", WHOLE))
        self._output: list[Step] = parse(processing.get("OutputFilter", WHOLE))
        self._joins = processing.get("JoinSource", "None") == "Input"
        self._type = media_type(request["TransformInput"].get("ContentType"))
        lines = request["TransformInput"].get("SplitType", "None") == "Line"
        self._by_line = lines or self._type != JSON

    def before(self, payload: bytes) -> bytes:
        """Return the part of a payload that the model receives.

        Raises:
            DataError: when a record cannot be read or filtered.
        """
        if not self._input:
            return payload
        return self._written(self._select(self._read(payload, "the input"), self._input))

    def after(self, payload: bytes, answer: bytes) -> bytes:
        """Return the part of the joined input and answer that the output receives.

        Raises:
            DataError: when a record cannot be read, joined or filtered.
        """
        if not self._output and not self._joins:
            return answer
        records = self._read(answer, "output from the algorithm")
        if self._joins:
            given = self._read(payload, "the input")
            if len(given) != len(records):
                raise DataError(
                    "Fail to join data: mismatched line count between the input and the output"
                )
            records = [self._joined(*pair) for pair in zip(given, records, strict=True)]
        return self._written(self._select(records, self._output))

    def _joined(self, record: Any, answer: Any) -> Any:
        if self._type == CSV:
            return record + answer
        if isinstance(record, dict):
            return {**record, "SageMakerOutput": answer}
        return {"SageMakerInput": record, "SageMakerOutput": answer}

    def _select(self, records: Sequence[Any], steps: list[Step]) -> list[Any]:
        try:
            return [select(record, steps) for record in records]
        except JsonPathError as error:
            raise DataError(f"Unable to filter a record: {error}") from error

    def _read(self, data: bytes, what: str) -> list[Any]:
        """Return the records: rows of fields, or JSON values."""
        kind = "CSV" if self._type == CSV else "JSON"
        try:
            # Only these characters end a line: splitlines() would split texts at others.
            text = data.decode("utf-8").removesuffix("\n")
            lines = text.split("\n") if self._by_line else [text]
            if self._type == CSV:
                return [
                    next(csv.reader([line.removesuffix("\r")], strict=True), []) for line in lines
                ]
            return [json.loads(line) for line in lines]
        except (ValueError, csv.Error, RecursionError) as error:
            raise DataError(f"Failed to parse {what} as {kind}") from error

    def _written(self, records: Sequence[Any]) -> bytes:
        """Return the records without the last line's end."""
        if self._type != CSV:
            return "\n".join(json.dumps(record) for record in records).encode()
        table = io.StringIO()
        writer = csv.writer(table, lineterminator="\n")
        writer.writerows(row if isinstance(row, list) else [row] for row in records)
        return table.getvalue().removesuffix("\n").encode()
