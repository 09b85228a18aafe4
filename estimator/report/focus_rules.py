"""The rules of FOCUS 1.2 that a row of ours could break: columns, types, formats, empty cells, and sums in a row."""

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Literal

from pricing import InputError
from pricing.facts import DATA, Fact, read_table
from pricing.values import EXACT

Row = Mapping[str, str]
Format = Literal["", "number", "time", "currency", "unit", "pairs"]


class Column(Fact):
    """A row of data/focus/columns.csv, which data/README.md explains."""

    column: str
    kind: Literal["dimension", "metric"]
    level: Literal["mandatory", "conditional", "recommended"]
    nulls: bool
    data_type: str
    format: Format = ""
    allowed: str = ""
    needed_for: str = ""
    never_for: str = ""
    source: str


@cache
def columns() -> Mapping[str, Column]:
    """The columns of the specification by name."""
    return {each.column: each for each in read_table(DATA / "focus/columns.csv", Column)}


def check_row(row: Row, number: int) -> None:
    """Raise InputError for the first rule that row `number` of a file breaks. An empty cell is a null."""
    fault = _cells_fault(row) or _costs_fault(row) or _periods_fault(row)
    if fault:
        raise InputError(f"row {number} of the FOCUS file is not as FOCUS wants it: {fault}.")


def _cells_fault(row: Row) -> str:
    category = row.get("ChargeCategory", "")
    for name in (*columns(), *row):
        column = columns().get(name)
        if column is None and not name.startswith("x_"):
            return f"{name} is no column of FOCUS"
        if column and name not in row and column.level == "mandatory":
            return f"the column {name} is missing"
        if column and name in row and (fault := _cell_fault(column, row[name], category)):
            return f"{name} {fault}"
    return ""


def _cell_fault(column: Column, cell: str, category: str) -> str:
    if not cell:
        is_needed = not column.nulls or category in _words(column.needed_for)
        return f"is empty in a charge of the category {category}" if is_needed else ""
    if category in _words(column.never_for):
        return f"is not empty in a charge of the category {category}"
    if column.allowed and cell not in _words(column.allowed):
        return f"is {cell!r}, which is not one of {column.allowed}"
    return "" if _FORMATS[column.format](cell) else f"is {cell!r}, which is no {column.format}"


def _words(cell: str) -> list[str]:
    return cell.split(";") if cell else []


def _is_pairs(cell: str) -> bool:
    try:
        found = json.loads(cell)
    except ValueError:
        return False
    return isinstance(found, dict) and not any(isinstance(value, dict | list) for value in found.values())


def _pattern(text: str) -> Callable[[str], bool]:
    return lambda cell: re.fullmatch(text, cell, re.ASCII) is not None


_FORMATS: Mapping[Format, Callable[[str], bool]] = {
    "": str.isprintable,
    "number": _pattern(r"-?\d+\.\d+"),
    "time": _pattern(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
    "currency": _pattern(r"[A-Z]{3}"),
    "unit": _pattern(r"(\d+ )?[A-Z][A-Za-z]*([-/][A-Z][A-Za-z]*)*"),
    "pairs": _is_pairs,
}


def _costs_fault(row: Row) -> str:
    for price, cost in (("ListUnitPrice", "ListCost"), ("ContractedUnitPrice", "ContractedCost")):
        unit = row.get(price, "")
        if not unit and row[cost] != row["BilledCost"]:
            return f"{cost} is not BilledCost, though {price} is empty"
        if unit and Decimal(unit) < 0:
            return f"{price} is below 0"
        if unit and EXACT.multiply(Decimal(unit), Decimal(row["PricingQuantity"])) != Decimal(row[cost]):
            return f"{cost} is not {price} × PricingQuantity"
    return ""


def _periods_fault(row: Row) -> str:
    if row["BillingPeriodStart"] <= row["ChargePeriodStart"] < row["ChargePeriodEnd"] <= row["BillingPeriodEnd"]:
        return ""
    return "its charge period is empty, or lies outside its billing period"
