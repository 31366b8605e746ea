"""The training loop and the evaluation."""

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from tqdm import tqdm

from sentiment import batches
from sentiment.hyperparameters import Hyperparameters
from sentiment.model import LSTMClassifier, pad_batch

EVALUATION_BATCH = 256
MAX_GRADIENT_NORM = 1.0  # Pascanu et al. (2013): an LSTM's gradients can explode


@dataclass(frozen=True)
class Examples:
    """Reviews as the model reads them: ids without padding, and 1 or 0."""

    ids: list[list[int]]
    labels: list[int]

    @property
    def lengths(self) -> list[int]:
        """How many words each review has."""
        return [len(row) for row in self.ids]


def make_deterministic(seed: int) -> None:
    """Make the same inputs give the same weights, bit for bit, on the same machine."""
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(mode=True)
    torch.set_num_threads(os.cpu_count() or 1)


def train(examples: Examples, parameters: Hyperparameters) -> LSTMClassifier:
    """Train a model, printing each epoch's mean loss and seconds on a line of its own."""
    make_deterministic(parameters.seed)
    model = LSTMClassifier(parameters.embedding_dim, parameters.hidden_dim, parameters.vocab_size)
    optimizer = torch.optim.Adam(model.parameters(), lr=parameters.learning_rate)
    generator = torch.Generator().manual_seed(parameters.seed)
    for epoch in range(1, parameters.epochs + 1):
        started = time.monotonic()
        loss = _epoch(model, optimizer, examples, parameters.batch_size, generator, epoch)
        seconds = time.monotonic() - started
        print(f"epoch={epoch} train_loss={loss:.4f} seconds={seconds:.1f}", flush=True)
    return model


def _epoch(  # noqa: PLR0913, PLR0917 - the loop's state, private
    model: LSTMClassifier,
    optimizer: torch.optim.Optimizer,
    examples: Examples,
    batch_size: int,
    generator: torch.Generator,
    epoch: int,
) -> float:
    model.train()
    loss_function = nn.BCEWithLogitsLoss()
    labels = torch.tensor(examples.labels, dtype=torch.float32)
    total = 0.0
    bar = tqdm(
        total=len(labels), desc=f"epoch {epoch}", disable=not sys.stderr.isatty(), leave=False
    )
    with bar:
        for rows in batches.shuffled(examples.lengths, batch_size, generator):
            optimizer.zero_grad()
            logits = model.logits(*pad_batch([examples.ids[row] for row in rows]))
            loss: Tensor = loss_function(logits, labels[rows])
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(model.parameters(), MAX_GRADIENT_NORM)
            optimizer.step()
            total += loss.item() * len(rows)
            bar.update(len(rows))
    return total / len(labels)


def predict(model: LSTMClassifier, ids: Sequence[list[int]]) -> Tensor:
    """Return P(positive) of each review, shape (reviews,), in their order."""
    model.eval()
    probabilities = torch.empty(len(ids))
    with torch.inference_mode():
        for rows in batches.by_length([len(row) for row in ids], EVALUATION_BATCH):
            logits = model.logits(*pad_batch([ids[row] for row in rows]))
            probabilities[rows] = model.sig(logits)
    return probabilities


def accuracy(model: LSTMClassifier, examples: Examples) -> float:
    """Return the share of reviews that are judged as labelled."""
    verdicts = predict(model, examples.ids) >= 0.5  # noqa: PLR2004 - as the notebook rounds
    return float((verdicts == torch.tensor(examples.labels, dtype=torch.bool)).float().mean())
