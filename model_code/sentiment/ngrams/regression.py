"""The objective of the regression over several ranks, and L-BFGS on it."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import softplus

from sentiment.distributed import Ranks

STRIDE = 10  # iterations between two looks at the validation reviews, and two checkpoints


@dataclass(frozen=True)
class Design:
    """A sparse matrix of a rank's reviews, and its transpose: a product with each is a row sum.

    Attributes:
        rows: shape (reviews, terms), compressed rows.
        columns: its transpose, compressed rows, too.
    """

    rows: Tensor
    columns: Tensor

    @classmethod
    def of(
        cls,
        columns: NDArray[np.int64],
        values: NDArray[np.float32],
        starts: NDArray[np.int64],
        *,
        terms: int,
    ) -> "Design":
        """Build both from the rows' column indexes and values and where each row starts."""
        reviews = len(starts) - 1
        by_column = np.argsort(columns, kind="stable")
        owners = np.repeat(np.arange(reviews), np.diff(starts))
        column_starts = np.concatenate([[0], np.cumsum(np.bincount(columns, minlength=terms))])
        return cls(
            _sparse(starts, columns, values, (reviews, terms)),
            _sparse(column_starts, owners[by_column], values[by_column], (terms, reviews)),
        )

    def logits(self, solution: Tensor) -> Tensor:
        """Return the log-odds of the reviews; the last element of `solution` is the bias."""
        return (self.rows @ solution[:-1, None]).squeeze(1) + solution[-1]


def _sparse(
    starts: NDArray[np.int64],
    indexes: NDArray[np.int64],
    values: NDArray[np.float32],
    shape: tuple[int, int],
) -> Tensor:
    with warnings.catch_warnings():
        # Torch calls compressed rows a beta feature, once a process.
        warnings.filterwarnings("ignore", message="Sparse", category=UserWarning)
        return torch.sparse_csr_tensor(
            torch.from_numpy(starts.astype(np.int32)),
            torch.from_numpy(indexes.astype(np.int32)),
            torch.from_numpy(values),
            shape,
        )


@dataclass(frozen=True)
class Objective:
    """Mean logistic loss plus the L2 penalty, as a function of coefficients and bias.

    Attributes:
        design: this rank's reviews.
        signs: 1 for its positive reviews, -1 for its negative ones.
        l2_penalty: half of it, times the squared coefficients, is added to the summed loss.
        reviews: over all ranks.
        ranks: who else adds to loss and gradient.
    """

    design: Design
    signs: Tensor
    l2_penalty: float
    reviews: int
    ranks: Ranks

    def __call__(self, solution: Tensor) -> tuple[Tensor, Tensor]:
        """Return loss, shape (), and gradient, shape (terms + 1,), the same on every rank."""
        margins = self.signs * self.design.logits(solution)
        slopes = -self.signs * torch.sigmoid(-margins)
        loss = softplus(-margins).sum(dtype=torch.float64)
        gradient = torch.cat(
            [(self.design.columns @ slopes[:, None]).squeeze(1), slopes.sum()[None]]
        )
        loss, gradient = self.ranks.all_reduce(loss), self.ranks.all_reduce(gradient)
        gradient[:-1] += self.l2_penalty * solution[:-1]
        loss = loss + self.l2_penalty / 2 * solution[:-1].double().square().sum()
        return loss / self.reviews, gradient / self.reviews


def minimize(
    objective: Objective,
    *,
    iterations: int,
    resumed: dict[str, Any] | None,
    watch: Callable[[int, float, Tensor, dict[str, Any]], None],
) -> Tensor:
    """Return coefficients and bias, shape (terms + 1,), after some iterations from zero.

    Args:
        objective: what is minimized, by L-BFGS (Nocedal and Wright, 2006, chapter 7).
        iterations: how many steps at most; fewer when the gradient vanishes.
        resumed: the state that `watch` was last given in an earlier run.
        watch: called after every tenth iteration with its number, the loss, the solution and a
            state to go on from.
    """
    solution = torch.zeros(objective.design.rows.shape[1] + 1, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [solution], max_iter=STRIDE, history_size=10, line_search_fn="strong_wolfe"
    )
    done = 0
    if resumed is not None:
        done = resumed["done"]
        solution.data.copy_(resumed["solution"])
        optimizer.load_state_dict(resumed["optimizer"])

    def closure() -> Tensor:
        loss, gradient = objective(solution.detach())
        solution.grad = gradient
        return loss.float()

    while done < iterations:
        optimizer.param_groups[0]["max_iter"] = min(STRIDE, iterations - done)
        optimizer.step(closure)  # type: ignore[no-untyped-call]
        loss = float(optimizer.state[solution]["prev_loss"])
        done += optimizer.param_groups[0]["max_iter"]
        state = {"done": done, "solution": solution.data, "optimizer": optimizer.state_dict()}
        watch(done, loss, solution.data, state)
    return solution.data
