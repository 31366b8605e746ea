"""Objects of JSON lines or of an array, with the text that the file has for each of them."""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from scripts.score.columns import Columns
from sentiment.columns import ColumnsError
from sentiment.schema import Schema
from sentiment.tables import json_objects

NO_KEY: Any = object()  # is in no object
MOST_SHAPES = 1000  # different lists of keys whose columns are remembered


def objects_of(
    lines: Iterator[str], name: str
) -> tuple[str, Iterator[tuple[int, dict[str, Any], str]]]:
    """Return the unit, `line` or `object` of an array, and each object's number, keys and text.

    Raises:
        DatasetError: naming the line or the object that is no JSON object.
    """
    read: list[str] = []
    unit, objects = json_objects(_kept(lines, read), name)
    # `zip` takes an object first, so that `read` has its text.
    texts = _last(read) if unit == "line" else _members(read)
    return unit, (
        (number, values, text) for (number, values), text in zip(objects, texts, strict=False)
    )


def _kept(lines: Iterator[str], read: list[str]) -> Iterator[str]:
    for line in lines:
        read.append(line)
        yield line


def _last(read: list[str]) -> Iterator[str]:
    while True:
        text = read[-1].strip()
        read.clear()
        yield text


def _members(read: list[str]) -> Iterator[str]:
    """Yield the texts of the objects in an array that is known to be valid."""
    array, end = "".join(read), 0
    read.clear()
    decoder = json.JSONDecoder()
    while (start := array.find("{", end)) >= 0:
        _, end = decoder.raw_decode(array, start)
        yield array[start:end]


def extended(text: str, added: Mapping[str, Any]) -> str:
    """Return the text of an object with further keys, without those that have no value.

    The object's own numbers, escapes and repeated keys stay as they are.
    """
    values = {name: value for name, value in added.items() if value is not None}
    if not values:
        return text
    before = text[:-1].rstrip()
    return f"{before}{'' if before == '{' else ', '}{json.dumps(values)[1:]}"


class Keys:
    """Finds text and label in objects, which need not have the same keys."""

    def __init__(self, *, schema: Schema) -> None:
        """Take the names that the settings give."""
        self._text = self._label = NO_KEY
        self._find = lru_cache(MOST_SHAPES)(lambda keys: _find(keys, schema))

    def of(self, values: Mapping[Any, Any]) -> tuple[Any, Any]:
        """Return the text and the label of an object; None for what it does not have.

        Raises:
            ColumnsError: when the first object has no text or several candidates.
        """
        if self._text not in values or self._label not in values:
            found = self._find(tuple(values))
            if isinstance(found, ColumnsError):
                if self._text is NO_KEY:
                    raise found
            else:
                self._text, self._label = (
                    known if known in values or new is None else new
                    for known, new in zip((self._text, self._label), found, strict=True)
                )
        return values.get(self._text), values.get(self._label)


def _find(keys: tuple[str, ...], schema: Schema) -> tuple[str, str | None] | ColumnsError:
    try:
        found = Columns.of(list(keys), schema, "key")
    except ColumnsError as error:
        return error
    return keys[found.text], None if found.label is None else keys[found.label]
