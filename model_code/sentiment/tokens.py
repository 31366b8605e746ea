"""From a raw review to tokens that still know where they stand in it."""

import re

# Opening, closing and self-closing tags, comments and declarations. `[^<>]` keeps it linear.
MARKUP = re.compile(r"<[a-zA-Z/!?][^<>]*>|&(?:[a-zA-Z]{2,8}|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});")
# A word with its apostrophes, one exclamation or question mark, or a run of other signs: `don't`,
# `10`, `!`, `...`, `:-)`. Signs are kept because "!" and "7/10" say much about a review.
TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[!?]|[^\w\s]+")


def mask_markup(review: str) -> str:
    """Return the review with a blank for every character of markup, so that offsets stay true."""
    if "<" not in review and "&" not in review:
        return review
    return MARKUP.sub(lambda found: " " * len(found.group()), review)


def tokenize(review: str) -> list[str]:
    """Return the tokens of a review in lower case, stop words and all."""
    # Lower case may be longer than the original ("İ"), so it comes after the splitting; one call
    # for all tokens is quicker than one a token.
    found = TOKEN.findall(mask_markup(review))
    return "\n".join(found).lower().split("\n") if found else []


def token_offsets(review: str) -> list[tuple[int, int]]:
    """Return start and end of each of `tokenize`'s tokens, in characters of the raw review."""
    return [found.span() for found in TOKEN.finditer(mask_markup(review))]
