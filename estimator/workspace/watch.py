"""All budgets at once: what stands about each, and what of it is news."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from estimator.workspace.alerts import Alert, alerts
from estimator.workspace.budgets import look
from estimator.workspace.deliver import Channel, Notice, Undelivered
from estimator.workspace.kept_budgets import Budgets
from estimator.workspace.workspace import Entry
from pricing import Catalog, InputError, PricingError

_SAID = "said"


@dataclass(frozen=True)
class Watched:
    """A budget today: all alerts that stand, those of them that are news, or why it could not be looked at."""

    entry: Entry
    standing: tuple[Alert, ...]
    fired: tuple[Alert, ...]
    problem: str = ""


def watch(budgets: Budgets, catalog: Catalog, today: date) -> tuple[Watched, ...]:
    """Every budget of the owner. What is told here is not news the next time, within its month."""
    return tuple(_watched(budgets, entry, catalog, today) for entry in budgets.entries())


def _watched(budgets: Budgets, entry: Entry, catalog: Catalog, today: date) -> Watched:
    """One that cannot be read or computed does not keep the others from being looked at."""
    try:
        saved = budgets.open(entry.client, entry.name, entry.number).budget
        standing = alerts(look(saved, catalog, today.replace(day=1)), today)
    except (InputError, PricingError) as error:
        return Watched(entry, (), (), str(error))
    return Watched(entry, standing, budgets.claim(entry, standing, _SAID))


def notify(budgets: Budgets, watched: Iterable[Watched], channels: Sequence[Channel]) -> tuple[str, ...]:
    """Send on each channel what has not gone out on it; the sentences of those that could not. Others go all the same.

    An alert is taken down before it is sent, so that of two who watch at once only one sends it, and is let go again
    where it did not arrive.
    """
    seen, problems = tuple(watched), []
    for channel in channels:
        claimed = (Notice(each.entry, budgets.claim(each.entry, each.standing, channel.name)) for each in seen)
        notices = [notice for notice in claimed if notice.alerts]
        try:
            if notices:
                channel.send(notices)
        except Undelivered as error:
            problems.append(str(error))
            for notice in notices:
                budgets.release(notice.entry, notice.alerts, channel.name)
    return tuple(problems)
