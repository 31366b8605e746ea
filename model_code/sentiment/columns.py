"""Columns of a table: which one has the texts, and which one the labels."""

from collections.abc import Iterable, Sequence

TEXT, LABEL = "text", "label"
# Usual names, in small letters and with underscores
USUAL = {
    TEXT: frozenset(
        (
            TEXT, "review", "reviews", "review_text", "review_body", "reviewtext", "sentence",
            "content", "comment", "comment_text", "tweet", "body", "message",
        )
    ),
    LABEL: frozenset(
        (
            LABEL, "labels", "sentiment", "class", "category", "polarity", "target", "rating",
            "stars", "score",
        )
    ),
}  # fmt: skip
MAX_SHOWN = 200  # characters of the names in an error message


class ColumnsError(ValueError):
    """The columns of a table are missing or ambiguous; the message gives the reason."""


def find_columns(names: Sequence[str], kind: str = "column") -> tuple[int, int]:
    """Return the places of the texts and of the labels.

    Columns named `text` and `label`, in any case and with blanks around them, are preferred to
    those with other usual names.

    Args:
        names: the names in the header, or the keys of an object.
        kind: `column` or `key`, for messages.

    Raises:
        ColumnsError: when a column is missing or ambiguous.
    """
    plain = [name.strip().lower().replace(" ", "_").replace("-", "_") for name in names]
    found: dict[str, int] = {}
    missing = []
    for wanted, usual in USUAL.items():
        exact = [place for place, name in enumerate(plain) if name == wanted]
        places = exact or [place for place, name in enumerate(plain) if name in usual]
        if len(places) > 1:
            both = " and ".join(repr(names[place]) for place in places[:2])
            raise ColumnsError(f"{both} may both be the {wanted}; name one of them {wanted!r}")
        if places:
            found[wanted] = places[0]
        else:
            missing.append(wanted)
    if missing:
        raise ColumnsError(
            f"no {kind} {' and '.join(sorted(missing))}; found {_in_short(names) or 'nothing'}"
        )
    return found[TEXT], found[LABEL]


def _in_short(names: Iterable[str]) -> str:
    """Return the names as one printable line, whatever the file contains."""
    signs = (sign if sign.isprintable() else " " for sign in ", ".join(names)[:MAX_SHOWN])
    return " ".join("".join(signs).split())
