"""Figures as people read them: one way to write money, counts and states, on pages, in reports and at the prompt."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from estimator.report.locales import ENGLISH, in_currency, in_figures, in_full, in_short
from pricing.catalog import Item
from pricing.currency import Rate, convert, currencies

STATUS_WORDS = {
    "listed": "list price",
    "promotional": "promotional price",
    "scheduled": "announced price",
    "derived": "worked out from list prices",
    "cancelled": "announced, then cancelled",
    "projected": "projected, never listed",
    "claimed": "claimed, not confirmed",
    "measured": "measured",
    "published": "published",
    "assumed": "our assumption",
    "guess": "our guess",
    "user": "your figure",
}


ITEM_WORDS = {
    "gpu_rent": "GPUs, rented",
    "hardware": "GPUs, spares and servers: value lost",
    "failures": "GPUs that fail",
    "power": "Electricity",
    "rack": "Place in a data centre",
    "storage": "Disk for the weights",
    "egress": "Traffic to users",
    "staff": "Engineers",
}


def item_words(item: str, items: Mapping[str, Item]) -> str:
    """What a line of an option is for, where the price lists' items are `items`."""
    return items[item].name if item in items else ITEM_WORDS.get(item, item)


def is_sure(status: str) -> bool:
    """Whether a seller stands behind the figure; else it is drawn differently."""
    return status not in {"projected", "claimed"}


def status_words(status: str) -> str:
    return STATUS_WORDS.get(status, status)


def usd(amount: Decimal, locale: str = ENGLISH) -> str:
    """An amount of dollars, as `cash` writes it."""
    return cash(amount, "USD", locale)


def usd_range(low: Decimal, high: Decimal, locale: str = ENGLISH) -> str:
    """`$10 – $14`, or one figure where both read the same."""
    return _span(usd(low, locale), usd(high, locale))


def money(amount_usd: Decimal, exchange: Rate, locale: str = ENGLISH) -> str:
    """Dollars in the currency of a rate, as `cash` writes them."""
    return cash(convert(amount_usd, exchange), exchange.currency, locale)


def money_range(low_usd: Decimal, high_usd: Decimal, exchange: Rate, locale: str = ENGLISH) -> str:
    """`€10 – €14`, or one figure where both read the same."""
    return _span(money(low_usd, exchange, locale), money(high_usd, exchange, locale))


def cash(amount: Decimal, currency: str, locale: str = ENGLISH) -> str:
    """An amount of a currency: whole units from 100 on, cents below; what is less than the smallest is said to be."""
    smallest = Decimal(1).scaleb(-currencies()[currency].decimals)
    if not amount:
        return in_currency(Decimal(0), currency, locale)
    if abs(amount) < smallest / 2:
        return f"under {in_currency(smallest, currency, locale)}"
    places = Decimal(1) if abs(amount) >= 100 - smallest / 2 else smallest
    return in_currency(amount.quantize(places, ROUND_HALF_UP), currency, locale)


def decimals(amounts_usd: Iterable[Decimal], exchange: Rate) -> int:
    """The decimals that a column of amounts is written in: those of the currency, or as many as tell the least."""
    least = min(filter(None, amounts_usd), default=Decimal(1))
    return max(currencies()[exchange.currency].decimals, -convert(least, exchange).adjusted())


def _span(low: str, high: str) -> str:
    return low if low == high else f"{low} – {high}"


def rate(amount: Decimal, per: int, locale: str = ENGLISH) -> str:
    """A unit price in full: `$0.15 per 1M`."""
    units = {1: "each", 1_000: f"per {in_figures(1_000, locale)}", 1_000_000: "per 1M"}
    exact = amount.normalize()
    cents = min(Decimal(exact.as_tuple().exponent), Decimal(-2))
    price = in_currency(exact.quantize(Decimal(1).scaleb(int(cents))), "USD", locale)
    return f"{price} {units.get(per, f'per {in_figures(per, locale)}')}"


def count(n: Decimal | Fraction | float, locale: str = ENGLISH) -> str:
    """A count in three figures: `8,820`, `1.23M`."""
    value = float(n)
    if abs(value) >= 999_500:  # What three figures round up to a million.
        return in_short(value, locale)
    whole = abs(value) >= 10 or value == int(value)
    return in_figures(round(value) if whole else float(f"{value:.2g}"), locale)


def change(ratio: Decimal | None, locale: str = ENGLISH) -> str:
    """A new figure as a multiple of the old one, in per cent: `−20 %`, `unchanged`, `×2.5` from a doubling on."""
    if ratio is None:
        return "new"
    if ratio >= 2:
        return times(ratio, locale)
    percent = round((ratio - 1) * 100)
    return f"{percent:+d} %".replace("-", "−") if percent else "unchanged"


def times(ratio: Decimal | None, locale: str = ENGLISH) -> str:
    """`×1.3`, in three figures."""
    return "" if ratio is None else f"×{in_figures(float(f'{float(ratio):.3g}'), locale)}"


def multiple(ratio: Decimal, locale: str = ENGLISH) -> str:
    """`1.3 times`, in three figures."""
    return f"{times(ratio, locale).removeprefix('×')} times"


def day(on: date, locale: str = ENGLISH) -> str:
    """`24 November 2026`."""
    return in_full(on, locale)
