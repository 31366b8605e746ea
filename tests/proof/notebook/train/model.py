"""The notebook's network."""

import torch
from torch import nn


class LSTMClassifier(nn.Module):
    """An LSTM over the words of a review, whose length precedes them."""

    def __init__(self, embedding_dim: int, hidden_dim: int, vocab_size: int) -> None:
        """Create the layers."""
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        self.lstm = nn.LSTM(embedding_dim, hidden_dim)
        self.dense = nn.Linear(hidden_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the probability that each review is positive."""
        x = x.t()
        lengths, reviews = x[0, :], x[1:, :]
        output, _ = self.lstm(self.embedding(reviews))
        logits = self.dense(output)[lengths - 1, range(len(lengths))]
        return torch.sigmoid(logits.squeeze(1))
