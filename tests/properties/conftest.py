"""Counts the generated cases: each run of a property that came to its end."""

from collections import Counter
from collections.abc import Iterator
from functools import wraps
from typing import Any

import pytest

# What a module's properties are about, by its docstring, to the cases that held
CASES: Counter[str] = Counter()


@pytest.fixture(autouse=True)
def counted(request: pytest.FixtureRequest) -> Iterator[None]:
    """Count what hypothesis runs; a case that it gives up or that fails is none.

    Source: https://hypothesis.readthedocs.io/en/latest/extensions.html, "inner_test"
    """
    handle: Any = getattr(request.function, "hypothesis", None)
    if handle is None:
        yield
        return
    holds = handle.inner_test

    @wraps(holds)
    def counting(*arguments: Any, **keywords: Any) -> None:
        holds(*arguments, **keywords)
        CASES[request.module.__doc__.splitlines()[0]] += 1

    handle.inner_test = counting
    yield
    handle.inner_test = holds
