"""What a person saves: studies of clients, every version of them, in one database. Start with `workspace()`."""

from estimator.workspace.alerts import Alert, alerts
from estimator.workspace.brands import Brands, SavedBrand, brands
from estimator.workspace.budgets import Look, Rules, SavedBudget, look, saved_budget
from estimator.workspace.deliver import Channel, Notice, Undelivered, channels
from estimator.workspace.errors import Stale, StaleBrand, StaleBudget, Unavailable
from estimator.workspace.kept_budgets import Budgets, BudgetVersion, budgets
from estimator.workspace.monthly import prices_at, study_report
from estimator.workspace.names import LOCAL, MOST_SIGNS, clean
from estimator.workspace.study import (
    Budget,
    Check,
    Difference,
    ModelKey,
    Study,
    check,
    differences,
    moved,
    priced,
    quick_check,
    same_prices,
    study,
    with_sizes,
)
from estimator.workspace.watch import Watched, notify, watch
from estimator.workspace.workspace import Entry, Imported, Version, Workspace, workspace

__all__ = [
    "LOCAL",
    "MOST_SIGNS",
    "Alert",
    "Brands",
    "Budget",
    "BudgetVersion",
    "Budgets",
    "Channel",
    "Check",
    "Difference",
    "Entry",
    "Imported",
    "Look",
    "ModelKey",
    "Notice",
    "Rules",
    "SavedBrand",
    "SavedBudget",
    "Stale",
    "StaleBrand",
    "StaleBudget",
    "Study",
    "Unavailable",
    "Undelivered",
    "Version",
    "Watched",
    "Workspace",
    "alerts",
    "brands",
    "budgets",
    "channels",
    "check",
    "clean",
    "differences",
    "look",
    "moved",
    "notify",
    "priced",
    "prices_at",
    "quick_check",
    "same_prices",
    "saved_budget",
    "study",
    "study_report",
    "watch",
    "with_sizes",
    "workspace",
]
