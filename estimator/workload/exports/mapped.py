"""A table whose columns somebody named → a profile, by writing it anew in the form that every importer knows."""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO

from estimator.tokens import read_text
from estimator.workload.exports.cells import (
    Span,
    decimal_sign,
    is_blank,
    is_total,
    moment_of,
    number_of,
    order_of,
    orders_in,
    sign_of,
)
from estimator.workload.exports.columns import columns_of
from estimator.workload.exports.importers import Progress, read_usage
from estimator.workload.exports.logs import Bill
from estimator.workload.exports.mapping import (
    TOKENS,
    cells_of,
    factor_of,
    is_average,
    is_foreign,
    roles_of,
    sample_of,
    suggestion,
)
from estimator.workload.files.rows import rows_of
from estimator.workload.files.source import Source
from estimator.workload.profile import MONTH, Profile
from estimator.workload.reading import read_files
from estimator.workload.template import defaults
from pricing import InputError

_COUNTS = ("requests", *TOKENS)
_NAMES = {"cached": "cached_tokens", "reasoning": "reasoning_tokens"}
_BESIDE = "cache_read_input_tokens"
_MONTH_START = datetime(2026, 1, 1, tzinfo=UTC)
_MONTH_HOURS = MONTH // timedelta(hours=1)
_SUM_OF_MANY = 100_000  # A day's row with more input than this on average stands for many requests.


def read_or_suggest(sources: Iterable[Source], sizes: tuple[int, ...], progress: Progress | None = None) -> Profile:
    """As `read_files`; where a table is not understood, the error says which `--columns` would do."""
    files = list(sources)
    try:
        return read_files(files, sizes, progress)
    except Bill:
        raise
    except InputError as error:
        for file in files:
            if hint := _hint(file):
                said = f"{file.name}: its columns, numbers or dates are in no known form."
                raise InputError(f"{said} If this is what they are, give {hint}") from error
        raise


def _hint(source: Source) -> str:
    """The `--columns` that a table in nobody's form seems to need; nothing for other files."""
    try:
        text = read_text(source.whole(), source.name)
        return suggestion(text, source.name) if is_foreign(*sample_of(text, source.name)) else ""
    except InputError:
        return ""


def read_mapped(data: bytes, name: str, sizes: tuple[int, ...], columns: str | Mapping[str, str]) -> Profile:
    """The profile of a table by its columns' roles, as `--columns` takes them or by role.

    Raises InputError with the file, the line, the column and what to do.
    """
    text = read_text(data, name)
    roles = roles_of(columns, sample_of(text, name)[0]) if isinstance(columns, str) else dict(columns)
    played = [column for role, column in roles.items() if role != "dates"]
    if len(set(played)) < len(played):
        raise InputError(f"{name}: a column cannot be two things: choose another for one of them.")
    style = _style(text, name, roles)
    made = read_usage(_rewritten(text, name, roles, style), name, sizes)
    made = replace(made, notes=tuple(sorted({*made.notes, *style.notes})))
    if "start" in roles:
        return made
    return replace(made, starts=_MONTH_START, ends=_MONTH_START + MONTH)


@dataclass
class _Style:
    """How a table writes: the decimal sign and the unit of each count, and which are averages of a row's requests.

    `day_first`: so are its dates. `sums`: a row stands for many requests without a count.
    """

    decimals: dict[str, str]
    factors: dict[str, int]
    averages: frozenset[str]
    day_first: bool = True
    sums: bool = False
    notes: set[str] = field(default_factory=set)


def undecided_dates(text: str, name: str, column: str) -> bool:
    """Whether none of a column's dates tells if the day or the month comes first."""
    return orders_in(cells_of(row).get(column, "") for row in rows_of(text, name)) == {"either"}


def _style(text: str, name: str, roles: Mapping[str, str]) -> _Style:
    """What the whole table tells of how it is written. Raises InputError where it contradicts itself."""
    signs: dict[str, set[str]] = {role: set() for role in roles if role in _COUNTS}
    orders: set[str] = set()
    for row in rows_of(text, name):
        cells = cells_of(row)
        for role, seen in signs.items():
            seen.add(sign_of(cells.get(roles[role], "")))
        if "start" in roles:
            orders.add(order_of(cells.get(roles["start"], "")))
    decimals = {}
    for role, seen in signs.items():
        try:
            decimals[role] = decimal_sign(seen, whole=role == "requests" or _is_whole(roles[role]))
        except InputError as error:
            raise InputError(f"{name}, {role}: {error}") from None
    averages = frozenset(role for role in decimals if role != "requests" and is_average(roles[role]))
    style = _Style(decimals, {role: factor_of(roles[role]) for role in decimals}, averages)
    _decide_order(style, orders, roles.get("dates", ""), name)
    style.sums = "requests" not in roles and _stands_for_many(text, name, roles, style)
    _note(style, roles)
    return style


def _is_whole(column: str) -> bool:
    return factor_of(column) == 1 and not is_average(column)


def _decide_order(style: _Style, orders: set[str], said: str, name: str) -> None:
    if {"day", "month"} <= orders:
        raise InputError(f"{name}: some dates have the day first, others the month: write them as 2026-10-05.")
    if said == "month-first" and "day" in orders:
        raise InputError(f"{name}: the dates cannot have the month first: some begin with more than 12.")
    style.day_first = said != "month-first" and "month" not in orders
    if "either" in orders and not orders & {"day", "month"} and not said:
        style.notes.add("No date tells if the day or the month comes first: the day is taken (else dates=month-first).")


def _stands_for_many(text: str, name: str, roles: Mapping[str, str], style: _Style) -> bool:
    """Whether rows tell no hour and have more input than one request has, or stand for whole months."""
    if "start" not in roles or style.averages:
        return False
    rows = tokens = 0
    for row in rows_of(text, name):
        cells = cells_of(row)
        cell = cells.get(roles["start"], "")
        if is_blank(cell) or is_total(cell):
            continue
        span = _moment(cell, style, row.place)[1]
        if span == "moment":
            return False
        if span == "month":
            return True
        rows, tokens = rows + 1, tokens + sum(_tokens(cells, roles, style, row.place).values())
    return bool(rows) and tokens > rows * _SUM_OF_MANY


def _note(style: _Style, roles: Mapping[str, str]) -> None:
    usual, share = defaults()["request_input_tokens"].typical, defaults()["output_per_thousand_tokens"]
    if style.sums:
        style.notes.add(f"The rows sum up requests without a count: each is taken to have {usual:,} input tokens.")
    if not roles.keys() & {"input", "output"}:
        low, typical, high = share.triple
        style.notes.add(
            f"The table tells only tokens together: {typical} of a thousand are taken as output ({low} to {high})."
        )
    if style.averages and "requests" not in roles:
        style.notes.add("The table tells averages but no number of requests: each row is taken as one.")
    if "start" not in roles:
        style.notes.add("The table tells no time: it is taken to be one month, January 2026.")


def _moment(cell: str, style: _Style, place: str) -> tuple[datetime, Span]:
    try:
        return moment_of(cell, day_first=style.day_first, serial=True)
    except InputError as error:
        raise InputError(f"{place}, start: {error}") from None


def _tokens(cells: Mapping[str, str], roles: Mapping[str, str], style: _Style, place: str) -> dict[str, int]:
    """The counts of a row by role. Averages are of one request, and multiplied by how many there are."""
    numbers: dict[str, Decimal] = {}
    for role, decimal in style.decimals.items():
        try:
            numbers[role] = number_of(cells.get(roles[role], ""), decimal) * style.factors[role]
        except InputError as error:
            raise InputError(f"{place}, {role}: {error}") from None
    times = numbers.get("requests", Decimal(1))
    counts = {}
    for role, number in numbers.items():
        is_whole = style.factors[role] == 1 and role not in style.averages
        if is_whole and number != int(number):
            raise InputError(f"{place}, {role}: it is no whole number: write one such as 1200.")
        counts[role] = round(number * times) if role in style.averages else round(number)
    return _with_parts(counts, place)


def _with_parts(counts: dict[str, int], place: str) -> dict[str, int]:
    """Input and output, worked out of the total where it stands in for one of them, or for both."""
    total = counts.pop("total", 0)
    if "input" not in counts and "output" not in counts:
        counts["output"] = total * defaults()["output_per_thousand_tokens"].typical // 1000
    for part, other in (("input", "output"), ("output", "input")):
        if part not in counts:
            if counts[other] > total:
                raise InputError(f"{place}: {other} is more than the total.")
            counts[part] = total - counts[other]
    return counts


def _rewritten(text: str, name: str, roles: Mapping[str, str], style: _Style) -> bytes:
    """The table in plain CSV, each row in the line in which it stood, so that errors name the right one."""
    body, beside = StringIO(), False
    writer = csv.writer(body, lineterminator="\n")
    line = 2
    for n, row in enumerate(rows_of(text, name)):
        fields = _fields(n, cells_of(row), roles, style, row.place)
        if not fields:
            continue
        beside = beside or int(fields.get("cached", 0)) > int(fields["input"])
        stood = re.search(r", line ([0-9]+)$", row.place)
        gap = max(0, int(stood[1]) - line) if stood else 0
        body.write("\n" * gap)
        writer.writerow(fields.values())
        line += gap + 1
        header = list(fields)
    if line == 2:
        raise InputError(f"{name}: there are no requests in it.")
    if beside:
        style.notes.add("Cached tokens exceed the input in some rows: they are taken to stand beside it.")
    return f"{','.join(_name(role, roles, beside) for role in header)}\n{body.getvalue()}".encode()


def _name(role: str, roles: Mapping[str, str], beside: bool) -> str:
    """What importers know a role by; a column that they know already keeps its name, and with it its meaning."""
    if role == "cached" and beside:
        return _BESIDE
    own = roles.get(role, "")
    if columns_of([own]).names.get(role) == own and "," not in own:
        return own
    plain = {"start": "timestamp", "end": "end_time", "model": "model", "requests": "requests"}
    return (plain | {"input": "input_tokens", "output": "output_tokens"} | _NAMES)[role]


def _fields(
    n: int, cells: Mapping[str, str], roles: Mapping[str, str], style: _Style, place: str
) -> dict[str, str] | None:
    """A row by role as importers read it; None for a line of totals, or one with nothing in it."""
    if all(is_blank(cells.get(roles[role], "")) for role in style.decimals):
        return None
    fields = _time_fields(n, cells, roles, style, place)
    if fields is None:
        return None
    counts = _tokens(cells, roles, style, place)
    if "model" in roles:
        fields["model"] = " ".join(cells.get(roles["model"], "").split())[:80]
    if style.sums:
        fields["requests"] = str(max(1, counts["input"] // defaults()["request_input_tokens"].typical))
    return fields | {role: str(count) for role, count in counts.items()}


def _time_fields(
    n: int, cells: Mapping[str, str], roles: Mapping[str, str], style: _Style, place: str
) -> dict[str, str] | None:
    """When a row was, and until when if it stands for a month; None for a line of totals."""
    if "start" not in roles:
        if "requests" in roles:
            return {"start": _MONTH_START.isoformat(), "end": (_MONTH_START + MONTH).isoformat()}
        hour = n * 7 % _MONTH_HOURS  # 7 and 730 have no common divisor: many rows spread over all hours.
        return {"start": (_MONTH_START + timedelta(hours=hour)).isoformat()}
    cell = cells.get(roles["start"], "")
    if is_total(cell):
        style.notes.add("A line of totals is left out.")
        return None
    at, span = _moment(cell, style, place)
    if span == "month":
        after = (at.replace(day=1) + timedelta(days=31)).replace(day=1)
        return {"start": at.date().isoformat(), "end": after.date().isoformat()}
    return {"start": at.date().isoformat() if span == "day" else at.isoformat()}
