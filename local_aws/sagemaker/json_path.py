"""JSONPath expressions of DataProcessing, with the operators that Batch Transform supports.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html
"""

import re
from collections.abc import Iterator
from typing import Any

STEP = re.compile(r"\.([A-Za-z_][\w-]*)|\.(\*)|\[([^\[\]]+)\]")
NAME = re.compile(r"\s*(?:'([^']*)'|\"([^\"]*)\")\s*")
INDEX = re.compile(r"\s*(-?\d+)\s*")
SLICE = re.compile(r"\s*(-?\d*)\s*:\s*(-?\d*)\s*")

# A name, an index, a slice, or * for everything
Selector = str | int | slice
# The selectors of one step, and whether the step selects at most one value
Step = tuple[list[Selector], bool]
EVERYTHING = slice(None)


class JsonPathError(ValueError):
    """An expression that is not supported, or that does not fit a record."""


def parse(expression: str) -> list[Step]:
    """Return the steps of an expression such as `$.features`, `$[1:]` or `$['id','score']`.

    Raises:
        JsonPathError: naming the expression, when Batch Transform would not support it.
    """
    steps: list[Step] = []
    rest = expression.strip()
    if not rest.startswith("$"):
        raise JsonPathError(f"the JSONPath {expression!r} must begin with $")
    rest = rest[1:]
    while rest:
        match = STEP.match(rest)
        if match is None:
            raise JsonPathError(f"the JSONPath {expression!r} is not supported at {rest!r}")
        if match[1]:
            steps.append(([match[1]], True))
        elif match[2] or match[3].strip() == "*":
            steps.append(([EVERYTHING], False))
        else:
            parts = match[3].split(",")
            selectors = [_selector(part, expression) for part in parts]
            single = len(selectors) == 1 and not isinstance(selectors[0], slice)
            steps.append((selectors, single))
        rest = rest[match.end() :]
    return steps


def _selector(text: str, expression: str) -> Selector:
    if match := NAME.fullmatch(text):
        return match[1] if match[1] is not None else match[2]
    if match := INDEX.fullmatch(text):
        return int(match[1])
    if match := SLICE.fullmatch(text):
        return slice(*(int(end) if end else None for end in match.groups()))
    raise JsonPathError(f"the JSONPath {expression!r} is not supported at {text!r}")


def select(value: Any, steps: list[Step]) -> Any:
    """Return the selected part of a record.

    Several names select an object with these members; several indices or a slice, an array.

    Raises:
        JsonPathError: when a name or an index does not exist.
    """
    for selectors, single in steps:
        if single:
            value = _member(value, selectors[0])
        elif all(isinstance(selector, str) for selector in selectors):
            value = {name: _member(value, name) for name in selectors}
        else:
            value = [item for selector in selectors for item in _members(value, selector)]
    return value


def _members(value: Any, selector: Selector) -> Iterator[Any]:
    if isinstance(selector, slice):
        if isinstance(value, dict) and selector == EVERYTHING:
            yield from value.values()
        elif isinstance(value, list):
            yield from value[selector]
        else:
            raise JsonPathError("a slice needs an array")
    else:
        yield _member(value, selector)


def _member(value: Any, selector: Selector) -> Any:
    fits = isinstance(value, dict) if isinstance(selector, str) else isinstance(value, list)
    try:
        if fits:
            return value[selector]
    except (KeyError, IndexError):
        pass
    raise JsonPathError(f"the record has no {selector!r}")
