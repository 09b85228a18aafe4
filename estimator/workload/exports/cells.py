"""Cells as people write them → numbers and times. How a column writes them is decided over the whole column."""

import re
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from dateutil import parser  # type: ignore[import-untyped]

from estimator.workload.exports.columns import time_of
from pricing import InputError

Span = Literal["moment", "day", "month"]

BLANKS = frozenset({"", "-", "–", "—", "n/a", "na", "null", "none", "nan"})
_NUMBER = re.compile(r"[0-9][0-9.,'’_\s]{0,39}?\s?([kKmM]?)")
_GROUPING = re.compile(r"['’_\s]")
_TOTALS = re.compile(r"(grand )?(total|sum|gesamt|summe|somme|suma|totale|totaal|合计|合計)\b.*", re.IGNORECASE)
_FACTORS = {"": 1, "k": 1_000, "m": 1_000_000}
_SLASHED = re.compile(r"([0-9]{1,2})[./ -]([0-9]{1,2})[./ -]([0-9]{4}|[0-9]{2})(?![0-9])")
_MONTH = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})")
_SERIAL = re.compile(r"[0-9]{5}(\.[0-9]+)?")
_SERIALS = range(36_526, 73_051)  # Excel's days from 2000 to 2099.
_SERIAL_START = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's times name no zone
# A date that leaves a part out takes it from these, and so tells which.
_DEFAULTS = (datetime(2000, 1, 1), datetime(2001, 2, 2, 1, 1))  # noqa: DTZ001


def is_blank(cell: str) -> bool:
    return cell.strip().lower() in BLANKS


def is_total(cell: str) -> bool:
    """Whether this stands in the place of a date to say that the line sums up others."""
    return _TOTALS.fullmatch(cell.strip()) is not None


def sign_of(cell: str) -> str:
    """What a number tells of its column: `.` or `,` as its decimal sign, `?.` or `?,` where it may as well group."""
    text = cell.strip().rstrip("kKmM ")
    signs: list[str] = re.findall(r"[.,]", text)
    if not signs:
        return ""
    last = signs[-1]
    if len(set(signs)) == 2:
        return last
    if len(signs) > 1:
        return "," if last == "." else "."  # What comes twice groups.
    return f"?{last}" if re.search(r"[1-9][0-9]{0,2}[.,][0-9]{3}$", text) else last


def decimal_sign(seen: Collection[str], *, whole: bool) -> str:
    """The decimal sign of a column by what its cells tell; where it counts, three digits after a sign are a group.

    Raises InputError where they contradict each other.
    """
    if {".", ","} <= set(seen):
        raise InputError("some numbers have a decimal point, others a decimal comma: write all alike.")
    sure = next((sign for sign in (".", ",") if sign in seen), "")
    return sure or ("," if whole and "?." in seen and "?," not in seen else ".")


def number_of(cell: str, decimal: str) -> Decimal:
    """A number of 0 or more, with groups of digits, `k` or `M`; blank is 0. Raises InputError where it is none."""
    text = cell.strip()
    if is_blank(text):
        return Decimal(0)
    found = _NUMBER.fullmatch(text)
    if not found:
        raise InputError("it is no number of 0 or more: write one such as 1200.")
    digits = _GROUPING.sub("", text.rstrip("kKmM"))
    grouped, _, rest = digits.replace("," if decimal == "." else ".", "").partition(decimal)
    if decimal in rest:
        raise InputError("its digits are grouped in another way than elsewhere in the column: write all alike.")
    return Decimal(f"{grouped or 0}.{rest or 0}") * _FACTORS[found[1].lower()]


def order_of(cell: str) -> str:
    """What comes first in a date such as 13/05/2026: `day`, `month` or `either`; nothing where it is not so written."""
    found = _SLASHED.match(cell.strip())
    if not found:
        return ""
    first, second = int(found[1]), int(found[2])
    return "day" if first > 12 else "month" if second > 12 else "either"


def orders_in(cells: Iterable[str]) -> set[str]:
    """What comes first in the dates of a column: only `either` where none of them tells."""
    return {order_of(cell) for cell in cells} - {""}


@lru_cache(maxsize=2**16)  # Days recur, and parsing is slow.
def moment_of(cell: str, *, day_first: bool, serial: bool) -> tuple[datetime, Span]:
    """A time, without a zone where it names none, and what it spans. `serial`: numbers are a spreadsheet's days.

    Raises InputError where it is no date, or one outside our century.
    """
    text = cell.strip()
    if serial and _SERIAL.fullmatch(text) and int(text[:5]) in _SERIALS:
        span: Span = "moment" if "." in text else "day"
        return _SERIAL_START + timedelta(seconds=round(float(text) * 86_400)), span
    if found := _MONTH.fullmatch(text):
        return _checked(f"{found[1]}-{int(found[2]):02}-01"), "month"
    try:
        at, is_naive, is_day = time_of(text)
    except InputError:
        return _loosely(text, day_first)
    return at.replace(tzinfo=None) if is_naive else at, "day" if is_day else "moment"


def _zone(name: str | None, offset_s: int | None) -> tzinfo | None:
    """Names of zones other than UTC mean several: none is guessed."""
    if offset_s is None and name is not None:
        raise ValueError("an unknown time zone")
    return None if offset_s is None else timezone(timedelta(seconds=offset_s))


def _checked(iso: str) -> datetime:
    return time_of(iso)[0].replace(tzinfo=None)


def _loosely(text: str, day_first: bool) -> tuple[datetime, Span]:
    """A date in another form than ISO's, such as 5.10.2026 14:30 or Oct 5, 2026."""
    try:
        at, other = (parser.parse(text, dayfirst=day_first, default=default, tzinfos=_zone) for default in _DEFAULTS)
    except (ValueError, OverflowError):
        raise InputError("it is no date that can be: write it as 2026-10-05T12:00:00Z.") from None
    if (at.year, at.month) != (other.year, other.month):
        raise InputError("it is no whole date: write it as 2026-10-05T12:00:00Z.")
    span: Span = "month" if at.day != other.day else "day" if at.hour != other.hour else "moment"
    moment = at.astimezone(UTC) if at.tzinfo else at
    _checked(moment.date().isoformat())
    return moment, span
