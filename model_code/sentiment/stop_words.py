"""NLTK's English stop words, included because their download needs a network."""

from pathlib import Path

STOP_WORDS = frozenset(
    Path(__file__).with_name("english_stop_words.txt").read_text("utf-8").split()
)
