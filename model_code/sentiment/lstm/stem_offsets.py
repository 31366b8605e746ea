"""Places of the words of a cleaned review in the raw review."""

import re
from html import unescape

from sentiment.lstm.stems import WORD, stem, without_markup
from sentiment.tokens import ENTITY, MARKUP, Placed

TAG_OR_ENTITY = re.compile(f"{MARKUP.pattern}|{ENTITY}")


def place_stems(review: str) -> Placed:
    """Return the words of `review_to_words`, and their starts and ends in the raw review.

    Cleaning removes markup without inserting a space, so `good<br />bad` becomes one word.
    """
    text = without_markup(review)
    lowered, places = [], []
    for letter, place in zip(text, _places(text, review), strict=True):
        lowered.append(letter.lower())  # two characters for "İ"
        places += [place] * len(lowered[-1])
    words, starts, ends = [], [], []
    for match in WORD.finditer("".join(lowered)):
        word = stem(match.group())
        if word is not None:
            words.append(word)
            starts.append(places[match.start()])
            ends.append(places[match.end() - 1] + 1)
    return words, starts, ends


def _places(text: str, review: str) -> list[int]:
    """Return the index in the raw review of each character of the text."""
    letters, indexes = _visible(review)
    if letters == text:
        return indexes
    # The parser has read some markup differently. Its output is in the order of the raw text.
    places, at, absent = [], 0, set[str]()
    for letter in text:
        found = -1 if letter in absent else letters.find(letter, at)
        if found < 0:
            absent.add(letter)  # so it does not occur later either
            found = min(at, len(letters) - 1)
        else:
            at = found + 1
        places.append(indexes[found] if indexes else 0)
    return places


def _visible(review: str) -> tuple[str, list[int]]:
    """Return the review without tags and with entities resolved, and its characters' indexes."""
    letters, indexes, at = [], list[int](), 0
    for markup in TAG_OR_ENTITY.finditer(review):
        letters.append(review[at : markup.start()])
        indexes += range(at, markup.start())
        if markup.group().startswith("&"):
            letters.append(unescape(markup.group()))
            indexes += [markup.start()] * len(letters[-1])
        at = markup.end()
    letters.append(review[at:])
    indexes += range(at, len(review))
    return "".join(letters), indexes
