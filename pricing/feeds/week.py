"""Prices that change with the hour: a feed's stretches of the week become one plain price and windows beside it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from pricing.feeds.payload import RowSkipped
from pricing.windows import SLOT_MINUTES, Window

DAYS = "1234567"
_SLOTS = 24 * 60 // SLOT_MINUTES


@dataclass(frozen=True, slots=True)
class Stretch:
    """Hours of some weekdays in UTC, half-open, in minutes of the day.

    An end at or before the start stands for the hours from the start to midnight and from midnight to the end.
    """

    weekdays: str
    start: int
    end: int


def by_hour(
    base: Decimal, stretches: Iterable[tuple[Stretch, Decimal]], plain: Decimal
) -> list[tuple[Window | None, Decimal]]:
    """The price `plain`, bound to no window, then the others of the week with their windows.

    Outside all stretches `base` holds; a later stretch goes before an earlier one. Where `plain` holds at no hour, the
    lowest price stands in its place. Raises RowSkipped for hours that do not fall on half hours.
    """
    week = {weekday: [base] * _SLOTS for weekday in DAYS}
    for stretch, price in stretches:
        for slot in _slots(stretch):
            for weekday in stretch.weekdays:
                week[weekday][slot] = price
    prices = sorted({price for slots in week.values() for price in slots})
    first = plain if plain in prices else prices[0]
    others = [price for price in prices if price != first]
    return [(None, first), *((window, price) for price in others for window in _windows(week, price))]


def _slots(stretch: Stretch) -> list[int]:
    if stretch.start % SLOT_MINUTES or stretch.end % SLOT_MINUTES or stretch.end > 24 * 60:
        raise RowSkipped(f"its hours do not fall on {SLOT_MINUTES} minutes.")
    start, end = stretch.start // SLOT_MINUTES, stretch.end // SLOT_MINUTES
    return [*range(start, end)] if start < end else [*range(start, _SLOTS), *range(end)]


def _windows(week: dict[str, list[Decimal]], price: Decimal) -> list[Window]:
    """Days with the same hours share a window."""
    days: dict[str, str] = {}
    for weekday, slots in week.items():
        hours = _hours([slot for slot, found in enumerate(slots) if found == price])
        days[hours] = days.get(hours, "") + weekday
    return [_window(weekdays, hours) for hours, weekdays in days.items() if hours]


def _hours(slots: list[int]) -> str:
    starts = [slot for slot in slots if slot - 1 not in slots]
    ends = [slot + 1 for slot in slots if slot + 1 not in slots]
    return " ".join(f"{_clock(start)}-{_clock(end)}" for start, end in zip(starts, ends, strict=True))


def _clock(slot: int) -> str:
    return "{:02}:{:02}".format(*divmod(slot * SLOT_MINUTES, 60))


@lru_cache
def _window(weekdays: str, hours: str) -> Window:
    """The window of these hours; its id is made of them, its source is that of the quote."""
    name = f"utc-{weekdays}-{hours}".replace(":", "").replace(" ", "-")
    return Window(id=name, timezone="UTC", weekdays=weekdays, hours=hours, source="")
