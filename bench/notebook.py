"""The notebook's algorithm with the notebook's costs, written anew.

It cleans as the notebook does: an HTML parser for every review, the stop list read from its file
for every single word, a new stemmer for every word. It pads every review to 500 ids and lets the
LSTM run over all of them. Its download of the stop list, which asks a server at every review, is
left out, in its favour.
"""

import pickle
import re
import tempfile
import warnings
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import nltk
import numpy as np
import torch
from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning
from nltk.corpus import stopwords
from nltk.stem.porter import PorterStemmer
from numpy.typing import NDArray
from torch import Tensor, nn

from bench.subject import TEXT, Answer
from sentiment.lstm.stems import STOP_WORDS

TAKES_LISTS = False
EXPLAINS = False
VOCABULARY, EMBEDDING, HIDDEN, PAD = 5000, 32, 200, 500
WEIGHTS, SIZES, WORDS = "model.pth", "model_info.pth", "word_dict.pkl"

warnings.filterwarnings("ignore", category=MarkupResemblesLocatorWarning)


@cache
def _install_stop_list() -> tempfile.TemporaryDirectory[str]:
    """Put the stop list where NLTK looks for a downloaded one, until the process ends."""
    folder = tempfile.TemporaryDirectory()
    file = Path(folder.name, "corpora", "stopwords", "english")
    file.parent.mkdir(parents=True)
    file.write_text("\n".join(sorted(STOP_WORDS)), "utf-8")
    nltk.data.path.insert(0, folder.name)
    return folder


def clean(review: str) -> Sequence[str]:
    """Return the stemmed words of a review; it takes a good part of a tenth of a second."""
    _install_stop_list()
    text = BeautifulSoup(review, "html.parser").get_text()
    words = re.sub(r"[^a-zA-Z0-9]", " ", text.lower()).split()
    words = [word for word in words if word not in stopwords.words("english")]
    return [PorterStemmer().stem(word) for word in words]


def build_dict(data: Sequence[Sequence[str]]) -> dict[str, int]:
    """Number the most frequent words from 2 on; 0 is padding and 1 every other word."""
    counts = Counter([word for sentence in data for word in sentence])
    ranked = sorted(counts, key=lambda word: counts[word], reverse=True)
    return {word: rank + 2 for rank, word in enumerate(ranked[: VOCABULARY - 2])}


def convert_and_pad(word_dict: dict[str, int], sentence: Sequence[str]) -> tuple[list[int], int]:
    """Return 500 ids of a review, and how many of them are words."""
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
    """Embedding, LSTM over all 500 positions, a linear unit at each, read after the last word."""

    def __init__(self) -> None:
        """Make it with random weights."""
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, EMBEDDING, padding_idx=0)
        self.lstm = nn.LSTM(EMBEDDING, HIDDEN)
        self.dense = nn.Linear(HIDDEN, 1)
        self.sig = nn.Sigmoid()

    def forward(self, rows: Tensor) -> Tensor:
        """Return P(positive), shape (reviews,), of rows of a length followed by 500 ids."""
        rows = rows.t()
        lengths, ids = rows[0], rows[1:]
        states, _ = self.lstm(self.embedding(ids))
        outputs = self.dense(states)[lengths - 1, torch.arange(len(lengths))]
        probabilities: Tensor = self.sig(outputs.squeeze(1))
        return probabilities


def save(model: LSTMClassifier, word_dict: dict[str, int], model_dir: Path) -> None:
    """Write weights, sizes and dictionary, the latter pickled."""
    torch.save({"embedding_dim": EMBEDDING, "hidden_dim": HIDDEN}, model_dir / SIZES)
    torch.save(model.state_dict(), model_dir / WEIGHTS)
    (model_dir / WORDS).write_bytes(pickle.dumps(word_dict))


def load(model_dir: Path) -> Answer:
    """Return the served model, which takes one review a request."""
    torch.set_num_threads(1)
    torch.load(model_dir / SIZES)
    model = LSTMClassifier()
    model.load_state_dict(torch.load(model_dir / WEIGHTS))
    model.eval()
    word_dict = pickle.loads((model_dir / WORDS).read_bytes())  # noqa: S301 - written by `save`

    def answer(body: bytes, content_type: str) -> str:
        if content_type != TEXT:
            raise ValueError(f"content type {content_type!r}; allowed is {TEXT}")
        ids, length = convert_and_pad(word_dict, clean(body.decode("utf-8")))
        row = torch.from_numpy(np.hstack(([length], ids)).reshape(1, -1))
        model.eval()
        with torch.no_grad():
            return str(int(np.round(model(row).numpy())[0]))

    return answer
