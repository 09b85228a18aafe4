"""Made-up budgets: 1,000 requests a month of a model, each of 1,000 tokens in and 100 out."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from estimator.decision import Actual, BudgetPlan, MonthBill, Project, Task
from pricing import Catalog, Model, Usage
from tests.made_up import model, rule, sold, work

USED = Usage(uncached_input_tokens=1000, output_tokens=100)
START = date(2026, 11, 1)
NONE = (Decimal(0), Decimal(0), Decimal(0))


def growth(low: str, typical: str = "", high: str = "") -> tuple[Decimal, Decimal, Decimal]:
    return Decimal(low), Decimal(typical or low), Decimal(high or typical or low)


def task(name: str = "chat", **fields: Any) -> Task:
    """At $2 a million in and $10 out it costs $3 a month."""
    base = Task(name, work(USED), ("acme", "m"), NONE, START, date(2030, 12, 1))
    return replace(base, **fields)


def plan(*tasks: Task, projects: tuple[Project, ...] = (), **fields: Any) -> BudgetPlan:
    usual: dict[str, Any] = {
        "limit_usd": Decimal(100),
        "period": "month",
        "currency": "USD",
        "start": START,
        "months": 12,
    }
    return BudgetPlan(tasks=tasks or (task(),), projects=projects, **usual | fields)


def book(*models: Model) -> Catalog:
    return sold(*(models or (model(rule("input", "2"), rule("output", "10")),)))


def bill(usd: str, month: date = START, *, requests: int = 1000, computed: str = "", days: int = 30) -> MonthBill:
    """A month of model m, at list price unless `computed` says otherwise."""
    line = Actual("acme", "m", "M", requests, 1100 * requests, Decimal(computed or usd), Decimal(usd))
    return MonthBill(month, days, (line,))
