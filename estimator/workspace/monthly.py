"""Saved work as the report of a month: at the prices of its end, within the client's budget, in the client's look."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from estimator.decision import hosted_option, hosted_plans, month_after
from estimator.report import Brand, Report, Terms, report
from estimator.workspace.budgets import SavedBudget
from estimator.workspace.study import Study, priced_beside, with_sizes
from estimator.workspace.workspace import Version
from pricing import Catalog, InputError

_MONTHS = 12
_LAST_MINUTE = time(23, 59)


def prices_at(month: date, today: datetime) -> datetime:
    """The last minute of a month, or of today while the month runs, so that a report of one day is always the same.

    Raises InputError for a month to come.
    """
    if month > today.date():
        raise InputError(f"{month:%B %Y} has not begun: its prices are not known yet.")
    last = min(month_after(month, 1) - timedelta(days=1), today.date())
    return datetime.combine(last, _LAST_MINUTE, tzinfo=today.tzinfo)


def study_report(
    version: Version, catalog: Catalog, at: datetime, brand: Brand | None = None, budget: SavedBudget | None = None
) -> Report:
    """A saved study at the prices of `at`; its own limit goes before that of a saved `budget`.

    Without a brand it bears the client's name. Raises InputError as `compare` and `report` do.
    """
    saved = version.study
    work = with_sizes(saved.workload, catalog.sizes)
    plans = hosted_plans(work, catalog) if saved.hosted else ()
    hosted = [hosted_option(plan) for plan in plans]
    made = priced_beside(hosted, work, replace(saved.scenario, at=at), saved.models, catalog)
    limit_usd, growth = _limit(saved, budget)
    terms = Terms(
        brand=brand or Brand(client=version.client),
        title=f"{version.name}: what it costs, {at:%B %Y}",
        currency=saved.currency,
        limit_usd=limit_usd,
        growth=growth,
    )
    return report(made, catalog, plans, terms)


def _limit(saved: Study, budget: SavedBudget | None) -> tuple[Decimal | None, Decimal | None]:
    """A month's limit, and the growth that it was planned with; a budget of several works has no one growth."""
    if saved.budget:
        return saved.budget.limit_usd, saved.budget.growth
    if budget is None:
        return None, None
    plan = budget.plan
    limit_usd = plan.limit_usd if plan.period == "month" else plan.limit_usd / _MONTHS
    return limit_usd, plan.tasks[0].growth[1] if len(plan.tasks) == 1 else None
