"""Training of the LSTM: convert reviews to word ids, then optimize by Adam."""

import time
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from sentiment.checkpoint import Checkpoint
from sentiment.classifier import Fitted
from sentiment.datasets import Dataset
from sentiment.distributed import Ranks
from sentiment.hyperparameters import Hyperparameters
from sentiment.lstm.batches import shuffled
from sentiment.lstm.classifier import LSTMReviews, predict
from sentiment.lstm.cleaning import clean
from sentiment.lstm.network import LSTMClassifier, pad_batch
from sentiment.lstm.vocabulary import FIRST_ID, build_dict, convert
from sentiment.split import NEIGHBOURS, share, shuffle, stratified_split

MAX_GRADIENT_NORM = 1.0  # Pascanu et al. (2013): an LSTM's gradients can explode


@dataclass(frozen=True)
class Examples:
    """Reviews as word ids without padding, and their labels, 1 or 0."""

    ids: list[list[int]]
    labels: list[int]

    @property
    def lengths(self) -> list[int]:
        """Number of words of each review."""
        return [len(row) for row in self.ids]


def fit(
    reviews: Dataset, parameters: Hyperparameters, ranks: Ranks, checkpoint: Checkpoint
) -> Fitted:
    """Train on every rank's share of each batch and keep the best epoch on the validation reviews.

    Args:
        reviews: training reviews, the same on every rank; a share of them is held out.
        parameters: hyperparameters; those for `lstm` apply.
        ranks: processes that train together.
        checkpoint: checkpoint from which an interrupted run resumes.
    """
    training, validation = (
        shuffle(part, parameters.seed)
        for part in stratified_split(
            reviews, parameters.validation_fraction, parameters.seed, neighbours=NEIGHBOURS
        )
    )
    train_words = _cleaned(training, parameters.words, "training", ranks)
    word_dict = build_dict(train_words, parameters.vocab_size)
    examples, held_out = (
        Examples([convert(word_dict, row, parameters.pad) for row in words], part.labels)
        for words, part in (
            (train_words, training),
            (_cleaned(validation, parameters.words, "validation", ranks), validation),
        )
    )
    network, curve = descend(examples, held_out, parameters, ranks, checkpoint)
    model = LSTMReviews(network.cpu().eval(), word_dict, parameters.pad, parameters.words)
    return Fitted(model, held_out=[(model, validation)], learning_curve=curve)


def _cleaned(dataset: Dataset, words: str, name: str, ranks: Ranks) -> list[list[str]]:
    """Clean this rank's share and return the words of all ranks, in the dataset's order."""
    shares = ranks.gather(clean(share(dataset, ranks.rank, ranks.size).texts, words, name))
    cleaned: list[list[str]] = [[]] * len(dataset.texts)
    for rank, part in enumerate(shares):
        cleaned[rank :: ranks.size] = part
    return cleaned


def descend(
    examples: Examples,
    held_out: Examples,
    parameters: Hyperparameters,
    ranks: Ranks,
    checkpoint: Checkpoint,
) -> tuple[LSTMClassifier, list[dict[str, float]]]:
    """Return the best network on `held_out` and the learning curve."""
    torch.manual_seed(parameters.seed)
    network = _network(examples, parameters).to(ranks.device)
    optimizer = torch.optim.Adam(network.parameters(), lr=parameters.learning_rate)
    generator = torch.Generator().manual_seed(parameters.seed)
    curve: list[dict[str, float]] = []
    best = {name: value.clone() for name, value in network.state_dict().items()}
    kept = checkpoint.load()
    if kept is not None:
        network.load_state_dict(kept["network"])
        optimizer.load_state_dict(kept["optimizer"])
        generator.set_state(kept["generator"])
        _set_dropout_state(kept["dropout"][ranks.rank], ranks.device)
        curve, best = kept["curve"], kept["best"]
        if ranks.is_first:
            print(f"resumed after epoch {len(curve)}", flush=True)
    for epoch in range(len(curve) + 1, parameters.epochs + 1):
        started = time.monotonic()
        loss = _epoch(network, optimizer, examples, parameters.batch_size, generator, ranks)
        right = (predict(network, held_out.ids) > 0) == (np.array(held_out.labels) == 1)
        accuracy, seconds = float(right.mean()), time.monotonic() - started
        if accuracy > max((look["validation_accuracy"] for look in curve), default=-1.0):
            best = {name: value.clone() for name, value in network.state_dict().items()}
        curve.append(
            {"step": epoch, "train_loss": loss, "validation_accuracy": accuracy, "seconds": seconds}
        )
        checkpoint.save(
            {
                "network": network.state_dict(),
                "optimizer": optimizer.state_dict(),
                "generator": generator.get_state(),
                "dropout": ranks.gather(_dropout_state(ranks.device)),
                "curve": curve,
                "best": best,
            }
        )
        if ranks.is_first:
            print(
                f"epoch={epoch} train_loss={loss:.4f} validation_accuracy={accuracy:.4f} "
                f"seconds={seconds:.1f}",
                flush=True,
            )
    network.load_state_dict(best)
    return network, curve


def _dropout_state(device: torch.device) -> Tensor:
    """Return the state of dropout's random generator, which differs between ranks."""
    on_gpu = device.type == "cuda"
    return torch.cuda.get_rng_state(device) if on_gpu else torch.get_rng_state()


def _set_dropout_state(state: Tensor, device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.set_rng_state(state, device)
    else:
        torch.set_rng_state(state)


def _network(examples: Examples, parameters: Hyperparameters) -> LSTMClassifier:
    """Return a network in which the first value of a word's vector is its log-count ratio."""
    network = LSTMClassifier(
        parameters.embedding_dim,
        parameters.hidden_dim,
        parameters.vocab_size,
        parameters.dropout,
        parameters.word_dropout,
    )
    with torch.no_grad():
        network.embedding.weight *= 0.3
        network.embedding.weight[:, 0] = torch.from_numpy(
            log_count_ratios(examples, parameters.vocab_size, parameters.smoothing)
        )
    return network


def log_count_ratios(examples: Examples, vocab_size: int, smoothing: float) -> NDArray[np.float32]:
    """Return the log-count ratio of each word id, shape (vocab_size,), above 0 for positive words.

    Wang and Manning (2012), "Baselines and bigrams: simple, good sentiment and topic
    classification", equation 1; 0 for the reserved ids.
    """
    counts = np.full((2, vocab_size), smoothing)
    for ids, label in zip(examples.ids, examples.labels, strict=True):
        counts[label, list(set(ids))] += 1
    shares = np.log(counts) - np.log(counts.sum(axis=1, keepdims=True))
    ratios: NDArray[np.float32] = (shares[1] - shares[0]).astype(np.float32)
    ratios[:FIRST_ID] = 0
    return ratios


def _epoch(  # noqa: PLR0913, PLR0917 - the loop's state
    network: LSTMClassifier,
    optimizer: torch.optim.Optimizer,
    examples: Examples,
    batch_size: int,
    generator: torch.Generator,
    ranks: Ranks,
) -> float:
    network.train()
    labels = torch.tensor(examples.labels, dtype=torch.float32)
    total = torch.zeros((), dtype=torch.float64)
    for rows in shuffled(examples.lengths, batch_size, generator):
        optimizer.zero_grad()
        mine = rows[ranks.rank :: ranks.size]
        if mine:
            ids, lengths = pad_batch([examples.ids[row] for row in mine])
            logits = network.logits(ids.to(ranks.device), lengths.to(ranks.device))
            loss = binary_cross_entropy_with_logits(
                logits, labels[mine].to(ranks.device), reduction="sum"
            )
            (loss / len(rows)).backward()  # type: ignore[no-untyped-call]
            total += loss.detach().cpu()
        _add_up_gradients(network, ranks)
        nn.utils.clip_grad_norm_(network.parameters(), MAX_GRADIENT_NORM)
        optimizer.step()
    return float(ranks.all_reduce(total)) / len(labels)


def _add_up_gradients(network: LSTMClassifier, ranks: Ranks) -> None:
    """Sum the gradients over all ranks, so that every rank takes the same step."""
    if ranks.size == 1:
        return
    for parameter in network.parameters():
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)
        ranks.all_reduce(parameter.grad)
