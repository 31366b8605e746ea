"""Our own model, through the contracts that SageMaker uses: train.py and predict.py's handlers."""

from collections.abc import Sequence
from pathlib import Path

import predict
from bench.subject import Answer
from sentiment.lstm.stems import review_to_words

TAKES_LISTS = True
EXPLAINS = True


def clean(review: str) -> Sequence[str]:
    """Return the words of a review."""
    return review_to_words(review)


def load(model_dir: Path) -> Answer:
    """Return the four handlers in their row."""
    model = predict.model_fn(str(model_dir))

    def answer(body: bytes, content_type: str) -> str:
        request = predict.input_fn(body, content_type)
        return predict.output_fn(predict.predict_fn(request, model), content_type)[0]

    return answer
