"""A person's budgets in the database, kept as studies are: each save a new version, none over another unseen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import URL, Connection

from estimator.workspace import rows
from estimator.workspace.alerts import Alert
from estimator.workspace.archive import KeptVersion
from estimator.workspace.budgets import SavedBudget, read_budget, write_budget
from estimator.workspace.database import database_url, reading, writing
from estimator.workspace.errors import StaleBudget
from estimator.workspace.names import LOCAL, clean, iso
from estimator.workspace.rows import BUDGET, Place
from estimator.workspace.workspace import Entry
from pricing import InputError, now


@dataclass(frozen=True)
class BudgetVersion(Entry):
    """A version of a budget, as it was saved."""

    budget: SavedBudget


@dataclass(frozen=True)
class Budgets:
    """The budgets of one owner in one database. Every method raises Unavailable where the database cannot do it."""

    url: URL
    owner: str = LOCAL

    def entries(self) -> tuple[Entry, ...]:
        """The newest version of each, those saved last first."""
        with reading(self.url) as connection:
            found = rows.heads(connection, self.owner, BUDGET)
        return tuple(Entry(r.client, r.name, r.number, datetime.fromisoformat(r.saved_at)) for r in found)

    def open(self, client: str, name: str, number: int | None = None) -> BudgetVersion:
        """A version of a budget, the newest if left out. Raises InputError where it is not there."""
        with reading(self.url) as connection:
            found = rows.version(connection, self._place(client, name), number)
        if found is None:
            raise InputError(f"no budget is saved as {client}, {name}: `python -m estimator budgets` lists them.")
        return _version(found)

    def save(self, client: str, name: str, budget: SavedBudget, base: int = 0) -> BudgetVersion:
        """A new version over `base`, the one that the person has seen; 0 for a budget that is not there yet.

        Raises StaleBudget with both versions where another is the newest by now, InputError for names that cannot be.
        Saving the very same again finds it saved.
        """
        mine = BudgetVersion(clean(client, "client"), clean(name, "name"), base + 1, now(), budget)
        place, kept = self._place(mine.client, mine.name), KeptVersion(iso(mine.saved_at), write_budget(budget))
        read_budget(kept.document, "this budget")  # What could not be opened again is better not saved.
        with writing(self.url) as connection:
            if rows.add(connection, place, base, kept):
                return mine
            found = rows.version(connection, place)
        if found is None:
            raise InputError(f"{mine.client}, {mine.name} is not there any more: save it as something new.")
        theirs = _version(found)
        if theirs.number == mine.number and found.document == kept.document:
            return theirs
        raise StaleBudget(mine, theirs)

    def claim(self, entry: Entry, alerts: Sequence[Alert], channel: str) -> tuple[Alert, ...]:
        """Those of the alerts that have not gone out on this channel, which from now on have."""
        if not alerts:
            return ()
        with writing(self.url) as connection:
            return tuple(alert for alert in alerts if self._claim(connection, entry, alert, channel))

    def _claim(self, connection: Connection, entry: Entry, alert: Alert, channel: str) -> bool:
        return rows.claim(connection, self._place(entry.client, entry.name), _key(alert, channel), iso(now()))

    def release(self, entry: Entry, alerts: Sequence[Alert], channel: str) -> None:
        """What could not be delivered goes out another time."""
        with writing(self.url) as connection:
            for alert in alerts:
                rows.release(connection, self._place(entry.client, entry.name), _key(alert, channel))

    def _place(self, client: str, name: str) -> Place:
        return Place(self.owner, client, name, BUDGET)


def budgets(owner: str = LOCAL) -> Budgets:
    """The budgets of this owner where the environment says that they are. Raises InputError as database_url does."""
    return Budgets(database_url(), owner)


def _key(alert: Alert, channel: str) -> dict[str, str]:
    return {"cause": alert.cause, "month": alert.month, "channel": channel}


def _version(row: rows.VersionRow) -> BudgetVersion:
    budget = read_budget(row.document, f"{row.client}, {row.name}, version {row.number}")
    return BudgetVersion(row.client, row.name, row.number, datetime.fromisoformat(row.saved_at), budget)
