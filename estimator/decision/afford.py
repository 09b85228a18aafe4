"""What an amount buys: how often a task could run on each model, and what has come within reach since a date."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor

from estimator.decision.compare import Option, Scenario, compare
from estimator.workload import MONTH, Template, Workload, from_template
from pricing import BILLABLE, Catalog, InputError, Model

DAYS_PER_MONTH = Fraction(MONTH // timedelta(minutes=1), 24 * 60)
DAYS_PER_WEEK = 7
HOURS_PER_DAY = 24
_BILLED = {status.value for status in BILLABLE}


@dataclass(frozen=True)
class Purchase:
    """What a monthly limit buys of one task on one model. Counts of the task, rounded down."""

    option: Option
    per_month: int
    per_week: int
    per_day: int
    per_hour: int
    low_per_month: int
    high_per_month: int
    cadence: str

    def per_customer(self, customers: int) -> int:
        """How often a month for each of so many customers. Raises InputError where there are none."""
        if customers < 1:
            raise InputError("customers are counted from 1 on.")
        return self.per_month // customers


def buys(option: Option, units: Fraction, limit_usd: Decimal) -> Purchase:
    """How often the limit pays for the task, where `units` of it a month cost what the option says."""
    per_month = _count(limit_usd, option.usd, units)
    return Purchase(
        option=option,
        per_month=per_month,
        per_week=floor(per_month * DAYS_PER_WEEK / DAYS_PER_MONTH),
        per_day=floor(per_month / DAYS_PER_MONTH),
        per_hour=floor(per_month / DAYS_PER_MONTH / HOURS_PER_DAY),
        low_per_month=_count(limit_usd, option.high_usd, units),
        high_per_month=_count(limit_usd, option.low_usd, units),
        cadence=cadence(per_month),
    )


def _count(limit_usd: Decimal, cost_usd: Decimal, units: Fraction) -> int:
    """Whole units within the limit; a cost of nothing buys no more than was asked for."""
    return floor(Fraction(limit_usd) * units / Fraction(cost_usd)) if cost_usd else floor(units)


_CADENCES = (
    (60 * HOURS_PER_DAY, "every minute"),
    (HOURS_PER_DAY, "every hour"),
    (1, "every day"),
    (Fraction(1, DAYS_PER_WEEK), "every week"),
)


def cadence(per_month: int) -> str:
    """The most frequent round rhythm that so many times a month allow."""
    for per_day, name in _CADENCES:
        if per_month >= per_day * DAYS_PER_MONTH:
            return name
    return "every month" if per_month else "less than once a month"


@dataclass(frozen=True)
class Reach:
    """A task that nobody sold within the limit at `then`, and somebody does now. `was` is None where nobody had it."""

    template: Template
    units_per_month: Fraction
    was: Option | None
    now: Option


def come_within_reach(
    templates: Iterable[Template],
    limit_usd: Decimal,
    catalog: Catalog,
    models: Iterable[Model],
    *,
    then: datetime,
    today: datetime,
    units: Mapping[str, Fraction] | None = None,
) -> tuple[Reach, ...]:
    """The tasks whose month cost more than the limit on all of `models` at `then` and fits it today, cheapest first.

    Each is taken as often as `units` says by its id, or as is usual for it. Raises InputError for dates out of order.
    """
    if then >= today:
        raise InputError(f"{then:%-d %B %Y} is not in the past: give an earlier day to look back to.")
    asked, found = list(models), []
    for template in templates:
        rate = (units or {}).get(template.id, template.default_units_per_month)
        work = from_template(template, rate, catalog.sizes, start=today.replace(day=1, hour=0, minute=0, second=0))
        was, now = (_cheapest(work, catalog, asked, at) for at in (then, today))
        if now and now.usd <= limit_usd and (was is None or was.usd > limit_usd):
            found.append(Reach(template, rate, was, now))
    return tuple(sorted(found, key=lambda reach: reach.now.usd))


def _cheapest(work: Workload, catalog: Catalog, models: list[Model], at: datetime) -> Option | None:
    options = compare(work, catalog, Scenario(at), models).options
    return next((option for option in options if option.status in _BILLED), None)
