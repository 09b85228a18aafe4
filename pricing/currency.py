"""Other currencies than the dollar: dated rates through the euro, and never a rate between two days."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Annotated, Any

from pydantic import Field

from pricing.errors import InputError
from pricing.facts import DATA, Fact, read_table, sources
from pricing.store import Snapshot, generation, read_whole

_PUBLISHER = "ecb"  # Its id among the sources, and the name of its file.
CURRENCIES, RATES = "rates/currencies.csv", f"rates/{_PUBLISHER}.csv"


class Currency(Fact):
    """A row of data/rates/currencies.csv: how an amount is written. `decimals` are those of the smallest unit."""

    currency: str
    name: str
    symbol: str
    decimals: int = Field(ge=0)
    source: str


class Reference(Fact):
    """A row of data/rates/ecb.csv: units of a currency for one euro."""

    date: date
    currency: str
    per_eur: Annotated[Decimal, Field(gt=0, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True)
class Rate:
    """Units of a currency for one dollar, as published for the day `on`. `source` is an id; the dollar has none."""

    currency: str
    on: date
    per_usd: Decimal
    source: str


@cache
def currencies() -> Mapping[str, Currency]:
    """The currencies that amounts can be shown in, by their ISO 4217 code."""
    return {each.currency: each for each in read_table(DATA / CURRENCIES, Currency)}


def rates() -> Mapping[str, tuple[Rate, ...]]:
    """All published rates of each currency but the dollar, oldest first; read again as soon as a refresh added some."""
    return _of(generation())


@lru_cache(maxsize=1)
def _of(_generation: int) -> Mapping[str, tuple[Rate, ...]]:
    return read_whole(DATA, published)


def published(held: Snapshot) -> Mapping[str, tuple[Rate, ...]]:
    """The rates that these files hold: cross rates through the euro. Raises InputError that names file and line."""
    found: dict[str, list[Rate]] = {}
    day = attrgetter("date")
    for on, rows in groupby(sorted(held.table(RATES, Reference), key=day), key=day):
        per_eur = {"EUR": Decimal(1)} | {row.currency: row.per_eur for row in rows}
        if "USD" not in per_eur:
            raise InputError(f"{_PUBLISHER}.csv: {on} has no row of USD, through which all others are found: add it.")
        per_usd = per_eur.pop("USD")
        for currency, units in per_eur.items():
            found.setdefault(currency, []).append(Rate(currency, on, units / per_usd, _PUBLISHER))
    return {currency: tuple(each) for currency, each in found.items()}


def rate(currency: str, on: date) -> Rate:
    """The last rate published on or before a day, so a weekend has Friday's and a day to come has the newest.

    Raises InputError for a currency that is not on record, and for a day before the first rate.
    """
    code = currency.upper()
    if code not in currencies():
        raise InputError(f"no rates of {currency} are on record: use one of {', '.join(currencies())}.")
    if code == "USD":
        return Rate(code, on, Decimal(1), "")
    on_record = rates()[code]
    known = bisect_right(on_record, on, key=attrgetter("on"))
    if not known:
        raise InputError(f"no rate of {code} before {on_record[0].on} is on record: take a later day, or USD.")
    return on_record[known - 1]


def convert(usd: Decimal, rate: Rate) -> Decimal:
    """An amount in dollars as one in the currency of the rate, not rounded to its smallest unit."""
    return usd * rate.per_usd


def rate_words(rate: Rate) -> str:
    """What stands below amounts that are not in dollars: the rate, its day and who published it. Empty for dollars."""
    if not rate.source:
        return ""
    source = sources()[rate.source]
    return (
        f"Amounts in {rate.currency}: 1 USD = {rate.per_usd:,.5g} {rate.currency}, {source.title} of the "
        f"{source.publisher}, {rate.on:%-d %B %Y}. Prices are in USD; a bank has a rate of its own."
    )


def rate_json(rate: Rate) -> dict[str, Any]:
    """The rate behind the amounts of an answer that have no `usd` in their name; a rate for dollars has no source."""
    return {
        "currency": rate.currency,
        "rate": float(rate.per_usd),
        "rate_date": rate.on.isoformat(),
        "rate_source": rate.source or None,
    }
