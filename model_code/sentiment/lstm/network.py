"""Network of an embedding, a bidirectional LSTM, pooling and one linear unit."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import pad
from torch.nn.utils.rnn import pad_sequence

from sentiment.lstm.vocabulary import INFREQUENT, NO_WORD

LOWEST = -1e9  # value of padding in a maximum
SEGMENT = 50  # words per segment


class LSTMClassifier(nn.Module):
    """A bidirectional LSTM over segments of a review, with pooling over the states of all words.

    Hochreiter and Schmidhuber (1997), "Long Short-Term Memory"; pooling and segments as in Johnson
    and Zhang (2016), "Supervised and semi-supervised text categorization using LSTM for region
    embeddings". The notebook used the last state alone, which has forgotten much of a long review.
    """

    def __init__(
        self,
        embedding_dim: int,
        hidden_dim: int,
        vocab_size: int,
        dropout: float = 0.0,
        word_dropout: float = 0.0,
    ) -> None:
        """Create a network with random weights.

        Args:
            embedding_dim: size of a word's vector.
            hidden_dim: size of the LSTM's state in each direction.
            vocab_size: number of word ids; id 0 is padding.
            dropout: share of the values of vectors and pooled states zeroed in training.
            word_dropout: share of words replaced by the infrequent id in training.
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
            lengths: number of words in each row, shape (reviews,). A row without words is read as
                one padding id.
        """
        if self.training and self.word_dropout:
            dropped = torch.rand(ids.shape, device=ids.device) < self.word_dropout
            ids = ids.masked_fill(dropped & (ids != NO_WORD), INFREQUENT)
        return self.judge(self.embedding(ids.t()), lengths)

    def judge(self, vectors: Tensor, lengths: Tensor) -> Tensor:
        """Return the log-odds of positive, shape (reviews,), of word vectors.

        Args:
            vectors: shape (longest, reviews, embedding_dim).
            lengths: number of words in each review, shape (reviews,).
        """
        states = self._read(self.dropout(vectors))
        # The last segment of a review always has the same padding, so that its verdict does not
        # depend on its batch. Packed sequences would avoid padding, but took 5 to 20 times longer
        # on a CPU, because they do not use the fused kernel.
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
