"""When growth passes a monthly limit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from estimator.decision.breakeven import CostAt
from pricing import InputError


@dataclass(frozen=True)
class Month:
    """A month ahead. Amounts in USD; `month` is its first instant."""

    month: datetime
    requests: Decimal
    low_usd: Decimal
    usd: Decimal
    high_usd: Decimal
    over: bool
    may_be_over: bool


def months_ahead(
    cost: CostAt,
    requests_per_month: Fraction,
    limit_usd: Decimal,
    growth: Decimal,
    *,
    start: datetime,
    months: int = 12,
) -> tuple[Month, ...]:
    """The cost of each month if the work grows by `growth` a month (0.05 is 5 %) at unchanged prices.

    `cost` is `by_token(option)`, or `by_gpus(plan)`, which climbs in whole replicas. Raises InputError where the work
    would shrink to nothing.
    """
    if growth <= -1:
        raise InputError(f"a growth of {growth:.0%} a month leaves no work: give more than -100 %.")
    ahead = []
    for i in range(months):
        volume = (1 + Fraction(growth)) ** i
        low, usd, high = cost(volume)
        requests = requests_per_month * volume
        ahead.append(
            Month(
                month=_months_after(start, i),
                requests=Decimal(requests.numerator) / requests.denominator,
                low_usd=low,
                usd=usd,
                high_usd=high,
                over=usd > limit_usd,
                may_be_over=high > limit_usd,
            )
        )
    return tuple(ahead)


def first_over(ahead: Sequence[Month]) -> Month | None:
    """The first month whose typical cost exceeds the limit."""
    return next((month for month in ahead if month.over), None)


def _months_after(start: datetime, months: int) -> datetime:
    years, month = divmod(start.month - 1 + months, 12)
    return start.replace(year=start.year + years, month=month + 1, day=1, hour=0, minute=0, second=0, microsecond=0)
