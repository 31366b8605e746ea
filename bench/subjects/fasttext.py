"""Peer: fastText with word pairs, Joulin et al. (2017), "Bag of tricks".

The dimension is the paper's. Epochs and learning rate were chosen on a fifth of the training
reviews.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path

import fasttext

from bench import reviews
from bench.figures import Figures, with_errors
from bench.subjects import Answer, Plan, serve

TAKES_LISTS = True
EXPLAINS = False
MODEL = "model.bin"
LABEL = "__label__"
TOKEN = re.compile(r"[a-z0-9']+|[.,!?()]")


def clean(review: str) -> Sequence[str]:
    """Return the lower-case words and the punctuation marks of a review."""
    return TOKEN.findall(review.replace("<br />", " ").lower())


def train(training: Path, testing: Path, model_dir: Path, _plan: Plan) -> Figures:
    """Train, test and save.

    The weights differ from run to run, because the updates of fastText's threads race.
    """
    lines = model_dir / "training.txt"
    with lines.open("w", encoding="utf-8") as file:
        for text, label in reviews.read(training):
            file.write(f"{LABEL}{label} {' '.join(clean(text))}\n")
    print("fastText", flush=True)
    model = fasttext.train_supervised(
        str(lines), dim=10, wordNgrams=2, epoch=20, lr=0.1, thread=os.cpu_count() or 1, verbose=0
    )
    lines.unlink()
    model.save_model(str(model_dir / MODEL))
    texts, labels = zip(*reviews.read(testing), strict=True)
    verdicts = [verdict for verdict, _ in _classify(model, texts)]
    right = sum(verdict == label for verdict, label in zip(verdicts, labels, strict=True))
    return with_errors(right / len(labels))


def load(model_dir: Path) -> Answer:
    """Return the served model."""
    model = fasttext.load_model(str(model_dir / MODEL))
    return serve(lambda texts: _classify(model, texts))


def _classify(
    model: "fasttext.FastText._FastText", texts: Sequence[str]
) -> list[tuple[int, float]]:
    labels, probabilities = model.predict([" ".join(clean(text)) for text in texts])
    return [
        (int(label.removeprefix(LABEL)), float(probability))
        for (label,), (probability,) in zip(labels, probabilities, strict=True)
    ]
