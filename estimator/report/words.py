"""Figures as people read them: one way to write money, counts and states, on pages, in reports and at the prompt."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

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


def usd(amount: Decimal) -> str:
    """An amount of dollars, as `cash` writes it."""
    return cash(amount, "USD")


def usd_range(low: Decimal, high: Decimal) -> str:
    """`$10 – $14`, or one figure where both read the same."""
    return _span(usd(low), usd(high))


def money(amount_usd: Decimal, exchange: Rate) -> str:
    """Dollars in the currency of a rate, as `cash` writes them."""
    return cash(convert(amount_usd, exchange), exchange.currency)


def money_range(low_usd: Decimal, high_usd: Decimal, exchange: Rate) -> str:
    """`€10 – €14`, or one figure where both read the same."""
    return _span(money(low_usd, exchange), money(high_usd, exchange))


def cash(amount: Decimal, currency: str) -> str:
    """An amount of a currency: whole units from 100 on, cents below; what is less than the smallest is said to be."""
    unit = currencies()[currency]
    smallest = Decimal(1).scaleb(-unit.decimals)
    symbol = f"{unit.symbol}\N{NO-BREAK SPACE}" if unit.symbol.isalpha() else unit.symbol
    if not amount:
        return f"{symbol}0"
    if abs(amount) < smallest / 2:
        return f"under {symbol}{smallest}"
    places = Decimal(1) if abs(amount) >= 100 - smallest / 2 else smallest
    return f"{symbol}{amount.quantize(places, ROUND_HALF_UP):,}"


def decimals(amounts_usd: Iterable[Decimal], exchange: Rate) -> int:
    """The decimals that a column of amounts is written in: those of the currency, or as many as tell the least."""
    least = min(filter(None, amounts_usd), default=Decimal(1))
    return max(currencies()[exchange.currency].decimals, -convert(least, exchange).adjusted())


def _span(low: str, high: str) -> str:
    return low if low == high else f"{low} – {high}"


def rate(amount: Decimal, per: int) -> str:
    """A unit price in full: `$0.15 per 1M`."""
    units = {1: "each", 1_000: "per 1,000", 1_000_000: "per 1M"}
    exact = f"{amount.normalize():f}"
    whole, _, cents = exact.partition(".")
    return f"${int(whole):,}.{cents.ljust(2, '0')} {units.get(per, f'per {per:,}')}"


def count(n: Decimal | Fraction | float) -> str:
    """A count in three figures: `8,820`, `1.23M`."""
    value = float(n)
    for size, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M")):
        if abs(value) >= 0.9995 * size:  # What three figures round up to the next letter.
            return f"{value / size:.3g}{letter}" if abs(value) < 999.5 * size else f"{value / size:,.0f}{letter}"
    return f"{value:,.0f}" if abs(value) >= 10 or value == int(value) else f"{value:.2g}"


def change(ratio: Decimal | None) -> str:
    """A new figure as a multiple of the old one, in per cent: `−20 %`, `unchanged`, `×2.5` from a doubling on."""
    if ratio is None:
        return "new"
    if ratio >= 2:
        return times(ratio)
    percent = round((ratio - 1) * 100)
    return f"{percent:+d} %".replace("-", "−") if percent else "unchanged"


def times(ratio: Decimal | None) -> str:
    """`×1.3`, in three figures."""
    return "" if ratio is None else f"×{float(ratio):.3g}"
