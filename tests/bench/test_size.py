"""Reviews of `make bench-size`."""

from bench.size import recombine
from sentiment.datasets import Dataset


def test_halves_of_reviews_with_the_same_label_are_recombined() -> None:
    originals = Dataset(["aa bb cc dd", "no no", "ee ff gg hh", "x"], [1, 0, 1, 0])
    made = recombine(originals, 10)
    assert made.labels == [0, 1] * 5
    assert made.texts[1::2] == [
        "aa bb cc dd", "ee ff gg hh", "aa bb gg hh", "ee ff cc dd", "aa bb cc dd",
    ]  # fmt: skip
    assert made.texts[::2] == ["no no", "x", "no", "x no", "no no"]
