"""Columns of a table: which one has the texts, and which one the labels."""

from collections.abc import Iterable, Sequence

from sentiment.labels import NUMBER, meaning, spelling
from sentiment.schema import Schema, is_number

TEXT, LABEL = "text", "label"
# Usual names, in lower case and with underscores
USUAL = {
    TEXT: frozenset(
        (
            TEXT, "texts", "review", "reviews", "review_text", "review_body", "review_content",
            "reviewtext", "reviews.text", "sentence", "sentences", "content", "comment", "comments",
            "comment_text", "tweet", "tweets", "tweet_text", "body", "message", "phrase",
            "document", "feedback",
        )
    ),
    LABEL: frozenset(
        (
            LABEL, "labels", "sentiment", "sentiments", "class", "category", "polarity", "target",
            "rating", "ratings", "reviews.rating", "star_rating", "stars", "score", "overall",
        )
    ),
}  # fmt: skip
MAX_SHOWN = 200  # characters of the names in an error message
SENTENCE = 6  # words of a field that is not the name of a column
LARGEST_LABEL = 10


class ColumnsError(ValueError):
    """The columns of a table are missing or ambiguous; the message gives the reason."""


def find_columns(names: Sequence[str], schema: Schema, kind: str = "column") -> tuple[int, int]:
    """Return the places of the texts and of the labels.

    The schema's names come first, then `text` and `label`, then other usual names: in upper or
    lower case, and with spaces around them.

    Args:
        names: the names in the header, or the keys of an object.
        schema: the names that the settings give.
        kind: `column` or `key`, for messages.

    Raises:
        ColumnsError: when a column is missing or ambiguous.
    """
    plain = [_plain(name) for name in names]
    asked = {TEXT: schema.text_column, LABEL: schema.label_column}
    found: dict[str, int] = {}
    missing = []
    for wanted, name in asked.items():
        if name is not None:
            found[wanted] = _named(names, plain, wanted, name, kind)
    for wanted in asked.keys() - found.keys():
        free = [place for place in range(len(plain)) if place not in found.values()]
        exact = [place for place in free if plain[place] == wanted]
        places = exact or [place for place in free if plain[place] in USUAL[wanted]]
        if len(places) > 1:
            both = " and ".join(repr(names[place]) for place in places[:2])
            raise ColumnsError(
                f"{both} may both be the {wanted}; set dataset.{wanted}_column to one of them"
            )
        if places:
            found[wanted] = places[0]
        else:
            missing.append(wanted)
    if missing:
        which = " and ".join(sorted(missing))
        settings = " and ".join(f"dataset.{wanted}_column" for wanted in sorted(missing))
        raise ColumnsError(
            f"no {kind} {which}; found {_in_short(names) or 'nothing'}; set {settings}, or remove "
            "a file without labels"
        )
    if found[TEXT] == found[LABEL]:
        raise ColumnsError(f"the {kind} {names[found[TEXT]]!r} cannot be both text and label")
    return found[TEXT], found[LABEL]


def _named(names: Sequence[str], plain: list[str], wanted: str, name: str, kind: str) -> int:
    """Return the place of the one column with a name."""
    exact = [place for place, one in enumerate(names) if one.strip() == name.strip()]
    places = exact or [place for place, one in enumerate(plain) if one == _plain(name)]
    if len(places) == 1:
        return places[0]
    count = "two" if places else "no"
    number = "; a number is for tables without a header" if is_number(name) else ""
    raise ColumnsError(
        f"{count} {kind}{'s' if places else ''} {name!r} (dataset.{wanted}_column); "
        f"found {_in_short(names) or 'nothing'}{number}"
    )


def data_in_header(fields: Sequence[str]) -> tuple[int, int] | None:
    """Return the probable places of text and label if a first line is data, or None."""
    long = [place for place, field in enumerate(fields) if len(field.split()) >= SENTENCE]
    labels = [place for place, field in enumerate(fields) if is_label(field)]
    usual = any(_plain(field) in USUAL[TEXT] | USUAL[LABEL] for field in fields)
    if len(fields) < 2 or usual or not (long or labels):  # noqa: PLR2004 - a text and a label
        return None
    by_length = sorted(range(len(fields)), key=lambda place: len(fields[place]))
    label = next((place for place in labels if place != by_length[-1]), by_length[0])
    return by_length[-1], label


def is_label(field: str) -> bool:
    """Return whether a field has the look of a label: a known word or a small number."""
    label = spelling(field)
    if NUMBER.fullmatch(label):
        return abs(float(label)) <= LARGEST_LABEL
    return bool(label) and meaning(label)[0]


def _plain(name: str) -> str:
    return name.strip().lower().replace(" ", "_").replace("-", "_")


def _in_short(names: Iterable[str]) -> str:
    """Return the names as one printable line, whatever the file contains."""
    signs = (sign if sign.isprintable() else " " for sign in ", ".join(names)[:MAX_SHOWN])
    return " ".join("".join(signs).split())
