"""The European Central Bank's reference rates: all days since 1999 in one zipped CSV, units of a currency for one euro.

It states no prices.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from pricing.feeds.payload import day
from pricing.feeds.values import DayRates, FeedRefused, Reading
from pricing.values import PriceRule

URL = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist.zip"

_MAX_BYTES = 20_000_000  # All days since 1999 are 2 MB.
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_CODE = re.compile(r"[A-Z]{3}", re.ASCII)
_RATE = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)
_NONE = frozenset({"", "N/A"})


def adapt(payload: bytes) -> Reading:
    """Read `eurofxref-hist.zip`, days in any order; the version is the newest day. Raises FeedRefused."""
    days: dict[date, DayRates] = {}
    try:
        for told in _days(_unpacked(payload)):
            if told.on in days:
                raise FeedRefused(f"{told.on} stands in it twice.")
            days[told.on] = told
    except csv.Error as error:
        raise FeedRefused(f"its CSV cannot be read: {error}.") from None
    if not days:
        raise FeedRefused("there is no rate in it.")
    return Reading(max(days).isoformat(), (), (), (), tuple(days[on] for on in sorted(days)))


def _unpacked(payload: bytes) -> str:
    """The one CSV in the zip, never more of it than its limit."""
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as packed:
            files = packed.infolist()
            if len(files) != 1 or files[0].compress_type not in _PACKED:
                raise FeedRefused("expected one CSV in the zip.")
            with packed.open(files[0]) as file:
                content = file.read(_MAX_BYTES + 1)
    except FeedRefused:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError):  # The last: a password.
        start = payload[:40].decode("utf-8", "replace")
        raise FeedRefused(f"the payload is not a sound zip; it begins with {start!r}.") from None
    if len(content) > _MAX_BYTES:
        raise FeedRefused("it is larger than all rates can be.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FeedRefused("its CSV is not UTF-8 text.") from None


def _days(text: str) -> Iterator[DayRates]:
    """The rows below a header `Date,USD,JPY,…,`."""
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    first, *codes = _cells(next(lines, []))
    if first != "Date" or not all(map(_CODE.fullmatch, codes)) or len(set(codes)) < len(codes):
        raise FeedRefused(f"expected the columns Date, USD …; it begins with {text[:40]!r}.")
    for line in filter(None, lines):
        told, *cells = _cells(line)
        on = day(told)
        if on is None:
            raise FeedRefused(f"{told[:40]!r} is no day.")
        if len(cells) != len(codes):
            raise FeedRefused(f"{on}: expected {len(codes)} rates.")
        listed = zip(codes, cells, strict=True)
        yield DayRates(on, {code: _rate(cell, f"{on}, {code}") for code, cell in listed if cell not in _NONE})


def _cells(line: list[str]) -> list[str]:
    """The cells of a line, without the empty one behind its last comma."""
    cells = [cell.strip() for cell in line] or [""]
    return cells[:-1] if cells[1:] and not cells[-1] else cells


def _rate(cell: str, place: str) -> Decimal:
    if not _RATE.fullmatch(cell) or not Decimal(cell):
        raise FeedRefused(f"{place}: {cell[:40]!r} is not a rate.")
    return Decimal(cell)


def expresses(_: PriceRule) -> bool:
    """Whether the feed could state such a price: none."""
    return False
