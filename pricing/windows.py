"""Hours of the week at which a price applies, holidays excepted."""

from datetime import datetime
from functools import cached_property, lru_cache
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays
from holidays.registry import COUNTRIES
from pydantic import field_validator, model_validator

from pricing.facts import Fact

SLOT_MINUTES = 30  # Price boundaries fall on half hours (DeepSeek's discount of 2025 began at 16:30 UTC).


@lru_cache
def _calendar(country: str) -> holidays.HolidayBase:
    return holidays.country_holidays(country)


def _has_calendar(country: str) -> bool:
    return any(country in codes for _, *codes in COUNTRIES.values())  # The list alone: calendars load slowly.


def _is_timezone(name: str) -> bool:
    try:
        return bool(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


class Window(Fact):
    """A row of data/catalog/windows.csv.

    `weekdays` are ISO digits, Monday is 1; `hours` are half-open spans such as `01:00-04:00 06:00-10:00` in `timezone`;
    on days off in `not_on_holidays_of` (an ISO country code) the window is closed.
    """

    id: str
    timezone: str
    weekdays: str
    hours: str
    not_on_holidays_of: str = ""
    source: str
    note: str = ""

    @field_validator("weekdays")
    @classmethod
    def _are_weekdays(cls, value: str) -> str:
        if not value or set(value) - set("1234567"):
            raise ValueError("weekdays are digits from 1 (Monday) to 7")
        return value

    @model_validator(mode="after")
    def _is_readable(self) -> Self:
        if not _is_timezone(self.timezone):
            raise ValueError(f"no time zone {self.timezone}")
        if self.not_on_holidays_of and not _has_calendar(self.not_on_holidays_of):
            raise ValueError(f"no holiday calendar of {self.not_on_holidays_of}")
        if not self.spans or any(not 0 <= start < end <= 24 * 60 for start, end in self.spans):
            raise ValueError("hours are spans such as 01:00-04:00, each starting before it ends")
        return self

    @cached_property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Half-open, in minutes of the local day."""
        pairs = (span.split("-") for span in self.hours.split())
        return tuple((_minutes(start), _minutes(end)) for start, end in pairs)

    def is_open(self, when: datetime) -> bool:
        """Whether the aware time `when` lies inside."""
        local = when.astimezone(ZoneInfo(self.timezone))
        minute = local.hour * 60 + local.minute
        return (
            str(local.isoweekday()) in self.weekdays
            and any(start <= minute < end for start, end in self.spans)
            and not (self.not_on_holidays_of and local.date() in _calendar(self.not_on_holidays_of))
        )


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
