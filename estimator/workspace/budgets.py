"""A saved budget: the plan, what its months cost by the prices of its day, the bills since, and when to be told."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, Field, ValidationError

from estimator.decision import (
    BudgetPlan,
    Forecast,
    MonthBill,
    Period,
    Planned,
    Project,
    Seen,
    Task,
    forecast,
    planned,
    priced,
)
from estimator.workload import load
from estimator.workspace.document import STRICT, check_amount, damaged, work_read, work_written, written
from estimator.workspace.names import clean
from estimator.workspace.study import with_sizes
from pricing import Catalog, InputError, Mode, PricingError
from pricing.currency import rate

FORMAT: Final = "breakeven-budget"
VERSION: Final = 1

Amounts = tuple[Decimal, Decimal, Decimal]


@dataclass(frozen=True)
class Rules:
    """When to be told: at which shares of the limit, from which chance to exceed it, from which monthly effect of a
    price on (USD).
    """

    shares: tuple[Decimal, ...] = (Decimal("0.5"), Decimal("0.8"), Decimal(1))
    chance: Decimal = Decimal("0.5")
    price_effect_usd: Decimal = Decimal(10)


@dataclass(frozen=True)
class SavedBudget:
    """A budget as it was on its day. `planned` are its months at the prices of `priced_on`; `bills` came in since."""

    plan: BudgetPlan
    planned: tuple[Planned, ...]
    priced_on: date
    rules: Rules = Rules()
    bills: tuple[MonthBill, ...] = ()

    def with_bills(self, bills: Sequence[MonthBill]) -> "SavedBudget":
        """These bills instead of earlier ones of the same months."""
        kept = {bill.month: bill for bill in (*self.bills, *bills)}
        return replace(self, bills=tuple(kept[month] for month in sorted(kept)))


@dataclass(frozen=True)
class Look:
    """A saved budget today: its months at the prices that are known now, and what it will come to."""

    saved: SavedBudget
    planned: tuple[Planned, ...]
    forecast: Forecast


def saved_budget(plan: BudgetPlan, catalog: Catalog, today: date, rules: Rules | None = None) -> SavedBudget:
    """A plan priced now, ready to be saved."""
    return SavedBudget(plan, planned(plan, priced(plan, catalog)), today, rules or Rules())


def look(saved: SavedBudget, catalog: Catalog, month: date) -> Look:
    """The budget in a `month`: earlier ones that were billed in whole are as billed, and carry the volumes on."""
    past = [bill for bill in saved.bills if bill.month < month and bill.share == 1]
    tasks = tuple(_with_seen(_fitted(task, catalog), saved.plan, past) for task in saved.plan.tasks)
    plan = replace(saved.plan, tasks=tasks)
    prices = priced(plan, catalog)
    billed = {bill.month: bill.billed_usd for bill in past}
    return Look(saved, planned(plan, prices), forecast(plan, prices, billed))


def _fitted(task: Task, catalog: Catalog) -> Task:
    return replace(task, work=with_sizes(task.work, catalog.sizes))


def _with_seen(task: Task, plan: BudgetPlan, past: Sequence[MonthBill]) -> Task:
    """The billed requests of its model, where no other task runs on that."""
    if sum(other.model == task.model for other in plan.tasks) > 1:
        return task
    lines = ((bill.month, line) for bill in past for line in bill.lines if (line.provider, line.model) == task.model)
    seen = (Seen(month, line.requests) for month, line in lines if line.requests and month >= task.start)
    return replace(task, seen=tuple(seen))


class _Task(BaseModel):
    model_config = STRICT

    name: str
    work: dict[str, Any]
    model: tuple[str, str]
    growth: Amounts
    start: date
    end: date
    seasons: tuple[Decimal, ...]
    mode: Mode
    caching: bool


class _Document(BaseModel):
    model_config = STRICT

    format: Literal["breakeven-budget"]
    version: Literal[1]
    profiles: tuple[str, ...]
    tasks: tuple[_Task, ...]
    projects: tuple[Project, ...]
    limit_usd: Decimal
    period: Period
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    start: date
    months: int
    planned: tuple[Planned, ...]
    priced_on: date
    rules: Rules
    bills: tuple[MonthBill, ...]


def write_budget(saved: SavedBudget) -> str:
    """As JSON. Raises InputError where a figure or a name in it cannot be kept."""
    profiles: list[str] = []
    tasks = tuple(_task_written(task, profiles) for task in saved.plan.tasks)
    plan: dict[str, Any] = {f.name: getattr(saved.plan, f.name) for f in fields(saved.plan)}
    rest = {f.name: getattr(saved, f.name) for f in fields(saved) if f.name != "plan"}
    _check(saved, "this budget")
    head: dict[str, Any] = {"format": FORMAT, "version": VERSION, "profiles": tuple(profiles)}
    return written(_Document.model_construct(**head | plan | rest | {"tasks": tasks}))


def _task_written(task: Task, profiles: list[str]) -> _Task:
    """What was seen is in the bills."""
    plain: dict[str, Any] = {name: getattr(task, name) for name in _Task.model_fields}
    return _Task.model_construct(**plain | {"work": work_written(task.work, profiles)})


def read_budget(text: str, name: str) -> SavedBudget:
    """The budget written as `text`. Raises InputError, with the `name` it goes by, where `write_budget` did not."""
    try:
        made = _Document.model_validate_json(text)
        profiles = [load(each, name) for each in made.profiles]
        tasks = tuple(Task(**dict(task) | {"work": work_read(task.work, profiles)}) for task in made.tasks)
        plan = {f.name: getattr(made, f.name) for f in fields(BudgetPlan)}
        saved = SavedBudget(BudgetPlan(**plan | {"tasks": tasks}), made.planned, made.priced_on, made.rules, made.bills)
    except ValidationError as error:
        raise damaged(error, name, "budget") from None
    except (IndexError, PricingError) as error:
        raise InputError(f"{name}: it is damaged ({error}).") from None
    except InputError as error:
        raise InputError(f"{name}: {error}") from None
    _check(saved, name)
    return saved


def _check(saved: SavedBudget, name: str) -> None:
    """Raise InputError for what no budget of our own has, and that could not even be shown."""
    rate(saved.plan.currency, saved.priced_on)
    for task in saved.plan.tasks:
        clean(task.name, "name of a work in the budget")
    rules, bills = saved.rules, saved.bills
    if not all(0 < share <= 10 for share in rules.shares) or not 0 < rules.chance <= 1 or rules.price_effect_usd <= 0:
        raise InputError(f"{name}: alerts are at shares and chances above 0, and from an effect above $0.")
    amounts = (a for bill in bills for line in bill.lines for a in (line.billed_usd, line.computed_usd or Decimal(0)))
    for amount in (*amounts, *(each.usd or Decimal(0) for each in saved.planned)):
        check_amount(amount, name)
