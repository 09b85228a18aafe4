"""What keeps work from being saved. Nothing is lost by either: what was to be saved is still at hand."""

from typing import TYPE_CHECKING

from pricing.errors import Failed

if TYPE_CHECKING:
    from estimator.workspace.brands import SavedBrand
    from estimator.workspace.kept_budgets import BudgetVersion
    from estimator.workspace.workspace import Entry, Version


class Unavailable(Failed):
    """The database cannot do it now: busy, read-only, full, gone, or of a newer Breakeven. Nothing was half-saved."""


class Stale(Failed):
    """Somebody saved in between. `mine` is what was to be saved, `theirs` the newest that is: choose one."""

    def __init__(self, mine: "Version", theirs: "Version") -> None:
        self.mine, self.theirs = mine, theirs
        super().__init__(_stale(theirs))


class StaleBudget(Failed):
    """The same of a budget."""

    def __init__(self, mine: "BudgetVersion", theirs: "BudgetVersion") -> None:
        self.mine, self.theirs = mine, theirs
        super().__init__(_stale(theirs))


class StaleBrand(Failed):
    """The same of a client's brand."""

    def __init__(self, mine: "SavedBrand", theirs: "SavedBrand") -> None:
        self.mine, self.theirs = mine, theirs
        super().__init__(
            f"the brand of {theirs.client} was changed on {theirs.saved_at:%-d %B %Y, %H:%M} UTC: "
            "choose which of the two to keep."
        )


def _stale(theirs: "Entry") -> str:
    return (
        f"{theirs.client}, {theirs.name} is at version {theirs.number} of {theirs.saved_at:%-d %B %Y, %H:%M} UTC "
        "by now: choose which of the two to keep as the next."
    )
