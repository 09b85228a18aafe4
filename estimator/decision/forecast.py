"""What a budget will come to, by drawing from the ranges: P10, P50, P90, the chance to exceed, and when it runs out.

Low and high are taken as the ends, typical as the median of a distribution that is densest there (`ranged`). What is
not known about a task (growth, size of requests, cached share, price) is drawn once for all its months, so that it does
not even out; different tasks are drawn apart, but for the error of the estimate that they share.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

import numpy as np

from estimator.decision.breakeven import Cost
from estimator.decision.spending import (
    BudgetPlan,
    Gap,
    MonthCost,
    Priced,
    Project,
    Task,
    days_of,
    months_between,
)
from estimator.decision.trend import Array, trend
from estimator.selfhost import service_facts

DRAWS = 5000
_SEED = 20260101  # The same question has the same answer.
_MICRO = Decimal("1e-6")
_LIKELY = 0.5
_RISKY = 0.1


class Verdict(StrEnum):
    FITS = "fits"
    RISKY = "may not fit"
    OVER = "does not fit"
    UNPRICED = "unpriced"


@dataclass(frozen=True)
class Band:
    """USD of a month, or of a time that has its own limit; `chance` is that of passing the limit.

    `is_known` where it is what was billed; not `is_whole` where some task has no price, so that the figures are those
    of the rest only. A month has no limit of its own where the limit is a year's.
    """

    month: date
    p10: Decimal
    p50: Decimal
    p90: Decimal
    limit_usd: Decimal | None
    chance: float
    is_known: bool = False
    is_whole: bool = True


@dataclass(frozen=True)
class RunOut:
    """The day on which the limit is passed: in one of ten cases by `earliest`, in half by `typical`, in nine by
    `latest`; None is not within the plan. Spending is even over the days of a month.
    """

    earliest: date | None
    typical: date | None
    latest: date | None


@dataclass(frozen=True)
class Forecast:
    """Of a plan: `months` one by one, `running` what is spent by their ends of the limit that they fall under, `spans`
    those of them at which a limit ends. Where that is a month's, all three are the same.

    `chance` is that of passing any limit; `gaps` the months without a price, which no figure takes in.
    """

    months: tuple[Band, ...]
    running: tuple[Band, ...]
    spans: tuple[Band, ...]
    chance: float
    runs_out: RunOut
    gaps: tuple[Gap, ...]

    @property
    def verdict(self) -> Verdict:
        """What is unpriced does not fit, unless the rest alone is too much already."""
        if self.chance >= _LIKELY:
            return Verdict.OVER
        if self.gaps:
            return Verdict.UNPRICED
        return Verdict.RISKY if self.chance >= _RISKY else Verdict.FITS


def forecast(
    plan: BudgetPlan,
    prices: Mapping[str, Priced],
    billed: Mapping[date, Decimal] | None = None,
    *,
    draws: int = DRAWS,
) -> Forecast:
    """The plan at these prices (`priced(plan, catalog)`); a month in `billed` is what its bills came to, in USD."""
    known = billed or {}
    costs = drawn(plan, prices, draws)
    for i, month in enumerate(plan.calendar):
        if month in known:
            costs[:, i] = float(known[month])
    gaps = tuple(g for row in prices.values() for g in row if isinstance(g, Gap) and g.month not in known)
    holes = {gap.month for gap in gaps}
    limits = [limit for _, _, limit in plan.spans] if plan.period == "month" else [None] * plan.months
    months = tuple(
        _band(costs[:, i], month, limit, is_known=month in known, is_whole=month not in holes)
        for i, (month, limit) in enumerate(zip(plan.calendar, limits, strict=True))
    )
    running = tuple(band for span in plan.spans for band in _running(plan, span, costs, holes))
    spans = tuple(running[end - 1] for _, end, _ in plan.spans)
    out = _run_out_days(plan, costs)
    return Forecast(months, running, spans, float(np.isfinite(out).mean()), _runs_out(out), gaps)


def drawn(plan: BudgetPlan, prices: Mapping[str, Priced], draws: int = DRAWS) -> Array:
    """The cost of each month in USD, as (draws, months). What has no price is left out: see the gaps."""
    rng = np.random.default_rng(_SEED)
    costs = np.zeros((draws, plan.months))
    error = service_facts()["estimate_error"]
    # One for all tasks: who errs in the size of the work errs in all of it.
    common = ranged(rng.random((draws, 1)), (error.low, error.typical, error.high))
    for task in plan.tasks:
        costs += _drawn(task, prices[task.name], plan, common, rng)
    for project in plan.projects:
        _add_project(costs, project, plan, rng)
    return costs


def ranged(u: Array, ends: Cost) -> Array:
    """The quantile `u` of a range: half of the chance lies on each side of the typical value, densest at it.

    Two halves of triangles, a split distribution (Wallis, The Two-Piece Normal, Binormal, or Double Gaussian
    Distribution, 2014, for its kind): the median is the typical value, and nothing lies beyond the ends.
    """
    low, typical, high = map(float, ends)
    below = typical - (typical - low) * (1 - np.sqrt(np.minimum(2 * u, 1)))
    above = typical + (high - typical) * (1 - np.sqrt(np.minimum(2 - 2 * u, 1)))
    return np.where(u < 0.5, below, above)


def _drawn(task: Task, row: Priced, plan: BudgetPlan, common: Array, rng: np.random.Generator) -> Array:
    costs = np.zeros((len(common), plan.months))
    volume = _volume(task, plan, common, rng)
    tokens, cache, price = (rng.random(len(common)) for _ in range(3))
    for i, cost in enumerate(row):
        if isinstance(cost, MonthCost):
            factor = ranged(price, _ratios(cost.prices, (cost.prices[1],) * 3))
            factor *= ranged(cache, _ratios(cost.cache, cost.prices))
            factor *= ranged(tokens, _ratios(cost.tokens, cost.prices))
            costs[:, i] = at_volume(cost, volume[:, i]) * factor
    return costs


def _volume(task: Task, plan: BudgetPlan, common: Array, rng: np.random.Generator) -> Array:
    """Multiples of the workload's rate, as (draws, months): by the months seen, else by growth and a common error."""
    months, n = plan.calendar, len(common)
    ahead = [months_between(task.start, month) for month in months]
    seasons: Array = np.array([float(task.season(month)) for month in months])
    own, uniform = trend(task), rng.random((n, 1))
    if own is not None:
        requests: Array = own.draws(ahead, n, rng) * seasons
        return requests / float(task.work.requests_per_month)
    grown: Array = (1 + ranged(uniform, task.growth)) ** np.maximum(ahead, 0)
    volume: Array = grown * seasons * common
    return volume


def _ratios(cost: Cost, base: Cost) -> Cost:
    """A range as multiples, apart from what makes the range of `base`."""
    low, usd, high = (c / b if b else Decimal(1) for c, b in zip(cost, base, strict=True))
    return min(low, usd), usd, max(usd, high)


def at_volume(cost: MonthCost, volume: Array) -> Array:
    """USD at multiples of the usual volume: in proportion, or along the curve of own GPUs and beyond it in step."""
    if not cost.curve:
        return volume * float(cost.usd)
    x, y = np.array(cost.curve).T
    usd: Array = np.interp(volume, x, y) * np.maximum(volume / x[-1], 1)
    return usd


def _add_project(costs: Array, project: Project, plan: BudgetPlan, rng: np.random.Generator) -> None:
    uniform = rng.random(len(costs))
    if project.month in plan.calendar:
        costs[:, plan.calendar.index(project.month)] += ranged(uniform, project.usd)


def _band(costs: Array, month: date, limit: Decimal | None, *, is_known: bool = False, is_whole: bool = True) -> Band:
    p10, p50, p90 = map(_money, np.quantile(costs, (0.1, 0.5, 0.9)))
    chance = 0.0 if limit is None else float((costs > float(limit)).mean())
    return Band(month, p10, p50, p90, limit, chance, is_known, is_whole)


def _money(amount: float) -> Decimal:
    """Where draws become money: to the millionth of a dollar."""
    return Decimal(float(amount)).quantize(_MICRO)


def _running(plan: BudgetPlan, span: tuple[int, int, Decimal], costs: Array, holes: set[date]) -> Iterator[Band]:
    """What is spent by the end of each month of a span."""
    first, end, limit = span
    spent = costs[:, first:end].cumsum(axis=1)
    for i, month in enumerate(plan.calendar[first:end]):
        is_whole = holes.isdisjoint(plan.calendar[first : first + i + 1])
        yield _band(spent[:, i], month, limit, is_whole=is_whole)


def _run_out_days(plan: BudgetPlan, costs: Array) -> Array:
    """The day, as its ordinal, on which each draw passes a limit for the first time; infinite where none does."""
    out = np.full(len(costs), np.inf)
    for first, end, limit in reversed(plan.spans):
        spent = np.zeros(len(costs))
        found = np.full(len(costs), np.inf)
        for i in range(first, end):
            month, cost = plan.calendar[i], costs[:, i]
            passes = (spent + cost > float(limit)) & ~np.isfinite(found)
            share = np.divide(float(limit) - spent, cost, out=np.zeros_like(cost), where=cost > 0)
            day = np.clip(np.floor(share * days_of(month)), 0, days_of(month) - 1)
            found = np.where(passes, month.toordinal() + day, found)
            spent += cost
        out = np.where(np.isfinite(found), found, out)
    return out


def _runs_out(days: Array) -> RunOut:
    found = np.quantile(days, (0.1, 0.5, 0.9), method="inverted_cdf")
    earliest, typical, latest = (date.fromordinal(int(day)) if np.isfinite(day) else None for day in found)
    return RunOut(earliest, typical, latest)
