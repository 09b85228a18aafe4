"""What a person saves: studies of clients, every version of them, in one database. Start with `workspace()`."""

from estimator.workspace.errors import Stale, Unavailable
from estimator.workspace.study import (
    Budget,
    CatalogState,
    Difference,
    ModelKey,
    Study,
    catalog_state,
    differences,
    moved,
    priced,
    study,
)
from estimator.workspace.workspace import LOCAL, Entry, Imported, Version, Workspace, workspace

__all__ = [
    "LOCAL",
    "Budget",
    "CatalogState",
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
    "differences",
    "moved",
    "priced",
    "study",
    "workspace",
]
