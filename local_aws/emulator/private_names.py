"""Checks that ministack's private names are still what the emulator was written for."""

import inspect
from collections.abc import Iterable
from importlib.metadata import version
from types import ModuleType

# A module, a name in it, and what it must be: a signature without annotations, or the type of a
# value that cannot be called.
PrivateName = tuple[ModuleType, str, str]


class ChangedNameError(RuntimeError):
    """A private name of ministack is missing or has another signature."""


def check(user: str, names: Iterable[PrivateName]) -> None:
    """Refuse a version of ministack in which a name has changed.

    Args:
        user: the module that uses the names.
        names: the names, each with what it must be.

    Raises:
        ChangedNameError: naming the user, the name and ministack's version.
    """
    for module, name, expected in names:
        found = described(getattr(module, name)) if hasattr(module, name) else "missing"
        if found != expected:
            raise ChangedNameError(
                f"{user} needs {module.__name__}.{name} to be {expected}; "
                f"in ministack {version('ministack')} it is {found}"
            )


def described(value: object) -> str:
    """Return a callable's signature without annotations, or the type of any other value."""
    if not callable(value):
        return type(value).__name__
    parameters = inspect.signature(value).parameters.values()
    plain = inspect.Signature([each.replace(annotation=each.empty) for each in parameters])
    return ("async " if inspect.iscoroutinefunction(value) else "") + str(plain)
