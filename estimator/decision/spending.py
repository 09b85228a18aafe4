"""A budget: workloads on their models, month by month at the prices of each month, and what is spent once."""

import calendar
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from estimator.decision.breakeven import Cost
from estimator.decision.compare import Option, Scenario, compare
from estimator.decision.hosting import by_gpus, cheapest_hosting, hosted_option
from estimator.workload import Workload, with_assumed_reuse
from estimator.workload.workload import MOST_REQUESTS
from pricing import CLAIMS, STANDARD, Catalog, InputError, Mode, Model, PricingError

Range = tuple[Decimal, Decimal, Decimal]  # Low, typical, high.
Period = Literal["month", "year"]

SELFHOST = "selfhost"  # The seller of what runs on own GPUs.
MOST_MONTHS = 60
MOST_USD = Decimal(10**15)
_MOST_GROWTH = 2  # Tripled each month; what is above was meant in per cent.
_MOST_SEASON = 100
_CLAIMED = {status.value for status in CLAIMS}
_GRID = 48  # Volumes at which own GPUs are priced.


@dataclass(frozen=True)
class Seen:
    """The requests of a past month, as billed. `month` is its first day."""

    month: date
    requests: int


@dataclass(frozen=True)
class Task:
    """A workload of a budget on one model, from its month `start` through its month `end`, each a first day.

    `growth` is a share a month (0.05 is 5 %), counted from `start`. `seasons` are factors from January to December,
    none where all months are alike. `model` is provider and id, or `selfhost` and open weights. With enough months in
    `seen`, its volume follows those and not `growth`.
    """

    name: str
    work: Workload
    model: tuple[str, str]
    growth: Range
    start: date
    end: date
    seasons: tuple[Decimal, ...] = ()
    mode: Mode = STANDARD
    caching: bool = False
    seen: tuple[Seen, ...] = ()

    def season(self, month: date) -> Decimal:
        return self.seasons[month.month - 1] if self.seasons else Decimal(1)

    def volume(self, month: date) -> Decimal:
        """The month's typical volume as a multiple of the workload's rate, 0 where it does not run."""
        if not self.start <= month <= self.end:
            return Decimal(0)
        return (1 + self.growth[1]) ** months_between(self.start, month) * self.season(month)


@dataclass(frozen=True)
class Project:
    """An amount that is spent once, in a month, USD."""

    name: str
    month: date
    usd: Range


@dataclass(frozen=True)
class BudgetPlan:
    """Tasks and projects over `months` calendar months (in UTC, as sellers bill) from `start` on, under one limit.

    A limit a year holds for each twelve months from `start`; for what is left over, its share.
    """

    tasks: tuple[Task, ...]
    projects: tuple[Project, ...]
    limit_usd: Decimal
    period: Period
    currency: str
    start: date
    months: int

    def __post_init__(self) -> None:
        _check(self)

    @property
    def calendar(self) -> tuple[date, ...]:
        """The first day of each month."""
        return tuple(month_after(self.start, i) for i in range(self.months))

    @property
    def spans(self) -> tuple[tuple[int, int, Decimal], ...]:
        """First month, month after the last, and limit in USD, of each time that has a limit of its own."""
        size = 1 if self.period == "month" else 12
        ends = ((i, min(i + size, self.months)) for i in range(0, self.months, size))
        return tuple((first, end, self.limit_usd * (end - first) / size) for first, end in ends)


@dataclass(frozen=True)
class MonthCost:
    """What a task's usual volume costs at one month's prices, USD.

    `tokens`, `cache` and `prices` vary one thing each: the size of requests, what of them is cached, what is asked.
    `curve` is (multiple of the volume, USD) where the cost does not follow the volume; `option` what it is made of.
    """

    usd: Decimal
    tokens: Cost
    cache: Cost
    prices: Cost
    option: Option
    curve: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Gap:
    """A month in which a task has no price, and why. It is never $0."""

    month: date
    task: str
    reason: str


Priced = tuple[MonthCost | Gap | None, ...]  # By month of a plan; None where the task does not run.


def _check(plan: BudgetPlan) -> None:
    if not 1 <= plan.months <= MOST_MONTHS:
        raise InputError(f"a budget is of 1 to {MOST_MONTHS} months, not {plan.months}.")
    if not 0 < plan.limit_usd <= MOST_USD:
        raise InputError(f"a limit of {plan.limit_usd:f} USD is no budget: give more than 0 and at most 10^15.")
    if not plan.tasks and not plan.projects:
        raise InputError("the budget is empty: add work to it, or a project.")
    if len({task.name for task in plan.tasks}) < len(plan.tasks):
        raise InputError("two works of the budget have the same name: name each differently.")
    for month in (plan.start, *(d for t in plan.tasks for d in (t.start, t.end)), *(p.month for p in plan.projects)):
        if month.day != 1:
            raise InputError(f"{month} is not the first of a month, as the months of a budget are told.")
    for task in plan.tasks:
        _check_task(task, plan)
    for project in plan.projects:
        low, usd, high = project.usd
        if not 0 <= low <= usd <= high <= MOST_USD:
            raise InputError(f"{project.name}: the amounts must rise from low to high, from 0 to at most 10^15 USD.")


def _check_task(task: Task, plan: BudgetPlan) -> None:
    low, typical, high = task.growth
    if not -1 < low <= typical <= high <= _MOST_GROWTH:
        raise InputError(f"{task.name}: growth a month must rise from low to high, above -1 and up to 2; 0.05 is 5 %.")
    if task.end < task.start:
        raise InputError(f"{task.name}: it ends in {task.end:%B %Y}, before it starts in {task.start:%B %Y}.")
    if task.seasons and (len(task.seasons) != 12 or not all(0 <= f <= _MOST_SEASON for f in task.seasons)):
        raise InputError(f"{task.name}: seasons are twelve factors from 0 to {_MOST_SEASON}, from January on.")
    last = min(task.end, month_after(plan.start, plan.months - 1))
    grown = Fraction(1 + high) ** max(0, months_between(task.start, last))
    if task.work.requests_per_month * grown * Fraction(max(task.seasons, default=1)) > MOST_REQUESTS:
        raise InputError(
            f"{task.name}: it would grow beyond {MOST_REQUESTS:,} requests a month: give less growth, or an end."
        )


def month_of(at: datetime) -> date:
    """The first day of the month of an instant, in UTC. Raises InputError where it has no time zone."""
    if at.tzinfo is None:
        raise InputError(f"the time {at.isoformat()} has no time zone: add Z for UTC.")
    return at.astimezone(UTC).date().replace(day=1)


def month_after(month: date, months: int) -> date:
    """The first day of the month so many months later."""
    years, index = divmod(month.month - 1 + months, 12)
    if not 1 <= month.year + years <= 9998:
        raise InputError(f"{months} months from {month:%B %Y} no calendar goes.")
    return date(month.year + years, index + 1, 1)


def months_between(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month


def days_of(month: date) -> int:
    return calendar.monthrange(month.year, month.month)[1]


def priced(plan: BudgetPlan, catalog: Catalog) -> dict[str, Priced]:
    """Each task by its name at the prices of every month that it runs in; a change within a month counts by its time.

    A month in which its model is not on sale, be it for a day, is a gap, with the reason.
    """
    return {task.name: _priced(task, plan.calendar, catalog) for task in plan.tasks}


def _priced(task: Task, months: Sequence[date], catalog: Catalog) -> Priced:
    find = _on_gpus(task, months, catalog) if task.model[0] == SELFHOST else _by_token(task, catalog)
    found = (find(month) if task.start <= month <= task.end else None for month in months)
    return tuple(
        Gap(month, task.name, cost) if isinstance(cost, str) else cost
        for month, cost in zip(months, found, strict=True)
    )


def _by_token(task: Task, catalog: Catalog) -> Callable[[date], MonthCost | str]:
    known: dict[object, MonthCost | str] = {}
    return lambda month: _month_cost(task, month, catalog, known)


def _month_cost(task: Task, month: date, catalog: Catalog, known: dict[object, MonthCost | str]) -> MonthCost | str:
    """The parts of a month between two changes of price, each as long as it lasts. Like parts are priced once."""
    model = catalog.models.get(task.model)
    if model is None:
        return f"{'/'.join(task.model)} is no longer in the catalog."
    parts = []
    for at, share in _parts(month, model):
        on_sale = tuple(day is not None and at.date() >= day for day in (model.info.released_on, model.info.retires_on))
        key = (sum(change <= at for change in model.changes), on_sale)
        if key not in known:
            known[key] = _at(task, model, catalog, at)
        found = known[key]
        if isinstance(found, str):
            return found
        parts.append((found, share))
    return parts[0][0] if len(parts) == 1 else _mean(parts)


def _parts(month: date, model: Model) -> Iterator[tuple[datetime, Fraction]]:
    """When each part of a month begins, and its share: parted where a price changes, or the model comes or goes."""
    start, end = _midnight(month), _midnight(month_after(month, 1))
    days = (day for day in (model.info.released_on, model.info.retires_on) if day)
    cuts = sorted({t for t in (*model.changes, *map(_midnight, days)) if start < t < end})
    for at, until in zip((start, *cuts), (*cuts, end), strict=True):
        yield at, Fraction((until - at) // timedelta(microseconds=1), (end - start) // timedelta(microseconds=1))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _at(task: Task, model: Model, catalog: Catalog, at: datetime) -> MonthCost | str:
    """The task at the prices of an instant, or why there are none."""
    retires = model.info.retires_on
    if retires and at.date() >= retires:
        return f"{model.info.name} is on sale until {retires:%-d %B %Y} only: choose what follows it."
    work = with_assumed_reuse(task.work) if task.caching else task.work
    scenario = Scenario(at, task.mode, task.caching)
    one_size, one_share = replace(work, low=work.typical, high=work.typical), _with_one_share(work)
    try:
        whole = _option(work, model, catalog, scenario)
        prices = _option(_with_one_share(one_size), model, catalog, scenario)
        cache = _option(one_size, model, catalog, scenario) if task.caching else prices
        tokens = _option(one_share, model, catalog, scenario)
    except PricingError as error:
        return str(error)
    return MonthCost(whole.usd, _cost(tokens), _cost(cache), _cost(prices), whole)


def _with_one_share(work: Workload) -> Workload:
    """What repeats of it is known for sure."""
    share = work.repeated_share
    return replace(work, repeated_share=(share[1], share[1], share[1])) if share else work


def _option(work: Workload, model: Model, catalog: Catalog, scenario: Scenario) -> Option:
    """As listed; as claimed only where nothing is listed. Raises PricingError with the reason where it has no price."""
    made = compare(work, catalog, scenario, [model])
    if not made.options:
        raise PricingError(f"{model.info.name} has no price: {made.unpriced[0].reason}")
    return min(made.options, key=lambda option: option.status in _CLAIMED)


def _cost(option: Option) -> Cost:
    return option.low_usd, option.usd, option.high_usd


def _mean(parts: Sequence[tuple[MonthCost, Fraction]]) -> MonthCost:
    """A month of several prices; its lines are those of the longest part."""

    def mixed(amounts: Sequence[Decimal]) -> Decimal:
        pairs = zip(amounts, (share for _, share in parts), strict=True)
        total = sum((Fraction(amount) * share for amount, share in pairs), Fraction(0))
        return Decimal(total.numerator) / total.denominator

    def triples(name: str) -> Cost:
        low, usd, high = (mixed([getattr(cost, name)[i] for cost, _ in parts]) for i in range(3))
        return low, usd, high

    longest = max(parts, key=lambda part: part[1])[0]
    usd = mixed([cost.usd for cost, _ in parts])
    return MonthCost(usd, triples("tokens"), triples("cache"), triples("prices"), longest.option)


def _on_gpus(task: Task, months: Sequence[date], catalog: Catalog) -> Callable[[date], MonthCost | str]:
    """On the cheapest GPUs at today's rents, over the volumes that the months may come to."""
    try:
        plan = cheapest_hosting(task.model[1], task.work, catalog)
    except (InputError, PricingError) as error:
        reason = str(error)
        return lambda _: reason
    cost, option = by_gpus(plan), hosted_option(plan)
    last = min(task.end, months[-1])
    top = float(1 + task.growth[2]) ** max(0, months_between(task.start, last)) * float(max(task.seasons, default=1))
    volumes = [Fraction(max(top, 1.0) * i / _GRID).limit_denominator(10**6) for i in range(1, _GRID + 1)]
    curve = tuple((float(v), float(cost(v)[1])) for v in volumes)
    flat = (option.usd,) * 3
    made = MonthCost(option.usd, flat, flat, _cost(option), option, curve)
    return lambda _: made
