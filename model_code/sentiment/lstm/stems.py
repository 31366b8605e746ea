"""Conversion of a raw review to the notebook's stemmed words."""

import re
import warnings
from functools import lru_cache

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning
from bs4.exceptions import ParserRejectedMarkup
from nltk.stem.porter import PorterStemmer

from sentiment.stop_words import STOP_WORDS

# A review may look like a file name or a URL.
warnings.filterwarnings("ignore", category=MarkupResemblesLocatorWarning)
WORD = re.compile(r"[a-z0-9]+")
LINE_BREAK = "<br />"
STEMMER = PorterStemmer()


def review_to_words(review: str) -> list[str]:
    """Convert a review to its stemmed words.

    Markup is removed, letters become lower case, everything but letters and digits separates words,
    and stop words are dropped. Words are stemmed after Porter (1980), "An algorithm for suffix
    stripping", as extended by NLTK.

    Args:
        review: the text as written, including HTML.

    Returns:
        The words in order; empty for only markup, punctuation or stop words.
    """
    stems = map(stem, WORD.findall(without_markup(review).lower()))
    return [found for found in stems if found is not None]


def without_markup(review: str) -> str:
    """Return the text of a review as an HTML parser sees it, tags and comments removed."""
    # Nearly all markup in reviews is `<br />`, which an HTML parser removes. The slow parser is
    # only needed for other markup.
    text = review.replace(LINE_BREAK, "")
    if "<" not in text and "&" not in text:
        return text
    try:
        return BeautifulSoup(review, "html.parser").get_text()
    except ParserRejectedMarkup:
        return text


@lru_cache(maxsize=1 << 18)
def stem(word: str) -> str | None:
    """Return the word's stem, or None for a stop word."""
    if word in STOP_WORDS:
        return None
    found: str = STEMMER.stem(word)
    return found
