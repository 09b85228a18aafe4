"""What was billed against what was planned, by cause: volume, mix of models, tokens per request, price.

With N requests, shares s of the models, and a cost per request c that hangs on its tokens u and on the price p, a month
is N · Σ s · c(u, p). Each cause is what changing it alone makes, in the mean over all orders in which the four can be
changed: its Shapley value (Shorrocks, Decomposition procedures for distributional analysis, 2013). They add up exactly.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import permutations

import numpy as np

from estimator.decision.actuals import Actual, MonthBill
from estimator.decision.forecast import at_volume
from estimator.decision.spending import BudgetPlan, Gap, MonthCost, Priced, Task
from pricing import InputError

_MICRO = Decimal("1e-6")


class Cause(StrEnum):
    VOLUME = "volume"
    MIX = "mix of models"
    TOKENS = "tokens per request"
    PRICE = "price"
    UNKNOWN = "not known"


CAUSES = (Cause.VOLUME, Cause.MIX, Cause.TOKENS, Cause.PRICE)


@dataclass(frozen=True)
class Planned:
    """A task's month as planned: its typical requests, and what they cost; None is unpriced, with the `reason`."""

    month: date
    task: str
    provider: str
    model: str
    requests: Decimal
    usd: Decimal | None
    reason: str = ""


@dataclass(frozen=True)
class ModelVariance:
    """A model's month: what was planned, what was billed."""

    name: str
    planned_usd: Decimal
    billed_usd: Decimal
    planned_requests: Decimal
    requests: int


@dataclass(frozen=True)
class Variance:
    """A month, USD. The `parts` add up to billed less planned, exactly. `share` of the month is covered by bills, and
    so much of the plan is set beside them.
    """

    month: date
    share: Decimal
    planned_usd: Decimal
    billed_usd: Decimal
    parts: tuple[tuple[Cause, Decimal], ...]
    models: tuple[ModelVariance, ...]


@dataclass(frozen=True)
class _Side:
    """A model on both sides: requests, and USD a request by (tokens, price), each 0 as planned and 1 as billed."""

    requests: tuple[Fraction, Fraction]
    cost: Mapping[tuple[int, int], Fraction]


def planned(plan: BudgetPlan, prices: Mapping[str, Priced]) -> tuple[Planned, ...]:
    """Every month of every task with its typical volume at these prices."""
    made = []
    for task in plan.tasks:
        for month, cost in zip(plan.calendar, prices[task.name], strict=True):
            if cost is not None:
                made.append(_planned(task, month, cost))
    return tuple(made)


def _planned(task: Task, month: date, cost: MonthCost | Gap) -> Planned:
    rate, volume = task.work.requests_per_month, task.volume(month)
    requests = Decimal(rate.numerator) / rate.denominator * volume
    if isinstance(cost, Gap):
        return Planned(month, task.name, *task.model, requests, None, cost.reason)
    usd = _at_volume(cost, volume)
    return Planned(month, task.name, *task.model, requests, usd.quantize(_MICRO))


def _at_volume(cost: MonthCost, volume: Decimal) -> Decimal:
    return Decimal(float(at_volume(cost, np.array([float(volume)]))[0])) if cost.curve else cost.usd * volume


def variance(then: Sequence[Planned], today: Sequence[Planned], bill: MonthBill) -> Variance:
    """The bills of a month against the plan: as it was priced `then`, and by what is known `today` of the same month.

    Raises InputError where the plan has no price for the month, or nothing in it.
    """
    before, now = _by_model(then, bill), _by_model(today, bill)
    billed = {(line.provider, line.model): line for line in bill.lines}
    known = {key for key in (*before, *billed) if key not in billed or billed[key].computed_usd is not None}
    sides = [_side(before.get(key), now.get(key), billed.get(key)) for key in sorted(known)]
    planned_usd = sum((usd for _, usd in before.values()), Decimal(0)).quantize(_MICRO)
    billed_usd = bill.billed_usd.quantize(_MICRO)
    parts = dict(zip(CAUSES, _shapley(sides), strict=True))
    parts[Cause.UNKNOWN] = sum(
        (Fraction(billed[key].billed_usd - before.get(key, (0, Decimal(0)))[1]) for key in set(billed) - known),
        Fraction(0),
    )
    return Variance(
        month=bill.month,
        share=bill.share,
        planned_usd=planned_usd,
        billed_usd=billed_usd,
        parts=_rounded(parts, billed_usd - planned_usd),
        models=_models(before, billed),
    )


def _by_model(plan: Iterable[Planned], bill: MonthBill) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    """Requests and USD of each model in the days that are billed."""
    sums: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
    for each in plan:
        if each.month == bill.month:
            if each.usd is None:
                raise InputError(f"{each.task} has no planned cost in {each.month:%B %Y}: {each.reason}")
            requests, usd = sums.get((each.provider, each.model), (Decimal(0), Decimal(0)))
            key = (each.provider, each.model)
            sums[key] = requests + each.requests * bill.share, usd + each.usd * bill.share
    if not sums:
        raise InputError(f"the budget plans nothing in {bill.month:%B %Y}: take a bill of one of its months.")
    return sums


def _side(before: tuple[Decimal, Decimal] | None, now: tuple[Decimal, Decimal] | None, line: Actual | None) -> _Side:
    """What is on one side only costs there what it does on the other, so that it is a matter of mix and volume."""
    has_plan, has_bill = before is not None and before[0] > 0, line is not None and line.requests > 0
    n0, p = (Fraction(before[0]), Fraction(before[1])) if before is not None and has_plan else (Fraction(0),) * 2
    n1 = Fraction(line.requests) if line is not None and has_bill else Fraction(0)
    if not has_plan or line is None or not has_bill:
        each = p / n0 if has_plan else Fraction(line.billed_usd) / n1 if line is not None and has_bill else Fraction(0)
        return _Side((n0, n1), dict.fromkeys(((0, 0), (0, 1), (1, 0), (1, 1)), each))
    computed, billed = Fraction(line.computed_usd or 0), Fraction(line.billed_usd)
    moved = Fraction(now[1]) / p if now is not None and p else Fraction(1)  # List prices since the plan was made.
    paid = billed / computed if computed else Fraction(1)  # Of list prices.
    actual = billed / n1
    at_planned = computed / n1 / moved if moved else actual
    return _Side((n0, n1), {(0, 0): p / n0, (0, 1): p / n0 * moved * paid, (1, 0): at_planned, (1, 1): actual})


def _shapley(sides: Sequence[_Side]) -> list[Fraction]:
    """The four causes in the order of CAUSES."""
    known = {state: _cost(sides, state) for state in np.ndindex(2, 2, 2, 2)}
    orders = list(permutations(range(4)))
    parts = [Fraction(0)] * 4
    for order in orders:
        state = [0, 0, 0, 0]
        for cause in order:
            before = known[tuple(state)]
            state[cause] = 1
            parts[cause] += known[tuple(state)] - before
    return [part / len(orders) for part in parts]


def _cost(sides: Sequence[_Side], state: tuple[int, ...]) -> Fraction:
    """The month's cost with each of volume, mix, tokens and price as planned (0) or as billed (1)."""
    volume, mix, tokens, price = state
    totals = [sum((side.requests[i] for side in sides), Fraction(0)) for i in range(2)]
    mix = mix if totals[mix] else 1 - mix  # Of nothing there is no mix.
    if not totals[mix]:
        return Fraction(0)
    shares = (side.requests[mix] / totals[mix] * side.cost[tokens, price] for side in sides)
    return totals[volume] * sum(shares, Fraction(0))


def _rounded(parts: Mapping[Cause, Fraction], total: Decimal) -> tuple[tuple[Cause, Decimal], ...]:
    """To the millionth, so that they still add up: what rounding leaves goes to the largest."""
    exact = {cause: Decimal(part.numerator) / part.denominator for cause, part in parts.items()}
    made = {cause: usd.quantize(_MICRO, ROUND_DOWN) for cause, usd in exact.items()}
    largest = max(made, key=lambda cause: abs(made[cause]))
    made[largest] += total - sum(made.values(), Decimal(0))
    return tuple((cause, usd) for cause, usd in made.items() if usd or cause is not Cause.UNKNOWN)


def _models(
    before: Mapping[tuple[str, str], tuple[Decimal, Decimal]], billed: Mapping[tuple[str, str], Actual]
) -> tuple[ModelVariance, ...]:
    """The largest difference first."""
    nothing = (Decimal(0), Decimal(0))
    absent = {key: Actual(*key, key[1], 0, 0, Decimal(0), Decimal(0)) for key in before}
    made = []
    for key, line in {**absent, **billed}.items():
        requests, usd = before.get(key, nothing)
        made.append(ModelVariance(line.name, usd, line.billed_usd, requests, line.requests))
    return tuple(sorted(made, key=lambda m: (-abs(m.billed_usd - m.planned_usd), m.name)))
