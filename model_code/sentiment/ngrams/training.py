"""Training of the n-gram model: find the terms, weight them and fit the regression."""

import gc
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sentiment.checkpoint import Checkpoint
from sentiment.classifier import Fitted
from sentiment.datasets import Dataset
from sentiment.distributed import Ranks
from sentiment.excerpts import excerpts
from sentiment.hyperparameters import Hyperparameters
from sentiment.labels import modelled
from sentiment.ngrams.blocks import read_blocks
from sentiment.ngrams.classifier import NgramReviews
from sentiment.ngrams.counting import count_terms
from sentiment.ngrams.matrix import TermMatrix
from sentiment.ngrams.regression import Design, Objective, minimize
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
    rows = _Rows.read(mine, unseen, parameters, ranks)
    run = _Run(parameters, ranks, checkpoint)
    fitted = [_fit_one(run, rows.against_others(label)) for label in modelled(training.names)]
    held_out, model = (NgramReviews.of(models) for models in zip(*fitted, strict=True))
    return Fitted(model=model, held_out=held_out, learning_curve=run.curve)


def _fit_one(run: "_Run", rows: "_Rows") -> tuple[NgramReviews, NgramReviews]:
    """Train the model of one label without the validation reviews, and the one on all reviews."""
    validating = np.flatnonzero(rows.whole & ~rows.training)
    run.watched = rows.first.design(rows.matrix, validating), rows.labels[validating]
    held_out = run.model(rows.first, rows, rows.training)

    run.watched = None
    return held_out, run.model(rows.final, rows, np.ones_like(rows.whole))


@dataclass(frozen=True)
class _Rows:
    """This rank's reviews and their sentences, which have their review's label.

    Attributes:
        matrix: chosen terms of each row.
        labels: label of each row.
        whole: False for a sentence.
        training: False for a review held out for validation, and for its sentences.
        first: weighting without the validation reviews of all ranks.
        final: weighting with them.
    """

    matrix: TermMatrix
    labels: NDArray[np.int64]
    whole: NDArray[np.bool_]
    training: NDArray[np.bool_]
    first: Weighting
    final: Weighting

    @classmethod
    def read(
        cls, mine: Dataset, unseen: Dataset, parameters: Hyperparameters, ranks: Ranks
    ) -> "_Rows":
        parts = [mine, unseen, *(excerpts(part, "single sentences") for part in (mine, unseen))]
        counts = [len(part.labels) for part in parts]
        labels = np.array([label for part in parts for label in part.labels], np.int64)
        whole = np.repeat([True, True, False, False], counts)
        training = np.repeat([True, False, True, False], counts)
        blocks = read_blocks([text for part in parts for text in part.texts], parameters.max_order)
        size = len(mine.names)
        groups = np.where(whole, labels + size * ~training, -1).astype(np.int16)
        first, final = count_terms(blocks, groups, size, parameters, ranks)
        return cls(
            TermMatrix.of(blocks, np.union1d(first.terms, final.terms)),
            labels,
            whole,
            training,
            Weighting(first, parameters.smoothing),
            Weighting(final, parameters.smoothing),
        )

    def against_others(self, label: int) -> "_Rows":
        """Return the rows with the label 1 for one label and 0 for all others."""
        return replace(
            self,
            labels=(self.labels == label).astype(np.int64),
            first=self.first.against_others(label),
            final=self.final.against_others(label),
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

    def model(self, weighting: Weighting, rows: _Rows, chosen: NDArray[np.bool_]) -> NgramReviews:
        """Fit the next regression on the chosen rows."""
        solution = self.ahead.pop(0) if self.ahead else self._regress(weighting, rows, chosen)
        # torch's first optimizer leaves a cycle of its callers' frames, which hold the design.
        gc.collect()
        return NgramReviews(
            order=self.parameters.max_order,
            terms=weighting.terms,
            ratios=weighting.ratios[np.newaxis],
            weights=(weighting.ratios * solution[:-1].numpy())[np.newaxis],
            bias=solution[-1:].double().numpy(),
        )

    def _regress(self, weighting: Weighting, rows: _Rows, chosen: NDArray[np.bool_]) -> Tensor:
        labels = rows.labels[chosen]
        weights = np.where(rows.whole[chosen], 1, self.parameters.sentence_weight)
        design = weighting.design(rows.matrix, np.flatnonzero(chosen), labels)
        objective = Objective(
            design=design,
            signs=torch.from_numpy(np.where(labels == 1, 1, -1)).to(design.rows),
            weights=torch.from_numpy(weights).to(design.rows),
            prior=self.parameters.prior,
            l2_penalty=self.parameters.l2_penalty,
            total=sum(self.ranks.gather(float(weights.sum()))),
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
