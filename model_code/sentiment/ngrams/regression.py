"""Logistic regression over several ranks, minimized by L-BFGS."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import softplus

from sentiment.distributed import Ranks
from sentiment.errors import TrainingInputError

STRIDE = 10  # iterations between evaluations on the validation reviews, and between checkpoints
FLATTEST = 1e-12  # least curvature that scales a step
BLOCK = 1 << 20  # values sorted at a time, which limits memory


@dataclass(frozen=True)
class Design:
    """Sparse matrix of a rank's texts and its transpose, which make products fast.

    Attributes:
        rows: shape (texts, terms), compressed rows.
    """

    rows: Tensor

    @classmethod
    def of(
        cls,
        columns: NDArray[np.int32],
        values: NDArray[np.float32],
        starts: NDArray[np.int64],
        *,
        terms: int,
    ) -> "Design":
        """Build the matrix from the column indexes, the values and the starts of the rows.

        Raises:
            TrainingInputError: when 32 bits cannot number the values.
        """
        if len(values) > np.iinfo(np.int32).max:
            raise TrainingInputError(
                f"the reviews of one process have {len(values):,} terms, more than 32 bits can "
                "number; train on more instances, or lower training.max_terms"
            )
        return cls(_sparse(starts.astype(np.int32), columns, values, (len(starts) - 1, terms)))

    @property
    def _parts(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Starts of the rows, column indexes and values."""
        starts, columns = self.rows.crow_indices().numpy(), self.rows.col_indices().numpy()
        return starts, columns, self.rows.values().numpy()

    @cached_property
    def columns(self) -> Tensor:
        """The transpose, also in compressed rows."""
        starts, columns, values = self._parts
        texts, terms = self.rows.shape
        parts = [(at, min(at + BLOCK, len(values))) for at in range(0, len(values), BLOCK)]
        counts = np.zeros(terms, np.int64)
        for start, end in parts:
            counts += np.bincount(columns[start:end], minlength=terms)
        column_starts = np.concatenate([[0], np.cumsum(counts)])
        free = column_starts[:-1].copy()  # the next place of each column
        owners, turned = np.empty_like(columns), np.empty_like(values)
        for start, end in parts:
            # Numbers of column and place are sorted in a seventh of the time of a stable argsort.
            keys = columns[start:end].astype(np.int64) * BLOCK + np.arange(end - start)
            in_order, order = np.divmod(np.sort(keys), BLOCK)
            counts = np.bincount(in_order, minlength=terms)
            places = (free - np.cumsum(counts) + counts)[in_order] + np.arange(end - start)
            free += counts
            sizes = np.diff(np.clip(starts, start, end))
            owners[places] = np.repeat(np.arange(texts, dtype=np.int32), sizes)[order]
            turned[places] = values[start:end][order]
        return _sparse(column_starts.astype(np.int32), owners, turned, (terms, texts))

    def squares(self, weights: Tensor) -> Tensor:
        """Return the sum of each column's squares, weighted by row, shape (terms,)."""
        starts, columns, values = self._parts
        sums = np.zeros(self.rows.shape[1])
        for start in range(0, len(values), BLOCK):
            end = min(start + BLOCK, len(values))
            sizes = np.diff(np.clip(starts, start, end))
            squares = np.square(values[start:end]) * np.repeat(weights.numpy(), sizes)
            sums += np.bincount(columns[start:end], squares, len(sums))
        return torch.from_numpy(sums)

    def logits(self, solution: Tensor) -> Tensor:
        """Return the log-odds of the reviews; the last element of `solution` is the bias."""
        return (self.rows @ solution[:-1, None]).squeeze(1) + solution[-1]


def _sparse(
    starts: NDArray[np.int32],
    indexes: NDArray[np.int32],
    values: NDArray[np.float32],
    shape: tuple[int, int],
) -> Tensor:
    with warnings.catch_warnings():
        # Torch warns once per process that compressed rows are a beta feature.
        warnings.filterwarnings("ignore", message="Sparse", category=UserWarning)
        return torch.sparse_csr_tensor(
            torch.from_numpy(starts), torch.from_numpy(indexes), torch.from_numpy(values), shape
        )


@dataclass(frozen=True)
class Objective:
    """Weighted mean logistic loss plus the L2 penalty, as a function of coefficients and bias.

    Attributes:
        design: matrix of this rank's reviews.
        signs: 1 for positive reviews, -1 for negative ones.
        weights: weight of each review in the loss.
        prior: coefficient that the penalty shrinks towards, and the start of the descent.
        l2_penalty: half of it, times the squared distances from `prior`, is added to the summed
            loss.
        total: sum of the weights over all ranks.
        ranks: processes that share loss and gradient.
    """

    design: Design
    signs: Tensor
    weights: Tensor
    prior: float
    l2_penalty: float
    total: float
    ranks: Ranks

    def __call__(self, solution: Tensor) -> tuple[Tensor, Tensor]:
        """Return loss, shape (), and gradient, shape (terms + 1,), the same on every rank."""
        margins = self.signs * self.design.logits(solution)
        slopes = -self.signs * self.weights * torch.sigmoid(-margins)
        loss = (self.weights * softplus(-margins)).sum(dtype=torch.float64)
        gradient = torch.cat(
            [(self.design.columns @ slopes[:, None]).squeeze(1), slopes.sum()[None]]
        )
        loss, gradient = self.ranks.all_reduce(loss), self.ranks.all_reduce(gradient)
        distances = solution[:-1] - self.prior
        gradient[:-1] += self.l2_penalty * distances
        loss = loss + self.l2_penalty / 2 * distances.double().square().sum()
        return loss / self.total, gradient / self.total

    def curvatures(self, solution: Tensor) -> Tensor:
        """Return the second derivative by each element of the solution, same shape."""
        chances = torch.sigmoid(self.design.logits(solution))
        weights = self.weights * chances * (1 - chances)
        found = torch.cat([self.design.squares(weights), weights.sum(dtype=torch.float64)[None]])
        found = self.ranks.all_reduce(found)
        found[:-1] += self.l2_penalty
        return (found / self.total).to(solution)


def minimize(
    objective: Objective,
    *,
    iterations: int,
    resumed: dict[str, Any] | None,
    watch: Callable[[int, float, Tensor, dict[str, Any]], None],
) -> Tensor:
    """Return the coefficients and the bias, shape (terms + 1,), starting from the prior and 0.

    The steps of frequent and rare terms are scaled by their curvatures at the start, after which
    L-BFGS needs a third of the iterations (diagonal preconditioning; Nocedal and Wright, 2006,
    chapters 5 and 7).

    Args:
        objective: function to minimize.
        iterations: maximum number of steps.
        resumed: last state that `watch` received in an earlier run.
        watch: called after every tenth iteration with its number, the loss, the solution and a
            state to resume from.
    """
    start = torch.full((objective.design.rows.shape[1] + 1,), objective.prior)
    start[-1] = 0
    # A term without weight in any review has no curvature but the penalty, which may be tiny.
    units = objective.curvatures(start).clamp(min=FLATTEST).rsqrt()
    steps = torch.zeros_like(start).requires_grad_()
    optimizer = torch.optim.LBFGS(
        [steps], max_iter=STRIDE, history_size=6, line_search_fn="strong_wolfe"
    )
    done = 0
    if resumed is not None:
        done = resumed["done"]
        steps.data.copy_(resumed["steps"])
        optimizer.load_state_dict(resumed["optimizer"])

    def solution() -> Tensor:
        return start + units * steps.detach()

    def closure() -> Tensor:
        loss, gradient = objective(solution())
        steps.grad = units * gradient
        return loss.float()

    while done < iterations:
        optimizer.param_groups[0]["max_iter"] = min(STRIDE, iterations - done)
        optimizer.step(closure)  # type: ignore[no-untyped-call]
        loss = float(optimizer.state[steps]["prev_loss"])
        done += optimizer.param_groups[0]["max_iter"]
        state = {"done": done, "steps": steps.data, "optimizer": optimizer.state_dict()}
        watch(done, loss, solution(), state)
    return solution()
