"""The model: an embedding, an LSTM and one linear unit."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence


class LSTMClassifier(nn.Module):
    """Reads a review word by word and judges it by the state after its last word.

    Hochreiter and Schmidhuber (1997), "Long Short-Term Memory".
    """

    def __init__(self, embedding_dim: int, hidden_dim: int, vocab_size: int) -> None:
        """Make a model with random weights.

        Args:
            embedding_dim: size of a word's vector.
            hidden_dim: size of the LSTM's state.
            vocab_size: how many word ids there are; id 0 is padding.
        """
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        self.lstm = nn.LSTM(embedding_dim, hidden_dim)
        self.dense = nn.Linear(in_features=hidden_dim, out_features=1)
        self.sig = nn.Sigmoid()

    def forward(self, x: Tensor) -> Tensor:
        """Return P(positive), shape (reviews,), for rows of a length followed by padded ids.

        Args:
            x: integers of shape (reviews, 1 + pad), as the notebook's training file has them.
        """
        probability: Tensor = self.sig(self.logits(x[:, 1:], x[:, 0]))
        return probability

    def logits(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Return the log-odds of positive, shape (reviews,).

        Args:
            ids: word ids of shape (reviews, longest), padded with 0.
            lengths: how many ids of each row are words, shape (reviews,). A row without words is
                read as one padding id.
        """
        states, _ = self.lstm(self.embedding(ids.t()))
        # What follows the last word cannot change its state, so padding costs time but no accuracy;
        # batches of like length have hardly any. (Packing would avoid all of it, and took 5 to 20
        # times longer on a CPU, where it falls out of the fused kernel.)
        last = (lengths - 1).clamp(min=0)
        logits: Tensor = self.dense(states[last, torch.arange(len(last))]).squeeze(1)
        return logits


def pad_batch(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Return ids of shape (reviews, longest) and lengths of shape (reviews,)."""
    tensors = [torch.tensor(row or [0], dtype=torch.long) for row in rows]
    lengths = torch.tensor([len(tensor) for tensor in tensors])
    return pad_sequence(tensors, batch_first=True), lengths
