"""Tokens of a raw review and their places in it."""

import re
from unicodedata import category

# Tokens, and their starts and ends in the raw review
Placed = tuple[list[str], list[int], list[int]]
# Tags, comments, declarations and entities. `[^<>]` keeps the matching time linear.
MARKUP = re.compile(r"<[a-zA-Z/!?][^<>]*>|&(?:[a-zA-Z]{2,8}|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});")
# A word with its apostrophes, one exclamation or question mark, or a run of other punctuation:
# `don't`, `10`, `!`, `...`, `:-)`. Punctuation matters: consider "!" and "7/10".
_SHAPES = r"{0}+(?:'{0}+)*|[!?]|[^\w\s]+"
TOKEN = re.compile(_SHAPES.format(r"[^\W_]"))
ASCII_TOKEN = re.compile(_SHAPES.format("[a-zA-Z0-9]"), re.ASCII)  # the same in ASCII, but faster
# Letters of scripts that put no blanks between words. Each is a token, so that n-grams find words.
UNSPACED = (
    "\u0e01-\u0e4e\u0e81-\u0ece\u0edc-\u0edf"  # Thai, Lao
    "\u1000-\u103f\u1050-\u108f\ua9e0-\ua9ef\uaa60-\uaa7f"  # Burmese
    "\u1780-\u17d3\u17d7\u17dc"  # Khmer
    "\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9f\U0001aff0-\U0001b16f"  # Japanese kana
    "\u3105-\u312f\u31a0-\u31bf"  # Chinese Bopomofo
    "\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c"  # repetitions and numerals
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Chinese characters
)
# Accents and vowel signs. Python's `\w` excludes them, but they are parts of Hindi and Thai words.
# The omitted variation selectors follow emojis.
MARKS = "".join(
    chr(code)
    for code in (*range(0x300, 0xFE00), *range(0xFE20, 0x10000))
    if category(chr(code)) in {"Mn", "Mc"}
)
JOINERS = "\u200c\u200d"  # invisible, inside Persian and Sinhalese words
_WORD = rf"[^\W_{UNSPACED}]+(?:[{MARKS}]+[^\W_{UNSPACED}]*|[{JOINERS}]+[^\W_{UNSPACED}]+)*"
MIXED_TOKEN = re.compile(rf"{_WORD}(?:'{_WORD})*|(?=\w)[{UNSPACED}][{MARKS}]*|[!?]|[^\w\s]+")
# Other texts have the same tokens either way, which TOKEN finds faster.
MIXED = re.compile(f"[{UNSPACED}{MARKS}{JOINERS}]")
# Typographic apostrophes and quotation marks, each read as one plain character
PLAIN = str.maketrans(
    "\u2018\u2019\u201b\u02bc\uff07\u201c\u201d\u201f\u00ab\u00bb", "'''''" + '"' * 5
)

# Most texts have none of them, and are searched faster than translated.
TYPOGRAPHIC = re.compile(f"[{''.join(map(chr, PLAIN))}]")


def mask_markup(review: str) -> str:
    """Return the review with spaces in place of markup, so that offsets stay valid."""
    if "<" not in review and "&" not in review:
        return review
    return MARKUP.sub(lambda found: " " * len(found.group()), review)


def tokenize(review: str) -> list[str]:
    """Return the tokens of a review in lower case, including stop words."""
    text = _plain(review)
    return _lower(_pattern(text).findall(text))


def place_tokens(review: str) -> Placed:
    """Return the tokens of `tokenize`, and their starts and ends in the raw review."""
    text = _plain(review)
    found = list(_pattern(text).finditer(text))
    starts, ends = [match.start() for match in found], [match.end() for match in found]
    return _lower([match.group() for match in found]), starts, ends


def _plain(review: str) -> str:
    """Return the review without markup and typographic quotation marks, in the same length."""
    text = mask_markup(review)
    return text.translate(PLAIN) if not text.isascii() and TYPOGRAPHIC.search(text) else text


def _pattern(text: str) -> re.Pattern[str]:
    if text.isascii():
        return ASCII_TOKEN
    return MIXED_TOKEN if MIXED.search(text) else TOKEN


def _lower(tokens: list[str]) -> list[str]:
    # Lower case can be longer than the original ("İ"), so it follows the matching. One call for
    # all tokens is faster than one per token.
    return "\n".join(tokens).lower().split("\n") if tokens else []
