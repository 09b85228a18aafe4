"""What a person saves: studies of clients, every version of them, in one database. Start with `workspace()`."""

from estimator.workspace.errors import Stale, Unavailable
from estimator.workspace.names import MOST_SIGNS, clean
from estimator.workspace.study import (
    Budget,
    CatalogState,
    Check,
    Difference,
    ModelKey,
    Study,
    catalog_state,
    check,
    differences,
    moved,
    priced,
    quick_check,
    same_prices,
    study,
    with_sizes,
)
from estimator.workspace.workspace import LOCAL, Entry, Imported, Version, Workspace, workspace

__all__ = [
    "LOCAL",
    "MOST_SIGNS",
    "Budget",
    "CatalogState",
    "Check",
    "Difference",
    "Entry",
    "Imported",
    "ModelKey",
    "Stale",
    "Study",
    "Unavailable",
    "Version",
    "Workspace",
    "catalog_state",
    "check",
    "clean",
    "differences",
    "moved",
    "priced",
    "quick_check",
    "same_prices",
    "study",
    "with_sizes",
    "workspace",
]
