"""Training of the n-gram model: find the terms, weight them and fit the regression."""

import gc
from collections.abc import Sequence
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
from sentiment.ngrams.counting import Counts, count_terms
from sentiment.ngrams.matrix import TermMatrix
from sentiment.ngrams.regression import Design, Objective, minimize
from sentiment.ngrams.weighting import Weighting
from sentiment.split import share, shuffle, stratified_folds

# Calibrated on a third of the reviews, with one model, the calibration depends on which third.
FOLDS = 3


def fit(
    reviews: Dataset, parameters: Hyperparameters, ranks: Ranks, checkpoint: Checkpoint
) -> Fitted:
    """Train on every rank's share of the reviews.

    The returned model is trained on all reviews, and then one without each fold of the reviews, for
    the learning curve and the calibration. All are trained on the CPU even where there is a GPU,
    whose sparse products are not deterministic and save no time.

    Args:
        reviews: training reviews, the same on every rank.
        parameters: hyperparameters; those for `ngrams` apply.
        ranks: processes that train together.
        checkpoint: checkpoint from which an interrupted run resumes.
    """
    folds = [
        shuffle(fold, parameters.seed) for fold in stratified_folds(reviews, FOLDS, parameters.seed)
    ]
    mine = [share(fold, ranks.rank, ranks.size) for fold in folds]
    rows = _Rows.read(mine, parameters, ranks)
    run = _Run(parameters, ranks, checkpoint)
    fitted = [_fit_one(run, replace(rows, label=label)) for label in modelled(reviews.names)]
    model, *held_out = (NgramReviews.of(models) for models in zip(*fitted, strict=True))
    return Fitted(model, list(zip(held_out, folds, strict=True)), run.curve)


def _fit_one(run: "_Run", rows: "_Rows") -> list[NgramReviews]:
    """Train the models of one label: on all reviews, and without each fold."""
    # The first needs the most memory, when no other model takes any.
    run.watched = None
    models = [run.model(rows.weighting(None), rows, np.ones_like(rows.whole))]
    for fold in range(FOLDS):
        unseen, others = np.flatnonzero(rows.whole & (rows.folds == fold)), rows.weighting(fold)
        run.watched = others.design(rows.matrix, unseen), rows.targets[unseen]
        models.append(run.model(others, rows, rows.folds != fold))
    return models


@dataclass(frozen=True)
class _Rows:
    """This rank's reviews and their sentences, which have their review's label.

    Attributes:
        matrix: chosen terms of each row.
        labels: label of each row.
        whole: False for a sentence.
        folds: number of each row's fold.
        counts: number of all ranks' reviews with each of the terms, by fold and label.
        names: names of the labels.
        label: the label that a model separates from all others.
        parameters: hyperparameters.
    """

    matrix: TermMatrix
    labels: NDArray[np.int64]
    whole: NDArray[np.bool_]
    folds: NDArray[np.int64]
    counts: Counts
    names: Sequence[str]
    label: int
    parameters: Hyperparameters

    @classmethod
    def read(cls, mine: list[Dataset], parameters: Hyperparameters, ranks: Ranks) -> "_Rows":
        parts = [*mine, *(excerpts(part, "single sentences") for part in mine)]
        counts = [len(part.labels) for part in parts]
        labels = np.array([label for part in parts for label in part.labels], np.int64)
        whole = np.repeat(np.arange(len(parts)) < len(mine), counts)
        folds = np.repeat(np.arange(len(parts)) % len(mine), counts)
        blocks = read_blocks([text for part in parts for text in part.texts], parameters.max_order)
        names = mine[0].names
        groups = np.where(whole, labels + len(names) * folds, -1).astype(np.int16)
        found = count_terms(blocks, groups, len(names), len(mine), parameters, ranks)
        matrix = TermMatrix.of(blocks, found.terms)
        return cls(matrix, labels, whole, folds, found, names, 1, parameters)

    @property
    def targets(self) -> NDArray[np.int64]:
        """1 for a row of the label, 0 for one of another."""
        return np.where(self.labels == self.label, 1, 0)

    def weighting(self, fold: int | None) -> Weighting:
        """Return the weighting by the reviews of all folds, or of all but one."""
        counts = self.counts.without(fold, len(self.names), self.parameters.min_reviews)
        return Weighting(counts, self.parameters.smoothing).against_others(self.label)


@dataclass
class _Run:
    """Successive regressions of one training run, with their common checkpoint.

    Attributes:
        watched: this rank's reviews of the fold left out, and their labels; None for no fold.
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
        labels = rows.targets[chosen]
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
