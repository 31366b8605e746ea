"""Tokens of a raw review and their places in it."""

import re
from html import unescape
from unicodedata import category, normalize

# Tokens, and their starts and ends in the raw review
Placed = tuple[list[str], list[int], list[int]]
# Tags, comments and declarations. `[^<>]` keeps the matching time linear.
MARKUP = re.compile(r"<[a-zA-Z/!?][^<>]*>")
# A word with its apostrophes, one exclamation or question mark, or a run of other punctuation:
# `don't`, `10`, `!`, `...`, `:-)`. Punctuation matters: consider "!" and "7/10".
# \s has the separators \x1c to \x1f, but not with re.ASCII
_SHAPES = r"{0}+(?:'{0}+)*|[!?]|[^\w\s\x1c-\x1f]+"
TOKEN = re.compile(_SHAPES.format(r"[^\W_]"))
ASCII_TOKEN = re.compile(_SHAPES.format("[a-zA-Z0-9]"), re.ASCII)  # the same in ASCII, but faster
# Letters of scripts without spaces between words. Each is a token, so that n-grams find words.
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
# Apostrophes and quotation marks, each read as the plain one; signs that nobody sees are not read.
INVISIBLE = "\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"
APOSTROPHES = (
    "`\u00b4\u02b9\u02bb\u02bc\u2018-\u201b\u2032\u2035\u2039\u203a\u275b\u275c\ua78c\uff07"
)
QUOTES = "\u00ab\u00bb\u201c-\u201f\u2033\u2036\u275d\u275e\u301d-\u301f\uff02"
ENTITY = "&(?:[a-zA-Z]{2,31}[0-9]{0,2}|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});"
# These signs, entities, letters with separate accents, ligatures and letters of full width
UNPLAIN = re.compile(
    rf"(?P<apostrophe>[{APOSTROPHES}])|(?P<quote>[{QUOTES}])|(?P<nothing>[{INVISIBLE}])"
    rf"|(?P<entity>{ENTITY})"
    "|[^\\W_][\u0300-\u036f]+|[\ufb00-\ufb06\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]"
)


def mask_markup(review: str) -> str:
    """Return the review with spaces in place of markup, so that offsets stay valid."""
    if "<" not in review:
        return review
    return MARKUP.sub(lambda found: " " * len(found.group()), review)


def is_blank(review: str) -> bool:
    """Return True if a review has nothing but markup and spaces."""
    # Most reviews begin with a letter, so few have to be searched.
    return not review[:1].isalnum() and not plain_text(mask_markup(review)).strip()


def tokenize(review: str) -> list[str]:
    """Return the tokens of a review in lower case, including stop words."""
    text = plain_text(mask_markup(review))
    return _lower(_pattern(text).findall(text))


def place_tokens(review: str) -> Placed:
    """Return the tokens of `tokenize`, and their starts and ends in the raw review."""
    masked = mask_markup(review)
    text = plain_text(masked)
    found = list(_pattern(text).finditer(text))
    starts, ends = [match.start() for match in found], [match.end() for match in found]
    if text is not masked:
        from_start, to_end = _places(masked)
        starts = [from_start[start] for start in starts]
        ends = [to_end[end - 1] for end in ends]
    return _lower([match.group() for match in found]), starts, ends


def plain_text(text: str) -> str:
    """Return a text with plain apostrophes, quotation marks and letters, and without entities."""
    if text.isascii() and "&" not in text and "`" not in text:
        return text
    return UNPLAIN.sub(_as_plain, text) if UNPLAIN.search(text) else text


def _as_plain(match: re.Match[str]) -> str:
    """Return what is read instead of a match of `UNPLAIN`."""
    found = match.group()
    match match.lastgroup:
        case "apostrophe":
            return "'"
        case "quote":
            return '"'
        case "nothing":
            return ""
        case "entity":
            meant = unescape(found)
            return " " if meant == found else UNPLAIN.sub(_as_plain, meant)
    return normalize("NFKC", found)


def _places(text: str) -> tuple[list[int], list[int]]:
    """Return the start and the end, in a text, of each character of `plain_text`."""
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for match in UNPLAIN.finditer(text):
        length = len(_as_plain(match))
        starts += [*range(done, match.start()), *[match.start()] * length]
        ends += [*range(done + 1, match.start() + 1), *[match.end()] * length]
        done = match.end()
    starts += range(done, len(text))
    ends += range(done + 1, len(text) + 1)
    return starts, ends


def _pattern(text: str) -> re.Pattern[str]:
    if text.isascii():
        return ASCII_TOKEN
    return MIXED_TOKEN if MIXED.search(text) else TOKEN


def _lower(tokens: list[str]) -> list[str]:
    # Lower case can be longer than the original ("İ"), so it follows the matching. One call for
    # all tokens is faster than one per token.
    return "\n".join(tokens).lower().split("\n") if tokens else []
