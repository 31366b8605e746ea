"""The network: an embedding, an LSTM in both directions, pooling and one linear unit."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import pad
from torch.nn.utils.rnn import pad_sequence

from sentiment.lstm.vocabulary import INFREQUENT, NO_WORD

LOWEST = -1e9  # what padding counts for in a maximum
SEGMENT = 50  # words that the LSTM reads at a stretch


class LSTMClassifier(nn.Module):
    """Reads a review in segments, in both directions, and judges it by the states at all its words.

    Hochreiter and Schmidhuber (1997), "Long Short-Term Memory"; pooling and segments as in Johnson
    and Zhang (2016), "Supervised and semi-supervised text categorization using LSTM for region
    embeddings". The last state alone, which the notebook judged by, has forgotten much of a long
    review.
    """

    def __init__(
        self,
        embedding_dim: int,
        hidden_dim: int,
        vocab_size: int,
        dropout: float = 0.0,
        word_dropout: float = 0.0,
    ) -> None:
        """Make a network with random weights.

        Args:
            embedding_dim: size of a word's vector.
            hidden_dim: size of the LSTM's state in each direction.
            vocab_size: how many word ids there are; id 0 is padding.
            dropout: share of the vectors' and the pooled states' values zeroed in training.
            word_dropout: share of the words that are read as infrequent ones in training.
        """
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=NO_WORD)
        self.lstm = nn.LSTM(embedding_dim, hidden_dim, bidirectional=True)
        self.dropout = nn.Dropout(dropout)
        self.word_dropout = word_dropout
        self.dense = nn.Linear(in_features=4 * hidden_dim, out_features=1)
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
        if self.training and self.word_dropout:
            dropped = torch.rand(ids.shape, device=ids.device) < self.word_dropout
            ids = ids.masked_fill(dropped & (ids != NO_WORD), INFREQUENT)
        return self.judge(self.embedding(ids.t()), lengths)

    def judge(self, vectors: Tensor, lengths: Tensor) -> Tensor:
        """Return the log-odds of positive, shape (reviews,), of word vectors.

        Args:
            vectors: shape (longest, reviews, embedding_dim).
            lengths: how many of each review's vectors are words, shape (reviews,).
        """
        states = self._read(self.dropout(vectors))
        # A review's last segment is always filled up with the same nothing, so its verdict is the
        # same in any company. (Packing the sequences would read no padding at all, and took 5 to 20
        # times longer on a CPU, where it falls out of the fused kernel.)
        words = lengths.clamp(min=1)
        padding = (torch.arange(len(states), device=words.device)[:, None] >= words)[:, :, None]
        highest = states.masked_fill(padding, LOWEST).amax(dim=0)
        mean = states.masked_fill(padding, 0).sum(dim=0) / words[:, None]
        logits: Tensor = self.dense(self.dropout(torch.cat([highest, mean], dim=1))).squeeze(1)
        return logits

    def _read(self, vectors: Tensor) -> Tensor:
        """Return the states at each word, shape (words in whole segments, reviews, state)."""
        vectors = pad(vectors, (0, 0, 0, 0, 0, -len(vectors) % SEGMENT))
        _, reviews, size = vectors.shape
        segments = vectors.reshape(-1, SEGMENT, reviews, size).transpose(0, 1)
        states: Tensor = self.lstm(segments.reshape(SEGMENT, -1, size))[0]
        return states.reshape(SEGMENT, -1, reviews, states.shape[-1]).transpose(0, 1).flatten(0, 1)


def pad_batch(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Return ids of shape (reviews, longest) and lengths of shape (reviews,)."""
    tensors = [torch.tensor(row or [0], dtype=torch.long) for row in rows]
    lengths = torch.tensor([len(tensor) for tensor in tensors])
    return pad_sequence(tensors, batch_first=True), lengths
