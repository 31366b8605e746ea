"""Tokens of a raw review and their places in it."""

import re

# Tokens, and their starts and ends in the raw review
Placed = tuple[list[str], list[int], list[int]]
# Tags, comments, declarations and entities. `[^<>]` keeps the matching time linear.
MARKUP = re.compile(r"<[a-zA-Z/!?][^<>]*>|&(?:[a-zA-Z]{2,8}|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});")
# A word with its apostrophes, one exclamation or question mark, or a run of other punctuation:
# `don't`, `10`, `!`, `...`, `:-)`. Punctuation matters: consider "!" and "7/10".
TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[!?]|[^\w\s]+")
# Typographic apostrophes and quotation marks, each read as one plain character
PLAIN = str.maketrans(
    "\u2018\u2019\u201b\u02bc\uff07\u201c\u201d\u201f\u00ab\u00bb", "'''''" + '"' * 5
)


def mask_markup(review: str) -> str:
    """Return the review with spaces in place of markup, so that offsets stay valid."""
    if "<" not in review and "&" not in review:
        return review
    return MARKUP.sub(lambda found: " " * len(found.group()), review)


def tokenize(review: str) -> list[str]:
    """Return the tokens of a review in lower case, including stop words."""
    return _lower(TOKEN.findall(mask_markup(review).translate(PLAIN)))


def place_tokens(review: str) -> Placed:
    """Return the tokens of `tokenize`, and their starts and ends in the raw review."""
    found = list(TOKEN.finditer(mask_markup(review).translate(PLAIN)))
    starts, ends = [match.start() for match in found], [match.end() for match in found]
    return _lower([match.group() for match in found]), starts, ends


def _lower(tokens: list[str]) -> list[str]:
    # Lower case can be longer than the original ("İ"), so it follows the matching. One call for
    # all tokens is faster than one per token.
    return "\n".join(tokens).lower().split("\n") if tokens else []
