"""Exchange rates brought up to date: new days are added as published, and no rate on record is changed."""

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import attrgetter

from pricing.currency import CURRENCIES, RATES, Currency, Reference
from pricing.errors import InputError
from pricing.feeds.values import DayRates, FeedRefused
from pricing.store import Snapshot

MUCH = 2  # No currency kept has lost half of its worth, or doubled it, from one working day to the next.


@dataclass(frozen=True)
class Update:
    """What a reading makes of the rates on record: rows that it confirms, rows that it adds, and where it differs."""

    confirmed: int
    added: tuple[Reference, ...]
    problem: str

    def files(self, held: Snapshot) -> dict[str, str]:
        """The file of rates with the new rows below; none where there are none."""
        if not self.added:
            return {}
        rows = "".join(f"{row.date},{row.currency},{row.per_eur:f}\n" for row in self.added)
        return {RATES: f"{held.text(RATES).rstrip()}\n{rows}"}


def update(held: Snapshot, days: Sequence[DayRates], today: date) -> Update:
    """The days after the last on record, of the currencies that are kept; `days` are sorted, the oldest first.

    Raises FeedRefused where the days do not go on from those on record, for one after `today` or without USD, and for
    a rate that is more than twice or less than half of that before it; InputError where a file on disk is unsound.
    """
    kept = {row.currency for row in held.table(CURRENCIES, Currency)} - {"EUR"}  # The base has no rows.
    known = sorted(held.table(RATES, Reference), key=attrgetter("date"))
    if not known:
        raise InputError(f"{RATES} has no row: take it from the last backup.")
    last, told = known[-1].date, {day.on: day.per_eur for day in days}
    if last not in told:
        raise FeedRefused(f"it does not have {last}, the last day on record.")
    new = days[bisect_right(days, last, key=attrgetter("on")) :]
    newest = {row.currency: row.per_eur for row in known}
    added: list[Reference] = []
    for day in new:
        rates = {code: per_eur for code, per_eur in sorted(day.per_eur.items()) if code in kept}
        _demand_plausible(day.on, rates, newest, today)
        newest |= rates
        added += [Reference(date=day.on, currency=code, per_eur=per_eur) for code, per_eur in rates.items()]
    differing = [row for row in known if told.get(row.date, {}).get(row.currency) != row.per_eur]
    return Update(len(known) - len(differing), tuple(added), _problem(differing, told))


def _demand_plausible(on: date, rates: Mapping[str, Decimal], before: Mapping[str, Decimal], today: date) -> None:
    if on > today:
        raise FeedRefused(f"{on} is a day to come.")
    if "USD" not in rates:
        raise FeedRefused(f"{on} has no rate of USD, through which all others are found.")
    for code, per_eur in rates.items():
        if code in before and not before[code] <= MUCH * per_eur <= MUCH * MUCH * before[code]:
            raise FeedRefused(f"{on}, {code}: {per_eur} after {before[code]} is a change of more than {MUCH}×.")


def _problem(differing: Collection[Reference], told: Mapping[date, Mapping[str, Decimal]]) -> str:
    """What a person should look at; empty where all rates on record are confirmed."""
    if not differing:
        return ""
    *_, row = differing
    theirs = told.get(row.date, {}).get(row.currency, "none")
    many = "1 past rate is" if len(differing) == 1 else f"{len(differing)} past rates are"
    return (
        f"{many} not as on record, which stays as it is; "
        f"the latest {row.currency} of {row.date}: {row.per_eur} on record, {theirs} in the feed."
    )
