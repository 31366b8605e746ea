"""The notebook's algorithm, rewritten with the same costs.

Like the notebook, it uses an HTML parser for every review, and for every word a new stemmer and the
stop list read from its file. It pads every review to 500 ids and runs the LSTM over all of them.
In the notebook's favour, it leaves out the download of the stop list for every review, and the CSV
files, uploads and instances between cleaning, training and serving.
"""

import pickle
import re
import tempfile
import warnings
from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import islice
from pathlib import Path

import nltk
import numpy as np
import torch
from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning
from nltk.corpus import stopwords
from nltk.stem.porter import PorterStemmer
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from bench import reviews
from bench.figures import Figure, Figures, with_errors
from bench.subjects import TEXT, Answer, Plan
from sentiment.lstm.stems import review_to_words
from sentiment.stop_words import STOP_WORDS

TAKES_LISTS = False
EXPLAINS = False
VOCABULARY, EMBEDDING, HIDDEN, PAD = 5000, 32, 200, 500
EPOCHS, BATCH, SEED = 10, 512, 1
WEIGHTS, SIZES, WORDS = "model.pth", "model_info.pth", "word_dict.pkl"

warnings.filterwarnings("ignore", category=MarkupResemblesLocatorWarning)


@cache
def _install_stop_list() -> tempfile.TemporaryDirectory[str]:
    """Install the stop list as NLTK's downloaded one, until the process ends."""
    folder = tempfile.TemporaryDirectory()
    file = Path(folder.name, "corpora", "stopwords", "english")
    file.parent.mkdir(parents=True)
    file.write_text("\n".join(sorted(STOP_WORDS)), "utf-8")
    nltk.data.path.insert(0, folder.name)
    return folder


def clean(review: str) -> Sequence[str]:
    """Return the stemmed words of a review; this takes most of a tenth of a second."""
    _install_stop_list()
    text = BeautifulSoup(review, "html.parser").get_text()
    words = re.sub(r"[^a-zA-Z0-9]", " ", text.lower()).split()
    words = [word for word in words if word not in stopwords.words("english")]
    return [PorterStemmer().stem(word) for word in words]


def build_dict(data: Sequence[Sequence[str]]) -> dict[str, int]:
    """Number the most frequent words from 2; 0 is padding and 1 is any other word."""
    counts = Counter([word for sentence in data for word in sentence])
    ranked = sorted(counts, key=lambda word: counts[word], reverse=True)
    return {word: rank + 2 for rank, word in enumerate(ranked[: VOCABULARY - 2])}


def convert_and_pad(word_dict: dict[str, int], sentence: Sequence[str]) -> tuple[list[int], int]:
    """Return a review's 500 ids and the number of words among them."""
    ids = [0] * PAD
    for position, word in enumerate(sentence[:PAD]):
        ids[position] = word_dict.get(word, 1)
    return ids, min(len(sentence), PAD)


def convert_and_pad_data(
    word_dict: dict[str, int], data: Sequence[Sequence[str]]
) -> NDArray[np.int64]:
    """Return the length and the ids of each review, shape (reviews, 1 + 500)."""
    converted = [convert_and_pad(word_dict, sentence) for sentence in data]
    ids = np.array([row for row, _ in converted])
    return np.column_stack([np.array([length for _, length in converted]), ids])


class LSTMClassifier(nn.Module):
    """Embedding, LSTM over all 500 positions and a linear unit, read after the last word."""

    def __init__(self) -> None:
        """Initialize the layers with random weights."""
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, EMBEDDING, padding_idx=0)
        self.lstm = nn.LSTM(EMBEDDING, HIDDEN)
        self.dense = nn.Linear(HIDDEN, 1)
        self.sig = nn.Sigmoid()

    def forward(self, rows: Tensor) -> Tensor:
        """Return P(positive) for rows that hold a length and 500 ids."""
        rows = rows.t()
        lengths, ids = rows[0], rows[1:]
        states, _ = self.lstm(self.embedding(ids))
        outputs = self.dense(states)[lengths - 1, torch.arange(len(lengths))]
        probabilities: Tensor = self.sig(outputs.squeeze(1))
        return probabilities


def train(training: Path, testing: Path, model_dir: Path, plan: Plan) -> Figures:
    """Clean, convert, train, test and save.

    If the plan limits the cleaned reviews and the batches, only these are timed and the total is
    extrapolated. The saved model then has the notebook's size and speed, but not its accuracy.
    """
    texts, labels = zip(*reviews.read(training), strict=True)
    test_texts, test_labels = zip(*reviews.read(testing), strict=True)

    words, cleaning = _clean_all([*texts, *test_texts], plan)
    started = plan.clock()
    word_dict = build_dict(words[: len(texts)])
    rows = torch.from_numpy(convert_and_pad_data(word_dict, words))
    converting = plan.clock() - started

    torch.manual_seed(SEED)
    model = LSTMClassifier()
    data = TensorDataset(rows[: len(texts)], torch.tensor(labels, dtype=torch.float32))
    fitting = _fit(model, DataLoader(data, batch_size=BATCH), plan)
    probabilities, predicting = _predict(model, rows[len(texts) :], plan)
    _save(model, word_dict, model_dir)

    seconds = (
        cleaning * len(words)
        + converting
        + fitting * EPOCHS * len(texts)
        + predicting * len(test_texts)
    )
    if plan.batches is None and plan.cleaned is None:
        right = torch.round(probabilities) == torch.tensor(test_labels)
        return {"training_seconds": Figure(seconds), **with_errors(float(right.float().mean()))}
    note = (
        f"extrapolated: {plan.cleaned} reviews cleaned, {plan.batches} batches of {BATCH} trained"
    )
    return {"training_seconds": Figure(seconds, note)}


def _clean_all(texts: Sequence[str], plan: Plan) -> tuple[list[Sequence[str]], float]:
    """Return the words of all reviews, and the notebook's seconds per review."""
    sample = texts[: plan.cleaned]
    words: list[Sequence[str]] = []
    started = plan.clock()
    for number, text in enumerate(sample, start=1):
        words.append(clean(text))
        if number % 50 == 0:
            print(f"cleaned {number} of {len(sample)} reviews", flush=True)
    seconds = plan.clock() - started
    # For the rest, our cleaning gives the same words.
    words += [review_to_words(text) for text in texts[len(sample) :]]
    return words, seconds / len(sample)


def _fit(model: LSTMClassifier, loader: DataLoader[tuple[Tensor, ...]], plan: Plan) -> float:
    """Train on the planned batches or for all epochs; return the seconds per review and epoch."""
    optimizer = torch.optim.Adam(model.parameters())
    loss_function = torch.nn.BCELoss()
    model.train()
    started, seen = plan.clock(), 0
    for epoch in range(1, (1 if plan.batches else EPOCHS) + 1):
        loss_sum = 0.0
        for number, (rows, labels) in enumerate(islice(loader, plan.batches), start=1):
            optimizer.zero_grad()
            loss = loss_function(model(rows), labels)
            loss.backward()
            optimizer.step()
            loss_sum += loss.item()
            seen += len(rows)
            print(f"epoch {epoch}, batch {number}, mean loss {loss_sum / number:.4f}", flush=True)
    return (plan.clock() - started) / seen


def _predict(model: LSTMClassifier, rows: Tensor, plan: Plan) -> tuple[Tensor, float]:
    """Return P(positive) of the planned rows, and the seconds per row."""
    model.eval()
    started = plan.clock()
    with torch.no_grad():
        parts = islice(torch.split(rows, BATCH), plan.batches)
        probabilities = torch.cat([model(part) for part in parts])
    return probabilities, (plan.clock() - started) / len(probabilities)


def _save(model: LSTMClassifier, word_dict: dict[str, int], model_dir: Path) -> None:
    """Write the weights, the sizes and the pickled dictionary."""
    torch.save({"embedding_dim": EMBEDDING, "hidden_dim": HIDDEN}, model_dir / SIZES)
    torch.save(model.state_dict(), model_dir / WEIGHTS)
    (model_dir / WORDS).write_bytes(pickle.dumps(word_dict))


def load(model_dir: Path) -> Answer:
    """Return the served model, which takes one review per request."""
    torch.set_num_threads(1)
    torch.load(model_dir / SIZES)
    model = LSTMClassifier()
    model.load_state_dict(torch.load(model_dir / WEIGHTS))
    model.eval()
    word_dict = pickle.loads((model_dir / WORDS).read_bytes())  # noqa: S301 - written by `_save`

    def answer(body: bytes, content_type: str) -> str:
        if content_type != TEXT:
            raise ValueError(f"content type {content_type!r}: must be {TEXT}")
        ids, length = convert_and_pad(word_dict, clean(body.decode("utf-8")))
        row = torch.from_numpy(np.hstack(([length], ids)).reshape(1, -1))
        model.eval()
        with torch.no_grad():
            return str(int(np.round(model(row).numpy())[0]))

    return answer
