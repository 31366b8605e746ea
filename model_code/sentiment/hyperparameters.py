"""Hyperparameters of training and their allowed ranges."""

from argparse import ArgumentParser
from dataclasses import asdict, dataclass, fields
from math import inf

from sentiment.errors import HyperparameterError
from sentiment.labels import MOST_LABELS
from sentiment.schema import SENTIMENTS

ARCHITECTURES = ("ngrams", "lstm")
# Hyperparameters that only one architecture has
SPECIFIC = {
    "ngrams": {
        "max_order", "min_reviews", "max_terms", "smoothing", "prior", "l2_penalty",
        "sentence_weight", "iterations",
    },
    "lstm": {
        "validation_fraction", "words", "epochs", "embedding_dim", "hidden_dim", "vocab_size",
        "learning_rate", "batch_size", "pad", "dropout", "word_dropout",
    },
}  # fmt: skip
WORDS = ("all", "stems")
MAX_SHOWN = 100  # characters of a value in an error message
LEAST_BAD_SEED = 2**31  # beyond the range of some random generators


@dataclass(frozen=True)
class Hyperparameters:
    """Hyperparameters, which together with data and code determine a model.

    Attributes:
        architecture: `ngrams`, a logistic regression on weighted word n-grams, or `lstm`.
        seed: seed of every random choice.
        test_fraction: share of the reviews held out for testing without a testing channel.
        max_order: ngrams: words in the longest n-grams.
        min_reviews: ngrams: number of reviews in which an n-gram must occur.
        max_terms: ngrams: number of n-grams that the model keeps at most.
        smoothing: ngrams: added to every count before the log-count ratio (Laplace).
        prior: ngrams: coefficient of every log-count ratio before training.
        l2_penalty: ngrams: half of it, times the squared distances from `prior`, is added to the
            summed loss.
        sentence_weight: ngrams: weight of a sentence of a review as a training text.
        iterations: ngrams: steps of L-BFGS.
        validation_fraction: lstm: share of the training reviews held out for the learning curve
            and the calibration.
        words: lstm: `all` words and punctuation, or the notebook's `stems` without stop words.
        epochs: lstm: passes over the training reviews.
        embedding_dim: lstm: size of a word's vector.
        hidden_dim: lstm: size of the LSTM's state in each direction.
        vocab_size: lstm: number of word ids, including the two reserved ones.
        learning_rate: lstm: step size of Adam (Kingma and Ba, 2015).
        batch_size: lstm: reviews per step.
        pad: lstm: number of words read of each review.
        dropout: lstm: share of values zeroed in training (Srivastava et al., 2014).
        word_dropout: lstm: share of words replaced by the infrequent id in training.
    """

    architecture: str = "ngrams"
    seed: int = 1
    test_fraction: float = 0.2
    max_order: int = 4
    min_reviews: int = 2
    max_terms: int = 2_400_000
    smoothing: float = 1.0
    prior: float = 0.3
    l2_penalty: float = 0.06
    sentence_weight: float = 0.05
    iterations: int = 30
    validation_fraction: float = 0.1
    words: str = "all"
    epochs: int = 4
    embedding_dim: int = 64
    hidden_dim: int = 64
    vocab_size: int = 10_000
    learning_rate: float = 0.002
    batch_size: int = 64
    pad: int = 1000
    dropout: float = 0.5
    word_dropout: float = 0.1

    def __post_init__(self) -> None:
        """Refuse values outside their allowed range."""
        self._require(
            "architecture", self.architecture in ARCHITECTURES, " or ".join(ARCHITECTURES)
        )
        self._require("words", self.words in WORDS, " or ".join(WORDS))
        counts = ("max_order", "min_reviews", "max_terms", "iterations")
        for name in (*counts, "epochs", "embedding_dim", "hidden_dim", "batch_size", "pad"):
            self._require(name, getattr(self, name) >= 1, "at least 1")
        self._require("max_order", self.max_order <= 5, "at most 5")  # noqa: PLR2004 - longer ones rarely repeat
        self._require("vocab_size", self.vocab_size >= 3, "at least 3")  # noqa: PLR2004 - 2 ids are reserved
        for name in ("smoothing", "l2_penalty"):
            self._require(name, 0 < getattr(self, name) < inf, "above 0 and finite")
        for name in ("prior", "sentence_weight"):
            self._require(name, 0 <= getattr(self, name) <= 1, "from 0 to 1")
        self._require("learning_rate", 0 < self.learning_rate <= 1, "above 0 and at most 1")
        self._require("test_fraction", 0 < self.test_fraction < 1, "between 0 and 1")
        self._require("validation_fraction", 0 < self.validation_fraction < 1, "between 0 and 1")
        for name in ("dropout", "word_dropout"):
            self._require(name, 0 <= getattr(self, name) < 1, "at least 0 and below 1")
        self._require("seed", 0 <= self.seed < LEAST_BAD_SEED, f"from 0 to {LEAST_BAD_SEED - 1}")

    def _require(self, name: str, holds: bool, allowed: str) -> None:  # noqa: FBT001 - a condition
        if not holds:
            shown = str(getattr(self, name))[:MAX_SHOWN]
            raise HyperparameterError(f"{name}={shown}: must be {allowed}")

    def as_dict(self) -> dict[str, str | int | float]:
        """Return the hyperparameters of this architecture for metadata.json."""
        names = hyperparameters_of(self.architecture)
        return {name: value for name, value in asdict(self).items() if name in names}


def hyperparameters_of(architecture: str) -> set[str]:
    """Return the names of an architecture's hyperparameters and of those of all architectures."""
    others = set().union(*SPECIFIC.values()) - SPECIFIC[architecture]
    return {field.name for field in fields(Hyperparameters)} - others


def most_labels(architecture: str) -> int:
    """Return the highest number of labels that an architecture can learn."""
    return MOST_LABELS if architecture == "ngrams" else len(SENTIMENTS)


def add_arguments(parser: ArgumentParser) -> None:
    """Add a command line option for each hyperparameter, as SageMaker passes them."""
    for field in fields(Hyperparameters):
        parser.add_argument(f"--{field.name}", type=type(field.default), default=field.default)
