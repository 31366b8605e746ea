"""Counts the generated cases that passed."""

from collections import Counter
from collections.abc import Iterator
from functools import wraps
from typing import Any

import pytest

# Number of passed cases, by the first line of the module's docstring
CASES: Counter[str] = Counter()


@pytest.fixture(autouse=True)
def counted(request: pytest.FixtureRequest) -> Iterator[None]:
    """Count the cases that hypothesis runs, without discarded and failed ones.

    Source: https://hypothesis.readthedocs.io/en/latest/extensions.html, "inner_test"
    """
    handle: Any = getattr(request.function, "hypothesis", None)
    if handle is None:
        yield
        return
    inner_test = handle.inner_test

    @wraps(inner_test)
    def counting(*arguments: Any, **keywords: Any) -> None:
        inner_test(*arguments, **keywords)
        CASES[request.module.__doc__.splitlines()[0]] += 1

    handle.inner_test = counting
    yield
    handle.inner_test = inner_test
