"""What a monthly limit means: when growth passes it, and how much work it buys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor

from estimator.decision.breakeven import CostAt
from estimator.decision.compare import Option
from estimator.workload import MONTH
from pricing import InputError

DAYS_PER_MONTH = Fraction(MONTH // timedelta(minutes=1), 24 * 60)
DAYS_PER_WEEK = 7


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


@dataclass(frozen=True)
class Purchase:
    """What a monthly limit buys of one task on one model. Counts of the task, rounded down."""

    option: Option
    per_month: int
    per_week: int
    per_day: int
    low_per_month: int
    high_per_month: int
    cadence: str


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


def buys(option: Option, units: Fraction, limit_usd: Decimal) -> Purchase:
    """How often the limit pays for the task, where `units` of it a month cost what the option says."""
    per_month = _count(limit_usd, option.usd, units)
    return Purchase(
        option=option,
        per_month=per_month,
        per_week=floor(per_month * DAYS_PER_WEEK / DAYS_PER_MONTH),
        per_day=floor(per_month / DAYS_PER_MONTH),
        low_per_month=_count(limit_usd, option.high_usd, units),
        high_per_month=_count(limit_usd, option.low_usd, units),
        cadence=cadence(per_month),
    )


def _count(limit_usd: Decimal, cost_usd: Decimal, units: Fraction) -> int:
    """Whole units within the limit; a cost of nothing buys no more than was asked for."""
    return floor(Fraction(limit_usd) * units / Fraction(cost_usd)) if cost_usd else floor(units)


_CADENCES = (
    (60 * 24, "every minute"),
    (24, "every hour"),
    (1, "every day"),
    (Fraction(1, DAYS_PER_WEEK), "every week"),
)


def cadence(per_month: int) -> str:
    """The most frequent round rhythm that so many times a month allow."""
    for per_day, name in _CADENCES:
        if per_month >= per_day * DAYS_PER_MONTH:
            return name
    return "every month" if per_month else "less than once a month"
