"""The training's hyperparameters, checked before anything is read."""

from argparse import ArgumentParser
from dataclasses import asdict, dataclass, fields

from sentiment.errors import HyperparameterError


@dataclass(frozen=True)
class Hyperparameters:
    """What decides a training beside its data and code.

    Attributes:
        epochs: passes over the training reviews.
        embedding_dim: size of a word's vector.
        hidden_dim: size of the LSTM's state.
        vocab_size: word ids, the two reserved ones included.
        learning_rate: step size of Adam (Kingma and Ba, 2015).
        batch_size: reviews a step.
        pad: words read of a review; the rest is ignored.
        seed: of every random choice.
        test_fraction: share of the reviews held out when there is no testing channel.
    """

    epochs: int = 6
    embedding_dim: int = 32
    hidden_dim: int = 100
    vocab_size: int = 5000
    learning_rate: float = 0.002
    batch_size: int = 64
    pad: int = 500
    seed: int = 1
    test_fraction: float = 0.2

    def __post_init__(self) -> None:
        """Refuse values that no training can work with."""
        for name in ("epochs", "embedding_dim", "hidden_dim", "batch_size", "pad"):
            self._require(name, getattr(self, name) >= 1, "at least 1")
        self._require("vocab_size", self.vocab_size >= 3, "at least 3")  # noqa: PLR2004 - 2 ids are reserved
        self._require("learning_rate", 0 < self.learning_rate <= 1, "above 0, at most 1")
        self._require("test_fraction", 0 < self.test_fraction < 1, "between 0 and 1")
        self._require("seed", self.seed >= 0, "at least 0")

    def _require(self, name: str, holds: bool, allowed: str) -> None:  # noqa: FBT001 - a condition
        if not holds:
            raise HyperparameterError(f"{name}={getattr(self, name)}: must be {allowed}")

    def as_dict(self) -> dict[str, int | float]:
        """Return name to value, as metadata.json records them."""
        return asdict(self)


def add_arguments(parser: ArgumentParser) -> None:
    """Add one command line option a hyperparameter, as SageMaker passes them."""
    for field in fields(Hyperparameters):
        kind = int if isinstance(field.default, int) else float
        parser.add_argument(f"--{field.name}", type=kind, default=field.default)
