"""Classes of requests over models at least cost, as a linear programme, and how far the answer holds."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog  # type: ignore[import-untyped]

Shares = NDArray[np.float64]
_NEVER = 1000.0  # Times today's price: beyond, any price is far.
_SAME = 1e-9


@dataclass(frozen=True)
class Problem:
    """Least cost under a floor. Rows are classes, columns models.

    `costs`: of a class wholly on a model, not finite where that is barred; `weights`: requests of a class; `quality` of
    a model. The floor is about the `hard` classes: their mean over requests, or, if `each`, all that they go to.
    """

    costs: Shares
    weights: Shares
    quality: Shares
    hard: tuple[bool, ...]
    floor: float
    each: bool = False


@dataclass(frozen=True)
class Solution:
    """`shares` of each class by model; the cost; and what one more point of an average floor would cost."""

    shares: Shares
    cost: float
    point_cost: float


def solve(problem: Problem) -> Solution | None:
    """The least cost by a linear programme (HiGHS), None where no split fulfils the demands."""
    rows, columns = problem.costs.shape
    hard = np.array(problem.hard)
    barred = ~np.isfinite(problem.costs)
    if problem.each:
        barred |= hard[:, None] & (problem.quality < problem.floor)[None, :]
    if not columns or barred.all(axis=1).any():
        return None
    bounds = [(0.0, 0.0 if no else 1.0) for no in barred.ravel()]
    whole = np.kron(np.eye(rows), np.ones(columns))
    mean = (np.where(hard, problem.weights, 0.0)[:, None] * problem.quality[None, :]).ravel()
    floored = not problem.each and hard.any()
    of_hard = problem.weights[hard].sum()
    found = linprog(
        np.where(barred, 0.0, problem.costs).ravel(),
        A_ub=-mean[None, :] / of_hard if floored else None,
        b_ub=[-problem.floor] if floored else None,
        A_eq=whole,
        b_eq=np.ones(rows),
        bounds=bounds,
        method="highs",
    )
    if found.status != 0:
        return None
    shadow = -float(found.ineqlin.marginals[0]) if floored else 0.0
    return Solution(found.x.reshape(rows, columns), float(found.fun), shadow)


def price_range(problem: Problem, shares: Shares, column: int) -> tuple[float, float | None]:
    """Between which multiples of one model's price these shares stay the cheapest, found by solving again."""
    least, most = (_breaks(problem, shares, column, start) for start in (0.0, _NEVER))
    return least, None if most >= _NEVER else most


def _breaks(problem: Problem, shares: Shares, column: int, start: float) -> float:
    """The multiple nearest to `start` at which nothing is cheaper. The cost of a split is a line in the multiple:
    where the cheapest at one multiple meets ours is the next to try, and the last is the end of the range.
    """
    times = start
    fixed, moving = _line(problem, shares, column)
    for _ in range(len(problem.quality) * len(problem.hard) + 1):
        costs = problem.costs.copy()
        costs[np.isfinite(costs[:, column]), column] *= times  # What is barred stays so at any price.
        best = solve(replace(problem, costs=costs))
        if best is None or best.cost >= fixed + moving * times - _SAME * (fixed + moving):
            break
        other_fixed, other_moving = _line(problem, best.shares, column)
        times = (other_fixed - fixed) / (moving - other_moving)
    return times


def _line(problem: Problem, shares: Shares, column: int) -> tuple[float, float]:
    """The cost of a split without one model, and that of this model."""
    by_model = (np.where(np.isfinite(problem.costs), problem.costs, 0.0) * shares).sum(axis=0)
    return float(by_model.sum() - by_model[column]), float(by_model[column])
