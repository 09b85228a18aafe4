"""The sheet of inputs: each a named cell with its unit, source, date and status, and what it was as delivered."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from estimator.report.words import status_words
from estimator.report.xlsx.book import Book, Formula, Value, at, here
from estimator.report.xlsx.places import FIRST, INPUTS, REQUESTS_ROW
from estimator.report.xlsx.rows import MOST_VOLUME, Content, Figure
from pricing.currency import currencies

_HEADS = (
    "What",
    "Of",
    "Low",
    "Value, or typical",
    "High",
    "Unit",
    "Source",
    "Read on",
    "Status",
    "Changed?",
    "Delivered: low",
    "Delivered",
    "Delivered: high",
)
_WIDTHS = (36, 40, 15, 17, 15, 26, 9, 13, 28, 11, 15, 15, 15)
_LOW, _TYPICAL, _HIGH, _CHANGED, _DELIVERED = 2, 3, 4, 9, 10
_TENTH, _TEN = 0.1, 10.0


@dataclass(frozen=True)
class _Plain:
    """An input of the work: one value, between bounds."""

    name: str
    what: str
    of: str
    value: Decimal | None
    unit: str
    style: str
    bounds: tuple[float, float]
    advice: str
    status: str = "user"


def inputs(book: Book, content: Content) -> None:
    """Write the sheet. It names every input, `work_name`, `unit_name`, `requests` and `inputs_changed`."""
    said = (
        "Change any cell that is blue on yellow: all sheets and charts follow. The other cells are locked, no password."
    )
    book.page(INPUTS, "What may be changed?", said, _WIDTHS, FIRST)
    book.put(INPUTS, 2, 0, "This is how a cell looks that may be changed", "input")
    book.heads(INPUTS, FIRST - 1, _HEADS, (2, 3, 4, 10, 11, 12))
    row = _work(book, content, FIRST)
    for title, figures in _sections(content):
        book.put(INPUTS, row, 0, title, "heading")
        for place, figure in enumerate(figures, row + 1):
            _figure(book, place, figure)
        row += 1 + len(figures)
    _count_changed(book, row)


def _sections(content: Content) -> list[tuple[str, Sequence[Figure]]]:
    bought = [figure for figure in content.figures if figure.name.startswith("price_")]
    owned = [figure for figure in content.figures if figure not in bought]
    return [(title, found) for title, found in (("Prices by the token", bought), ("Own GPUs", owned)) if found]


def _work(book: Book, content: Content, first: int) -> int:
    """The inputs of the work; returns the next free row."""
    work = content.report.comparison.workload
    for row, (name, what, text) in enumerate(
        (("work_name", "The work", work.name), ("unit_name", "Counted in", work.units)), first
    ):
        book.put(INPUTS, row, 0, what, "bold")
        book.put(INPUTS, row, _TYPICAL, text)
        book.define(name, at(INPUTS, row, _TYPICAL))
    plain = _plain(content)
    for row, each in enumerate(plain, first + 2):
        _one(book, row, each)
    row = REQUESTS_ROW
    book.put(INPUTS, row, 0, "Requests a month", "bold")
    book.put(INPUTS, row, _TYPICAL, Formula("=volume*requests_per_unit", content.requests), "bold", "number")
    book.put(INPUTS, row, 5, "requests a month")
    book.define("requests", at(INPUTS, row, _TYPICAL))
    return row + 1


def _plain(content: Content) -> list[_Plain]:
    report, work = content.report, content.report.comparison.workload
    units = Decimal(work.units_per_month.numerator) / work.units_per_month.denominator
    limit = report.spending.limit_usd if report.spending else None
    growth = report.spending.growth if report.spending else Decimal(0)
    currency, exchange = report.exchange.currency, report.exchange
    least, most = content.input_room
    room = max(least, _TENTH), min(most, _TEN)
    scaled = "As a share of today's. Own GPUs are not computed at other sizes; ask for a new report."
    if room[0] >= room[1]:
        scaled = "Repeated input is cached in blocks, which no factor scales; ask for a new report."
    more = f"More than 0, at most {MOST_VOLUME} times today's."
    rated = f"{exchange.on:%Y-%m-%d}" if exchange.source else ""
    return [
        _Plain("volume", "Volume", "", units, f"{work.units} a month", "number", _above(units * MOST_VOLUME), more),
        _Plain(
            "requests_per_unit",
            "Requests for each",
            work.unit,
            Decimal(work.requests_per_unit),
            "requests",
            "number",
            _above(Decimal(work.requests_per_unit * MOST_VOLUME)),
            more,
        ),
        _Plain("tokens_in_scale", "Size of what is sent", "", Decimal(1), "of today's", "percent", room, scaled),
        _Plain(
            "tokens_out_scale",
            "Size of answers",
            "",
            Decimal(1),
            "of today's",
            "percent",
            (_TENTH, _TEN),
            "As a share of today's. Own GPUs are not computed at other sizes; ask for a new report.",
        ),
        _Plain("growth_per_month", "Growth", "", growth, "a month", "percent", (-0.9, 1.0), "From -90 % to 100 %."),
        _Plain(
            "monthly_limit",
            "Limit of a month",
            "",
            report.amount(limit) if limit is not None else None,
            f"{currency} a month",
            "money",
            (0.0, 1e15),
            "0 or more; leave it empty for none.",
        ),
        _Plain(
            "exchange_rate",
            "Rate of exchange",
            rated,
            exchange.per_usd,
            f"{currency} for 1 USD",
            "exact",
            _above(exchange.per_usd * 1000),
            f"How many {currencies()[currency].name} one dollar buys.",
            "published" if exchange.source else "user",
        ),
    ]


def _above(most: Decimal) -> tuple[float, float]:
    return 1e-9, float(most)


def _one(book: Book, row: int, each: _Plain) -> None:
    source = book.report.exchange.source if each.name == "exchange_rate" else ""
    values: list[Value] = [each.what, each.of, None, each.value, None, each.unit]
    values += [book.report.number(source) if source else None, each.of if source else None, status_words(each.status)]
    styles = ["bold", "text", "text", each.style, "text", "text", "center", "text", "text"]
    book.put_row(INPUTS, row, values, styles)
    book.put(INPUTS, row, _TYPICAL, each.value, each.style, "input")
    book.define(each.name, at(INPUTS, row, _TYPICAL))
    _check(book, (row, _TYPICAL), each.bounds, each.what, each.advice)
    _changed(book, row, (_TYPICAL,), (each.value,), each.style)


def _figure(book: Book, row: int, figure: Figure) -> None:
    values: list[Value] = [figure.what, figure.of, None, None, None, figure.unit, figure.source, figure.checked_on]
    style = "rate" if figure.unit.startswith("USD") else "number"
    book.put_row(INPUTS, row, [*values, figure.status], ["bold", *["text"] * 5, "center", "text", "text"])
    is_middle = figure.is_range and figure.name.startswith("price_")
    names = (f"{figure.name}_low", figure.name, f"{figure.name}_high")
    columns = [_LOW, _HIGH] if is_middle else [_LOW, _TYPICAL, _HIGH] if figure.is_range else [_TYPICAL]
    for column in columns:
        level = column - _LOW
        book.put(INPUTS, row, column, figure.values[level], style, "input")
        book.define(names[level], at(INPUTS, row, column))
        _check(book, (row, column), (0.0, 1e15), figure.what, "0 or more.")
    if is_middle:  # A claim from … to: its middle is drawn, as everywhere.
        middle = Formula(f"=({here(row, _LOW)}+{here(row, _HIGH)})/2", figure.values[1])
        book.put(INPUTS, row, _TYPICAL, middle, style)
        book.define(figure.name, at(INPUTS, row, _TYPICAL))
    _changed(book, row, columns, [figure.values[column - _LOW] for column in columns], style)


def _check(book: Book, place: tuple[int, int], bounds: tuple[float, float], what: str, advice: str) -> None:
    """Let a cell take numbers between bounds only, and say so."""
    options: dict[str, Any] = {"validate": "decimal", "criteria": "between", "minimum": bounds[0], "maximum": bounds[1]}
    said = {"input_title": what[:32], "input_message": advice, "error_title": what[:32], "error_message": advice}
    book.sheets[INPUTS].data_validation(*place, *place, options | said)


def _changed(book: Book, row: int, columns: Sequence[int], values: Sequence[Decimal | None], style: str) -> None:
    """What was delivered, beside a remark where it is no longer so."""
    tests = []
    for column, value in zip(columns, values, strict=True):
        delivered = column - _LOW + _DELIVERED
        book.put(INPUTS, row, delivered, value, style, "note")
        tests.append(f"{here(row, column)}<>{here(row, delivered)}")
    book.put(INPUTS, row, _CHANGED, Formula(f'=IF(OR({",".join(tests)}),"changed","")', ""), "center")


def _count_changed(book: Book, row: int) -> None:
    book.put(INPUTS, row, 0, "Inputs that were changed", "bold")
    changed = f'=COUNTIF({at(INPUTS, FIRST, _CHANGED, row - 1)},"changed")'
    book.put(INPUTS, row, _TYPICAL, Formula(changed, Decimal(0)), "bold", "whole")
    book.define("inputs_changed", at(INPUTS, row, _TYPICAL))
