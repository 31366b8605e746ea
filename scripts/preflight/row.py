"""Rows of the table."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from botocore.exceptions import BotoCoreError, ClientError

DENIED = ("AccessDenied", "AuthorizationError", "Unauthorized")
# The action in the message of a denied call
ACTION = re.compile(r"to perform: ([\w-]+:\w+)")


class State(StrEnum):
    """Result of a check; only PROBLEM stops a deployment."""

    GOOD = "ok"
    PROBLEM = "fix"
    UNKNOWN = "?"
    NOTE = "note"


@dataclass(frozen=True)
class Row:
    """Result of one check.

    Attributes:
        check: what was checked.
        state: the result.
        found: what the account has.
        action: what to do; empty if there is nothing to do.
    """

    check: str
    state: State
    found: str
    action: str = ""


def checked(check: str, run: Callable[[], Iterable[Row]]) -> list[Row]:
    """Run a check; return its rows, or one that says why AWS did not answer.

    Args:
        check: what is checked.
        run: returns the rows.
    """
    try:
        return list(run())
    except ClientError as error:
        return [Row(check, State.UNKNOWN, f"could not be checked: {_reason(error)}")]
    except BotoCoreError as error:
        return [Row(check, State.UNKNOWN, f"could not be checked: {error}")]


def code_of(error: ClientError) -> str:
    """Return AWS's name of an error."""
    return str(error.response["Error"]["Code"])


def is_denied(error: ClientError) -> bool:
    """Return whether the caller lacks a permission; services spell the code differently."""
    return any(word in code_of(error) for word in DENIED)


def _reason(error: ClientError) -> str:
    message = str(error.response["Error"].get("Message", ""))
    named = ACTION.search(message)
    action = named[1] if named else error.operation_name
    return f"AccessDenied for {action}" if is_denied(error) else f"{action}: {message}"
