"""What an amount buys: how often a task could run on each model, and what has come within reach since a date."""

from collections.abc import Iterable
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
    """A task on a model whose month cost more than the limit at an earlier date, and fits it today."""

    template: Template
    units_per_month: Fraction
    was: Option
    now: Option


def come_within_reach(
    templates: Iterable[Template],
    limit_usd: Decimal,
    catalog: Catalog,
    models: Iterable[Model],
    *,
    then: datetime,
    today: datetime,
) -> tuple[Reach, ...]:
    """Tasks, each as often as is usual, that prices which fell since `then` brought within the limit on some model.

    By task, then by cost. Raises InputError for dates out of order.
    """
    if then >= today:
        raise InputError(f"{then:%-d %B %Y} is not in the past: give an earlier day to look back to.")
    moved = [model for model in models if any(then < change <= today for change in model.changes)]
    month = today.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    found = []
    for template in templates:
        work = from_template(template, template.default_units_per_month, catalog.sizes, start=month)
        was, now = (_billed(work, catalog, moved, at) for at in (then, today))
        found += [
            Reach(template, template.default_units_per_month, was[key], option)
            for key, option in now.items()
            if option.usd <= limit_usd and key in was and was[key].usd > limit_usd
        ]
    return tuple(found)


def _billed(work: Workload, catalog: Catalog, models: list[Model], at: datetime) -> dict[tuple[str, str], Option]:
    """What was on sale, cheapest first."""
    options = compare(work, catalog, Scenario(at), models).options
    return {(option.provider, option.model): option for option in options if option.status in _BILLED}
