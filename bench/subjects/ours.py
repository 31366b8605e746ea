"""This repository's model, through train.py and the handlers of predict.py."""

import json
from collections.abc import Sequence
from pathlib import Path

import predict
from bench.figures import Figures, with_errors
from bench.subjects import Answer, Plan
from sentiment.lstm.stems import review_to_words

TAKES_LISTS = True
EXPLAINS = True


def clean(review: str) -> Sequence[str]:
    """Return the words of a review."""
    return review_to_words(review)


def train(training: Path, testing: Path, model_dir: Path, _plan: Plan) -> Figures:
    """Train with the default hyperparameters."""
    import train as script  # noqa: PLC0415 - not needed for serving

    output = model_dir.with_name("output")
    folders = {
        "training": training.parent,
        "testing": testing.parent,
        "model_dir": model_dir,
        "output_data_dir": output,
    }
    script.train(script.parse([f"--{name}={folder}" for name, folder in folders.items()]))
    return with_errors(json.loads((output / "metrics.json").read_text("utf-8"))["accuracy"])


def load(model_dir: Path) -> Answer:
    """Return the served model: the four handlers, one after another."""
    model = predict.model_fn(str(model_dir))

    def answer(body: bytes, content_type: str) -> str:
        request = predict.input_fn(body, content_type)
        return predict.output_fn(predict.predict_fn(request, model), content_type)[0]

    return answer
