"""How work is spread over the week: hourly rates from data/load/shapes.csv."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cache
from itertools import accumulate
from math import floor
from typing import Literal

from pydantic import Field

from pricing import InputError
from pricing.facts import DATA, Fact, read_table

Status = Literal["measured", "published", "guess", "user"]
HOURS_PER_WEEK = 168


class Span(Fact):
    """A row of data/load/shapes.csv: hours of some weekdays (ISO digits) and their rate, where the mean is about 1."""

    shape: str
    weekdays: str
    from_hour: int = Field(ge=0, le=23)
    to_hour: int = Field(ge=1, le=24)
    relative_rate: Fraction = Field(ge=0)
    status: Status
    source: str


@dataclass(frozen=True)
class Shape:
    """The rate of each of the 168 hours of a week, from Monday 00:00 local time, relative to the mean."""

    id: str
    rates: tuple[Fraction, ...]
    status: Status
    source: str


@cache
def shapes() -> dict[str, Shape]:
    """All shapes by id. Raises InputError where one leaves out or repeats an hour of the week."""
    spans: dict[str, list[Span]] = {}
    for span in read_table(DATA / "load" / "shapes.csv", Span):
        spans.setdefault(span.shape, []).append(span)
    return {name: _shape(name, own) for name, own in spans.items()}


def _shape(name: str, spans: list[Span]) -> Shape:
    hours = [
        ((int(day) - 1) * 24 + hour, span.relative_rate)
        for span in spans
        for day in span.weekdays
        for hour in range(span.from_hour, span.to_hour)
    ]
    if sorted(hour for hour, _ in hours) != list(range(HOURS_PER_WEEK)):
        raise InputError(f"shapes.csv, {name}: its rows must cover each of the 168 hours of the week once.")
    return Shape(name, tuple(rate for _, rate in sorted(hours)), spans[0].status, spans[0].source)


def month_from(start: datetime) -> datetime:
    """The same day and time of the next month, or that month's last day where it is shorter."""
    first = (start.replace(day=1) + timedelta(days=31)).replace(day=1)
    last_day = ((first + timedelta(days=31)).replace(day=1) - timedelta(days=1)).day
    return first.replace(day=min(start.day, last_day))


def spread(requests: int, shape: Shape, start: datetime) -> Iterator[tuple[datetime, int]]:
    """Hours of the month from `start`, in UTC, and the whole requests of each; those without any are left out.

    The shape is read in the time zone of `start`. Hour i gets floor(share up to its end) less what came before, so
    the sum is exact and the same every time.
    """
    hours = list(_hours(start))
    rates = (shape.rates[_hour_of_week(hour.astimezone(start.tzinfo))] for hour in hours)
    marks = list(accumulate(rates))
    before = 0
    for hour, mark in zip(hours, marks, strict=True):
        upto = floor(requests * mark / marks[-1])
        if upto > before:
            yield hour, upto - before
        before = upto


def _hours(start: datetime) -> Iterator[datetime]:
    hour, end = start.astimezone(UTC), month_from(start).astimezone(UTC)
    while hour < end:
        yield hour
        hour += timedelta(hours=1)


def _hour_of_week(local: datetime) -> int:
    return local.weekday() * 24 + local.hour
