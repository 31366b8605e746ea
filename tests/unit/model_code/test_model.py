"""The model and the training loop."""

import pytest
import torch

from sentiment import batches
from sentiment.datasets import Dataset
from sentiment.errors import HyperparameterError
from sentiment.hyperparameters import Hyperparameters
from sentiment.model import LSTMClassifier, pad_batch
from sentiment.split import shuffle, stratified_split
from sentiment.training import Examples, accuracy, predict, train

SMALL = Hyperparameters(epochs=3, embedding_dim=8, hidden_dim=8, vocab_size=20, batch_size=8)


def notebook_forward(model: LSTMClassifier, x: torch.Tensor) -> torch.Tensor:
    """What the notebook's LSTMClassifier computes: every padded step, then the last real one."""
    x = x.t()
    lengths, reviews = x[0, :], x[1:, :]
    out = model.dense(model.lstm(model.embedding(reviews))[0])
    last = out[lengths - 1, range(len(lengths))]
    result: torch.Tensor = model.sig(last.squeeze())
    return result


def examples(count: int = 64) -> Examples:
    generator = torch.Generator().manual_seed(0)
    labels = [index % 2 for index in range(count)]
    ids = []
    for label in labels:
        length = int(torch.randint(1, 9, (1,), generator=generator))
        low = 2 if label else 11
        ids.append(torch.randint(low, low + 9, (length,), generator=generator).tolist())
    return Examples(ids, labels)


def test_forward_takes_the_notebook_s_rows() -> None:
    model = LSTMClassifier(32, 100, 5000)
    ids, lengths = pad_batch([[5, 6, 7], [8], [9, 10]])
    rows = torch.cat([lengths[:, None], ids, torch.zeros(3, 20, dtype=torch.long)], dim=1)
    torch.testing.assert_close(model(rows), notebook_forward(model, rows))


def test_padding_and_company_do_not_change_a_verdict() -> None:
    model = LSTMClassifier(8, 8, 20)
    reviews = examples(10).ids
    together = predict(model, reviews)
    alone = torch.cat([predict(model, [review]) for review in reviews])
    torch.testing.assert_close(together, alone)


def test_a_review_without_known_words_gets_a_probability() -> None:
    assert 0 < float(predict(LSTMClassifier(8, 8, 20), [[]])[0]) < 1


def test_training_learns() -> None:
    data = examples()
    model = train(data, Hyperparameters(**{**SMALL.as_dict(), "epochs": 30, "learning_rate": 0.02}))  # type: ignore[arg-type]
    assert accuracy(model, data) > 0.95


def test_the_same_seed_gives_the_same_weights_bit_for_bit() -> None:
    first, second = (train(examples(), SMALL).state_dict() for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_every_review_is_in_exactly_one_batch() -> None:
    lengths = examples(101).lengths
    generator = torch.Generator().manual_seed(1)
    for found in (batches.shuffled(lengths, 8, generator), batches.by_length(lengths, 8)):
        assert sorted(row for rows in found for row in rows) == list(range(101))


def test_the_split_keeps_the_classes_and_separates_duplicates() -> None:
    texts = [f"review {index % 90}" for index in range(100)]
    labels = [index % 90 % 2 for index in range(100)]
    train_half, test_half = stratified_split(Dataset(texts, labels), 0.2, seed=3)
    assert not set(train_half.texts) & set(test_half.texts)
    assert len(train_half.texts) + len(test_half.texts) == 100
    assert abs(sum(test_half.labels) - len(test_half.labels) / 2) <= 2
    assert stratified_split(Dataset(texts, labels), 0.2, seed=3) == (train_half, test_half)


def test_shuffling_keeps_texts_with_their_labels() -> None:
    data = Dataset([str(number) for number in range(50)], [number % 2 for number in range(50)])
    mixed = shuffle(data, 1)
    assert mixed.texts != data.texts
    assert all(
        int(text) % 2 == label for text, label in zip(mixed.texts, mixed.labels, strict=True)
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("epochs", 0), ("learning_rate", 0.0), ("learning_rate", 2.0), ("test_fraction", 1.0),
     ("vocab_size", 2), ("batch_size", -1), ("seed", -1), ("hidden_dim", 0)],
)  # fmt: skip
def test_impossible_hyperparameters_are_refused(name: str, value: float) -> None:
    with pytest.raises(HyperparameterError, match=f"{name}={value}"):
        Hyperparameters(**{name: value})  # type: ignore[arg-type]
