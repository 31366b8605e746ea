"""Training of the n-gram model: find the n-grams, weight them and fit the regression."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sentiment.checkpoint import Checkpoint
from sentiment.classifier import Fitted
from sentiment.datasets import Dataset
from sentiment.distributed import Ranks
from sentiment.hyperparameters import Hyperparameters
from sentiment.ngrams.classifier import NgramReviews
from sentiment.ngrams.regression import Design, Objective, minimize
from sentiment.ngrams.terms import term_matrix
from sentiment.ngrams.weighting import Weighting
from sentiment.split import share


def fit(
    training: Dataset,
    validation: Dataset,
    parameters: Hyperparameters,
    ranks: Ranks,
    checkpoint: Checkpoint,
) -> Fitted:
    """Train on every rank's share of the reviews.

    Two models are trained: one without the validation reviews, for the learning curve and the
    calibration, and then the returned one, on all reviews. Both are trained on the CPU even where
    there is a GPU, whose sparse products are not deterministic and save no time.

    Args:
        training: reviews in random order, the same on every rank.
        validation: reviews held out from the first of the two trainings.
        parameters: hyperparameters; those for `ngrams` apply.
        ranks: processes that train together.
        checkpoint: checkpoint from which an interrupted run resumes.
    """
    mine, unseen = (share(part, ranks.rank, ranks.size) for part in (training, validation))
    matrix = term_matrix([*mine.texts, *unseen.texts], parameters.max_order)
    labels = np.array([*mine.labels, *unseen.labels])
    rows = np.arange(len(labels))
    training_rows, validation_rows = rows[: len(mine.labels)], rows[len(mine.labels) :]
    run = _Run(parameters, ranks, checkpoint)

    seen = matrix.take(training_rows)
    weighting = Weighting.learn(seen, labels[training_rows], parameters, ranks)
    held_out = weighting.design(matrix.take(validation_rows))
    run.watched = (held_out, labels[validation_rows])
    solution = run.regress(weighting.design(seen), labels[training_rows])
    logits = held_out.logits(solution).numpy().astype(np.float64)

    run.watched = None
    weighting = Weighting.learn(matrix, labels, parameters, ranks)
    solution = run.regress(weighting.design(matrix), labels)
    pairs = ranks.gather((logits, labels[validation_rows]))
    return Fitted(
        model=NgramReviews(
            order=parameters.max_order,
            terms=weighting.terms,
            ratios=weighting.ratios,
            weights=weighting.ratios * solution[:-1].numpy(),
            bias=float(solution[-1]),
        ),
        learning_curve=run.curve,
        validation_logits=np.concatenate([found for found, _ in pairs]),
        validation_labels=np.concatenate([known for _, known in pairs]),
    )


@dataclass
class _Run:
    """Successive regressions of one training run, with their common checkpoint.

    Attributes:
        watched: this rank's validation reviews and labels; None when they are trained on.
        curve: learning curve so far.
        finished: solutions so far.
        resumed: state of an interrupted run.
    """

    parameters: Hyperparameters
    ranks: Ranks
    checkpoint: Checkpoint
    watched: tuple[Design, NDArray[np.int64]] | None = None
    curve: list[dict[str, float]] = field(default_factory=list)
    finished: list[Tensor] = field(default_factory=list)
    resumed: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        """Load the state of an interrupted run."""
        self.resumed = self.checkpoint.load()
        if self.resumed is not None:
            self.curve, self.finished = self.resumed["curve"], self.resumed["finished"]
            self._print(f"resumed after step {self.curve[-1]['step']}")
        self.ahead = list(self.finished)

    def regress(self, design: Design, labels: NDArray[np.int64]) -> Tensor:
        """Return the coefficients and the bias of the next regression, shape (terms + 1,)."""
        if self.ahead:
            return self.ahead.pop(0)
        objective = Objective(
            design=design,
            signs=torch.from_numpy(np.where(labels == 1, 1, -1)).to(design.rows),
            l2_penalty=self.parameters.l2_penalty,
            reviews=sum(self.ranks.gather(len(labels))),
            ranks=self.ranks,
        )
        running, self.resumed = (self.resumed or {}).get("running"), None
        solution = minimize(
            objective, iterations=self.parameters.iterations, resumed=running, watch=self._watch
        )
        self.finished.append(solution)
        self._save(None)
        return solution

    def _watch(self, step: int, loss: float, solution: Tensor, state: dict[str, Any]) -> None:
        seen = {"step": step, "train_loss" if self.watched else "final_train_loss": loss}
        if self.watched:
            design, labels = self.watched
            right = (design.logits(solution).numpy() > 0) == (labels == 1)
            counts = np.sum(self.ranks.gather((right.sum(), len(labels))), axis=0)
            seen["validation_accuracy"] = float(counts[0] / counts[1])
        self.curve.append(seen)
        self._print(" ".join(f"{name}={value:.6g}" for name, value in seen.items()))
        self._save(state)

    def _save(self, running: dict[str, Any] | None) -> None:
        self.checkpoint.save({"curve": self.curve, "finished": self.finished, "running": running})

    def _print(self, line: str) -> None:
        if self.ranks.is_first:
            print(line, flush=True)
