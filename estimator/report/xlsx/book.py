"""The one door to XlsxWriter: sheets, styles, named cells, and cells that hold a formula with its result."""

import io
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from math import ceil
from typing import Any

from xlsxwriter import Workbook  # type: ignore[import-untyped]
from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.image import Image  # type: ignore[import-untyped]
from xlsxwriter.utility import xl_rowcol_to_cell  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from estimator.report.cells import safe_cell
from estimator.report.content import Report
from pricing.currency import currencies

NOT_COMPUTED = "not computed"
_PAPER_A4 = 9
_MARGIN_IN = 0.5
_LOGO_PX = 48
_LINE_HEIGHT, _LETTERS_PER_WIDTH = 13, 1.05  # At the size of plain text.
_PIXELS_PER_INCH = 96
_INK, _GREY, _PALE = "#1d2733", "#5d6873", "#f3f5f7"
_INPUT = {"bg_color": "#fff6d6", "font_color": "#1a3f8f", "border": 1, "border_color": "#c9a83a", "locked": False}
_LEFT, _RIGHT = {"align": "left", "indent": 1}, {"align": "right", "indent": 0}
_BESIDES = {"format_columns": True, "format_rows": True, "select_locked_cells": True, "select_unlocked_cells": True}


@dataclass(frozen=True)
class Formula:
    """What a cell computes, and what it comes to as delivered, for readers that do not compute."""

    text: str
    value: Decimal | float | str


Value = Formula | Decimal | float | str | date | None


class Book:
    """A workbook in the client's colours. Text that is put into it never becomes a formula or a link."""

    def __init__(self, report: Report, sheets: Iterable[str]) -> None:
        self.report = report
        self._file = io.BytesIO()
        self.workbook = Workbook(
            self._file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        made = datetime.combine(report.made_on, time())
        self.workbook.set_properties(
            {"title": _printable(report.title), "author": _printable(report.brand.prepared_by), "created": made}
        )
        self.workbook.set_calc_mode("auto")
        self.sheets: dict[str, Worksheet] = {name: self.workbook.add_worksheet(name) for name in sheets}
        self._styles = _styles(report)
        self._formats: dict[tuple[str, ...], Format] = {}

    def close(self) -> bytes:
        """The file."""
        self.workbook.close()
        return self._file.getvalue()

    def style(self, *names: str) -> Format:
        """These styles together; later ones prevail."""
        if names not in self._formats:
            properties: dict[str, Any] = dict(self._styles["plain"])
            for name in names:
                properties |= self._styles[name]
            self._formats[names] = self.workbook.add_format(properties)
        return self._formats[names]

    def put(self, sheet: str, row: int, column: int, value: Value, *styles: str) -> None:
        """Write a cell by the kind of its value; None is an empty one."""
        page, style = self.sheets[sheet], self.style(*styles)
        match value:
            case Formula(text, result):
                shown = _printable(result) if isinstance(result, str) else float(result)
                page.write_formula(row, column, text, style, shown)
            case str():
                page.write_string(row, column, safe_cell(_printable(value)), style)
            case date():
                page.write_datetime(row, column, datetime.combine(value, time()), style)
            case None:
                page.write_blank(row, column, None, style)
            case _:
                page.write_number(row, column, float(value), style)

    def put_row(self, sheet: str, row: int, values: Sequence[Value], styles: Sequence[str], *further: str) -> None:
        """A row from the first column on, each value in its style."""
        for column, (value, style) in enumerate(zip(values, styles, strict=True)):
            self.put(sheet, row, column, value, style, *further)

    def fit_row(self, sheet: str, row: int, texts: Mapping[float, str]) -> None:
        """Make a row as high as its wrapped texts need, each given by the width of its column."""
        lines = max(ceil(len(text) / (width * _LETTERS_PER_WIDTH)) for width, text in texts.items())
        self.sheets[sheet].set_row(row, max(1, lines) * _LINE_HEIGHT + 2)

    def heads(self, sheet: str, row: int, names: Sequence[str], numbers: Container[int] = ()) -> None:
        """The head of a table; that of a column of numbers stands above them."""
        for column, name in enumerate(names):
            self.put(sheet, row, column, name, "head", *(("right",) if column in numbers else ()))
        self.sheets[sheet].set_row(row, 30)

    def define(self, name: str, place: str) -> None:
        self.workbook.define_name(name, f"={place}")

    def page(self, sheet: str, title: str, said: str, widths: Sequence[float], frozen: int) -> None:
        """Title and note of a sheet, its columns, and how it prints: landscape, as wide as a page, heads repeated."""
        page, brand = self.sheets[sheet], self.report.brand
        for column, width in enumerate(widths):
            page.set_column(column, column, width)
        self.put(sheet, 0, 0, title, "title")
        self.put(sheet, 1, 0, said, "note")
        page.set_row(0, 28)
        page.hide_gridlines(2)
        page.freeze_panes(frozen, 0)
        page.repeat_rows(0, frozen - 1)
        page.set_landscape()
        page.set_paper(_PAPER_A4)
        page.fit_to_pages(1, 0)
        page.set_margins(_MARGIN_IN, _MARGIN_IN, _MARGIN_IN, _MARGIN_IN + 0.25)
        page.set_footer(f"&L{_printable(brand.confidentiality).replace('&', '&&')}&C&A&R&P / &N")
        page.set_tab_color(brand.color)
        page.protect("", _BESIDES)

    def logo(self, sheet: str, row: int, column: int) -> None:
        """The client's logo, as high as a line of the head."""
        if not self.report.brand.logo:
            return
        image = Image(io.BytesIO(self.report.brand.logo))
        scale = _LOGO_PX / (image.height * _PIXELS_PER_INCH / image.y_dpi)
        options = {
            "image_data": io.BytesIO(self.report.brand.logo),
            "x_scale": scale,
            "y_scale": scale,
            "description": _printable(f"Logo of {self.report.brand.client}"),
        }
        self.sheets[sheet].insert_image(row, column, "logo", options)


def at(sheet: str, row: int, column: int, last_row: int | None = None, last_column: int | None = None) -> str:
    """The absolute address of a cell, or of the range down to another."""
    first = xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)
    if last_row is None:
        return f"'{sheet}'!{first}"
    end = xl_rowcol_to_cell(last_row, column if last_column is None else last_column, row_abs=True, col_abs=True)
    return f"'{sheet}'!{first}:{end}"


def here(row: int, column: int) -> str:
    """The address of a cell on the same sheet."""
    return str(xl_rowcol_to_cell(row, column))


def quoted(text: str) -> str:
    """Text as a formula has it. For our own words; what users write stands in a cell that a formula points to."""
    escaped = text.replace('"', '""')
    return f'"{escaped}"'


def _printable(text: str) -> str:
    """Without control characters, which no sheet can show."""
    return "".join(c if c.isprintable() else " " for c in text)


def _money_format(currency: str) -> str:
    unit = currencies()[currency]
    symbol = f"{unit.symbol}\N{NO-BREAK SPACE}" if unit.symbol.isalpha() else unit.symbol
    return f'"{symbol}"#,##0' + ("." + "0" * unit.decimals if unit.decimals else "")


def _styles(report: Report) -> Mapping[str, Mapping[str, Any]]:
    brand, money = report.brand, _money_format(report.exchange.currency)
    return {
        "plain": {"font_name": "Arial", "font_size": 10, "font_color": _INK, "valign": "top"},
        "title": {"font_size": 18, "bold": True, "font_color": brand.ink},
        "heading": {**_LEFT, "font_size": 12, "bold": True, "font_color": brand.ink},
        "answer": {**_LEFT, "font_size": 14, "text_wrap": True},
        "note": {"font_color": _GREY},
        "head": {
            "bold": True,
            "bg_color": brand.color,
            "font_color": brand.on_color,
            "text_wrap": True,
            "align": "left",
            "indent": 1,
        },
        "block": {"bold": True, **_LEFT, "bg_color": _PALE, "top": 1, "top_color": "#c5ccd3"},
        "bold": {"bold": True, **_LEFT},
        "text": {**_LEFT},
        "wrap": {**_LEFT, "text_wrap": True},
        "center": {"align": "center"},
        "left": _LEFT,
        "right": {**_RIGHT},
        "money": {"num_format": money, **_RIGHT},
        "rate": {"num_format": '"$"#,##0.00########', **_RIGHT},
        "dollars": {"num_format": '"$"#,##0.00', **_RIGHT},
        "number": {"num_format": "[>=1000]#,##0;#,##0.00", **_RIGHT},
        "whole": {"num_format": "#,##0", **_RIGHT},
        "exact": {"num_format": "0.########", **_RIGHT},
        "percent": {"num_format": "0.0%", **_RIGHT},
        "times": {"num_format": '"×"0.00', **_RIGHT},
        "date": {"num_format": "yyyy-mm-dd", **_LEFT},
        "claim": {"italic": True, "font_color": _GREY},
        "input": _INPUT,
    }
