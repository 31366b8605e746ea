"""Peer: scikit-learn's TF-IDF of words and word pairs, with logistic regression.

Its settings were chosen on a fifth of the training reviews.
"""

import pickle
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from bench import reviews
from bench.figures import Figures, with_errors
from bench.subjects import Answer, Plan, serve

TAKES_LISTS = True
EXPLAINS = False
MODEL = "model.pickle"


def pipeline() -> Pipeline:
    """Return the untrained model."""
    return make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
        LogisticRegression(C=10, max_iter=1000),
    )


@cache
def _analyzer() -> Any:
    return pipeline()[0].build_analyzer()


def clean(review: str) -> Sequence[str]:
    """Return the words and word pairs of a review."""
    found: list[str] = _analyzer()(review)
    return found


def train(training: Path, testing: Path, model_dir: Path, _plan: Plan) -> Figures:
    """Train, test and save."""
    texts, labels = zip(*reviews.read(training), strict=True)
    print("TF-IDF and logistic regression", flush=True)
    model = pipeline().fit(texts, labels)
    with (model_dir / MODEL).open("wb") as file:
        pickle.dump(model, file)
    return with_errors(float(model.score(*zip(*reviews.read(testing), strict=True))))


def load(model_dir: Path) -> Answer:
    """Return the served model."""
    with (model_dir / MODEL).open("rb") as file:
        model = pickle.load(file)  # noqa: S301 - written by `train` above

    def classify(texts: Sequence[str]) -> list[tuple[int, float]]:
        shares = model.predict_proba(texts)
        return list(zip(shares.argmax(axis=1).tolist(), shares.max(axis=1).tolist(), strict=True))

    return serve(classify)
