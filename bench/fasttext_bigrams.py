"""Peer: fastText with pairs of words, Joulin et al. (2017), "Bag of tricks".

Dimension as in the paper; epochs and learning rate were chosen on a fifth of the training reviews.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path

import fasttext

from bench import reviews
from bench.peer_answers import answering
from bench.subject import Answer

TAKES_LISTS = True
EXPLAINS = False
MODEL = "model.bin"
LABEL = "__label__"
TOKEN = re.compile(r"[a-z0-9']+|[.,!?()]")


def clean(review: str) -> Sequence[str]:
    """Return lower-case words and punctuation, each a token of its own."""
    return TOKEN.findall(review.replace("<br />", " ").lower())


def train(training: Path, testing: Path, model_dir: Path) -> float:
    """Train, save, and return the test accuracy.

    With several threads the weights differ from run to run, as fastText's updates race.
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
    right = [
        float(verdict == label)
        for (verdict, _), label in zip(_classify(model, texts), labels, strict=True)
    ]
    return sum(right) / len(right)


def load(model_dir: Path) -> Answer:
    """Return the served model."""
    model = fasttext.load_model(str(model_dir / MODEL))
    return answering(lambda texts: _classify(model, texts))


def _classify(
    model: "fasttext.FastText._FastText", texts: Sequence[str]
) -> list[tuple[int, float]]:
    labels, probabilities = model.predict([" ".join(clean(text)) for text in texts])
    found = []
    for (label,), (probability,) in zip(labels, probabilities, strict=True):
        verdict = int(label.removeprefix(LABEL))
        found.append((verdict, float(probability if verdict else 1 - probability)))
    return found
