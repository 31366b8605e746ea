"""Trained LSTM that classifies raw reviews and explains its verdicts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray

from sentiment.classifier import Scores
from sentiment.explanation import Explanation, Spans
from sentiment.lstm.batches import by_length
from sentiment.lstm.network import LSTMClassifier, pad_batch
from sentiment.lstm.vocabulary import convert
from sentiment.lstm.words import WORDS

WEIGHTS = "lstm.pt"
VOCABULARY = "vocabulary.json"
BATCH = 256


@dataclass(frozen=True)
class LSTMReviews:
    """A network with its vocabulary.

    Attributes:
        network: network in evaluation mode, on the CPU.
        word_dict: word to id.
        pad: number of words read of each review.
        words: way to read words, a key of `WORDS`.
    """

    network: LSTMClassifier
    word_dict: Mapping[str, int]
    pad: int
    words: str

    def score(self, reviews: Sequence[str], *, explain: bool = False) -> Scores:  # noqa: ARG002 - the protocol's
        """Return the log-odds of raw reviews, and how many of their words are known.

        Args:
            reviews: raw reviews.
            explain: of no effect; explanations are made on request.
        """
        rows = [self._read(review) for review in reviews]
        logits = predict(self.network, [convert(self.word_dict, row, self.pad) for row in rows])
        words = [[word for word in row if word[0].isalnum()] for row in rows]
        counts = np.array([len(row) for row in words], np.int64)
        return Scores(
            logits=logits[:, np.newaxis],
            evidence=counts[:, np.newaxis].astype(np.float64),
            words=counts,
            known_words=np.array(
                [sum(word in self.word_dict for word in row) for row in words], np.int64
            ),
            explain=lambda _: [self._explain(review) for review in reviews],
        )

    def _read(self, review: str) -> list[str]:
        return WORDS[self.words].read(review)[: self.pad]

    def _explain(self, review: str) -> Explanation:
        """Return the approximate part of each word in the log-odds.

        An LSTM is not additive. A word's weight is the gradient of the log-odds along its vector,
        times the vector (Li et al., 2016, "Visualizing and understanding neural models in NLP"):
        about how much the log-odds would fall if the vector shrank to zero. `bias` is the rest, so
        that all parts add up to the log-odds.
        """
        found, starts, ends = WORDS[self.words].place(review)
        ids = [self.word_dict.get(word, 1) for word in found[: self.pad]]
        batch, lengths = pad_batch([ids])
        vectors = self.network.embedding(batch.t()).detach().requires_grad_()
        logit = self.network.judge(vectors, lengths).sum()
        (gradient,) = torch.autograd.grad(logit, vectors)
        weights = (gradient * vectors).sum(dim=2)[:, 0].detach().double().numpy()
        read = slice(len(ids))
        words = Spans(np.array(starts[read], int), np.array(ends[read], int), weights[read])
        return Explanation(logit.item() - float(weights.sum()), words)

    def save(self, folder: Path) -> None:
        """Write weights and vocabulary to an existing folder."""
        network = self.network
        sizes = {
            "embedding_dim": network.embedding.embedding_dim,
            "hidden_dim": network.lstm.hidden_size,
            "vocab_size": network.embedding.num_embeddings,
        }
        read = {"pad": self.pad, "words": self.words}
        torch.save({"sizes": sizes, "weights": network.state_dict(), **read}, folder / WEIGHTS)
        text = json.dumps(dict(self.word_dict), ensure_ascii=False, indent=1)
        (folder / VOCABULARY).write_text(text + "\n", "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the files of `save`, which cannot run code.

        One thread is faster for the few reviews of a request.
        """
        torch.set_num_threads(1)
        kept = torch.load(folder / WEIGHTS, map_location="cpu", weights_only=True)
        network = LSTMClassifier(**kept["sizes"])
        network.load_state_dict(kept["weights"])
        word_dict = json.loads((folder / VOCABULARY).read_text("utf-8"))
        return cls(network.eval(), word_dict, kept["pad"], kept["words"])


def predict(network: LSTMClassifier, ids: Sequence[list[int]]) -> NDArray[np.float64]:
    """Return the log-odds of positive of reviews given as word ids, shape (reviews,)."""
    device = network.dense.weight.device
    logits = np.empty(len(ids))
    network.eval()
    with torch.inference_mode():
        for rows in by_length([len(row) for row in ids], BATCH):
            batch, lengths = pad_batch([ids[row] for row in rows])
            logits[rows] = network.logits(batch.to(device), lengths.to(device)).cpu().numpy()
    return logits
