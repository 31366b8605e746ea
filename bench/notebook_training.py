"""The notebook's training: in full, or timed on a part and extrapolated.

What the notebook does between its two machines (writing and reading CSV files, uploading, starting
instances) is left out, in its favour.
"""

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

import torch
from torch import Tensor
from torch.utils.data import DataLoader, TensorDataset

from bench import reviews
from bench.figure import Figure, Figures
from bench.notebook import LSTMClassifier, build_dict, clean, convert_and_pad_data, save
from bench.plan import Plan
from sentiment.lstm.stems import review_to_words

EPOCHS, BATCH, SEED = 10, 512, 1
PREDICTED_ROWS = 512


def measure(training: Path, testing: Path, model_dir: Path, plan: Plan) -> Figures:
    """Clean, convert, train, test and save as the notebook does.

    With a plan that names how much is cleaned and how many batches are trained on, only that much
    is timed and the seconds of the whole follow from it: so many reviews, so many epochs. The
    model saved then has the size and the speed of the notebook's, and not its accuracy.
    """
    texts, labels = zip(*reviews.read(training), strict=True)
    test_texts, test_labels = zip(*reviews.read(testing), strict=True)
    total = len(texts) + len(test_texts)

    words, cleaning = _clean([*texts, *test_texts], plan)
    started = plan.clock()
    word_dict = build_dict(words[: len(texts)])
    rows = torch.from_numpy(convert_and_pad_data(word_dict, words))
    converting = plan.clock() - started

    torch.manual_seed(SEED)
    model = LSTMClassifier()
    loader = DataLoader(
        TensorDataset(rows[: len(texts)], torch.tensor(labels, dtype=torch.float32)),
        batch_size=BATCH,
    )
    fitting = _fit(model, loader, plan) * EPOCHS * len(texts)
    probabilities, predicting = _predict(model, rows[len(texts) :], plan)
    save(model, word_dict, model_dir)

    seconds = cleaning * total + converting + fitting + predicting * len(test_texts)
    if plan.batches is None and plan.cleaned is None:
        right = torch.round(probabilities) == torch.tensor(test_labels)
        return {
            "training_seconds": Figure(seconds),
            "accuracy": Figure(float(right.float().mean())),
        }
    note = (
        f"extrapolated: {plan.cleaned} reviews cleaned, {plan.batches} batches of {BATCH} trained"
    )
    return {"training_seconds": Figure(seconds, note)}


def _clean(texts: Sequence[str], plan: Plan) -> tuple[list[Sequence[str]], float]:
    """Return the words of all reviews, and the seconds a review that the notebook takes."""
    taken = texts[: plan.cleaned]
    started = plan.clock()
    words: list[Sequence[str]] = []
    for number, text in enumerate(taken, start=1):
        words.append(clean(text))
        if number % 50 == 0:
            print(f"cleaned {number} of {len(taken)} reviews", flush=True)
    seconds = plan.clock() - started
    # Our own cleaning gives the same words for the rest.
    words += [review_to_words(text) for text in texts[len(taken) :]]
    return words, seconds / len(taken)


def _fit(model: LSTMClassifier, loader: DataLoader[tuple[Tensor, ...]], plan: Plan) -> float:
    """Train, on the planned batches or for all epochs; return the seconds a review and epoch."""
    optimizer = torch.optim.Adam(model.parameters())
    loss_function = torch.nn.BCELoss()
    started, seen = plan.clock(), 0
    for epoch in range(1, (1 if plan.batches else EPOCHS) + 1):
        model.train()
        loss_sum = 0.0
        batches: Iterable[Sequence[Tensor]] = islice(loader, plan.batches)
        for number, (rows, labels) in enumerate(batches, start=1):
            optimizer.zero_grad()
            loss = loss_function(model(rows), labels)
            loss.backward()
            optimizer.step()
            loss_sum += loss.item()
            seen += len(rows)
            print(f"epoch {epoch}, batch {number}, mean loss {loss_sum / number:.4f}", flush=True)
    return (plan.clock() - started) / seen


def _predict(model: LSTMClassifier, rows: Tensor, plan: Plan) -> tuple[Tensor, float]:
    """Return P(positive) of the rows that were predicted, and the seconds a row."""
    model.eval()
    started = plan.clock()
    with torch.no_grad():
        found = torch.cat(
            [model(part) for part in islice(torch.split(rows, PREDICTED_ROWS), plan.batches)]
        )
    return found, (plan.clock() - started) / len(found)
