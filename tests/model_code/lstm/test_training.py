"""Network of the LSTM and its training."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from sentiment.checkpoint import Checkpoint
from sentiment.distributed import Ranks
from sentiment.hyperparameters import Hyperparameters
from sentiment.lstm import batches
from sentiment.lstm.classifier import predict
from sentiment.lstm.network import LSTMClassifier, pad_batch
from sentiment.lstm.training import Examples, descend, log_count_ratios

SMALL = Hyperparameters(
    epochs=3, embedding_dim=8, hidden_dim=8, vocab_size=20, batch_size=8, dropout=0.2
)
NOTHING_KEPT = Checkpoint(None, "")
ALONE = Ranks()


def examples(count: int = 64) -> Examples:
    generator = torch.Generator().manual_seed(0)
    labels = [index % 2 for index in range(count)]
    ids = []
    for label in labels:
        length = int(torch.randint(1, 9, (1,), generator=generator))
        low = 2 if label else 11
        ids.append(torch.randint(low, low + 9, (length,), generator=generator).tolist())
    return Examples(ids, labels)


def test_forward_takes_rows_of_the_notebook() -> None:
    network = LSTMClassifier(32, 100, 5000)
    ids, lengths = pad_batch([[5, 6, 7], [8], [9, 10]])
    rows = torch.cat([lengths[:, None], ids, torch.zeros(3, 20, dtype=torch.long)], dim=1)
    torch.testing.assert_close(network(rows), torch.sigmoid(network.logits(ids, lengths)))


def test_padding_and_batch_do_not_change_a_verdict() -> None:
    network = LSTMClassifier(8, 8, 20)
    reviews = examples(10).ids
    together = predict(network, reviews)
    alone = np.concatenate([predict(network, [review]) for review in reviews])
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_a_review_without_known_words_gets_log_odds() -> None:
    assert np.isfinite(predict(LSTMClassifier(8, 8, 20), [[]])).all()


def trained(
    parameters: Hyperparameters, checkpoint: Checkpoint = NOTHING_KEPT, ranks: Ranks = ALONE
) -> tuple[dict[str, torch.Tensor], list[dict[str, float]]]:
    network, curve = descend(examples(), examples(20), parameters, ranks, checkpoint)
    return network.state_dict(), [{**look, "seconds": 0} for look in curve]


def test_training_learns() -> None:
    parameters = replace(SMALL, epochs=30, learning_rate=0.02)
    _, curve = trained(parameters)
    assert curve[-1]["train_loss"] < curve[0]["train_loss"]
    assert max(look["validation_accuracy"] for look in curve) > 0.95


def test_word_vectors_start_with_the_log_count_ratio() -> None:
    data = Examples([[2, 2, 3], [3], [4, 3]], [1, 1, 0])
    ratios = log_count_ratios(data, 5, smoothing=1.0)
    # Smoothed counts of ids 0 to 4: 1 1 2 3 1 in positive reviews, 1 1 1 2 2 in negative ones
    assert ratios[:2].tolist() == [0, 0]
    np.testing.assert_allclose(
        ratios[2:], np.log([2 / 8 / (1 / 7), 3 / 8 / (2 / 7), 1 / 8 / (2 / 7)]), rtol=1e-5
    )


def test_the_same_seed_gives_the_same_weights_bit_for_bit() -> None:
    first, second = (trained(SMALL)[0] for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_a_resumed_run_ends_like_an_uninterrupted_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights, curve = trained(SMALL)
    save = Checkpoint.save

    def save_and_fail(self: Checkpoint, state: dict[str, Any]) -> None:
        save(self, state)
        raise KeyboardInterrupt

    checkpoint = Checkpoint(tmp_path, "this")
    monkeypatch.setattr(Checkpoint, "save", save_and_fail)
    with pytest.raises(KeyboardInterrupt):
        trained(SMALL, checkpoint)
    monkeypatch.setattr(Checkpoint, "save", save)
    resumed_weights, resumed_curve = trained(SMALL, checkpoint)
    assert resumed_curve == curve
    assert all(torch.equal(weights[name], resumed_weights[name]) for name in weights)


def test_every_review_is_in_exactly_one_batch() -> None:
    lengths = examples(101).lengths
    generator = torch.Generator().manual_seed(1)
    for found in (batches.shuffled(lengths, 8, generator), batches.by_length(lengths, 8)):
        assert sorted(row for rows in found for row in rows) == list(range(101))
