"""A report as plain data: a CSV table of every line, and JSON of all that any form of it shows.

Amounts are exact: JSON writes every decimal and every fraction as text, so that reading them changes no digit.
"""

import csv
import io
import json
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, TypeAlias

from estimator.decision import Line, Option
from estimator.report.cells import safe_cell
from estimator.report.content import Report
from estimator.report.summary import findings
from estimator.report.words import item_words, status_words
from estimator.workload import Profile, Workload
from pricing.facts import Fact, Source

Cell: TypeAlias = str | int | Decimal | date
Cells: TypeAlias = dict[str, Cell]

FORMAT: Final = "breakeven-report"
VERSION: Final = 1


_COLUMNS = (
    *("client", "title", "prices_of", "price_list_checked_on", "price_list_state"),
    *("rank", "model", "provider", "seller", "name", "kind", "detail", "option_status"),
    *("month_low_usd", "month_usd", "month_high_usd"),
    *("currency", "currency_per_usd", "month_low", "month", "month_high"),
    *("item", "item_name", "applies_to", "quantity", "unit", "rate_usd", "per", "line_usd", "line", "line_status"),
    *("checked_on", "source", "source_number", "source_title", "source_publisher", "source_locator", "source_read_on"),
    "no_price_because",
)


def table(report: Report) -> bytes:
    """One row a line of each option, cheapest option first, then one for each model without a price; CSV in UTF-8.

    Amounts ending in `_usd` are dollars a month; those without are in `currency`. Text is safe in a spreadsheet.
    """
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, _COLUMNS, restval="")
    writer.writeheader()
    about = _about(report)
    for rank, option in enumerate(report.options, 1):
        for line in option.lines:
            writer.writerow(_written(about | _of_option(report, rank, option) | _of_line(report, line)))
    for no in report.comparison.unpriced:
        told = {"model": no.model, "provider": no.provider, "name": no.name, "no_price_because": no.reason}
        writer.writerow(_written(about | told))
    return out.getvalue().encode("utf-8-sig")  # With its mark, or Excel takes it for another encoding.


def _about(report: Report) -> Cells:
    return {
        "client": report.brand.client,
        "title": report.title,
        "prices_of": report.comparison.scenario.at.isoformat(),
        "price_list_checked_on": report.state.on,
        "price_list_state": report.state.digest,
        "currency": report.exchange.currency,
        "currency_per_usd": report.exchange.per_usd,
    }


def _of_option(report: Report, rank: int, option: Option) -> Cells:
    seller = report.catalog.providers.get(option.provider)
    return {
        "rank": rank,
        "model": option.model,
        "provider": option.provider,
        "seller": seller.name if seller else "",
        "name": option.name,
        "kind": option.kind,
        "detail": option.detail,
        "option_status": status_words(option.status),
        "month_low_usd": option.low_usd,
        "month_usd": option.usd,
        "month_high_usd": option.high_usd,
        "month_low": report.amount(option.low_usd),
        "month": report.amount(option.usd),
        "month_high": report.amount(option.high_usd),
    }


def _of_line(report: Report, line: Line) -> Cells:
    source = report.catalog.sources[line.source]
    return {
        "item": line.name,
        "item_name": item_words(line.name, report.catalog.items),
        "applies_to": line.applies,
        "quantity": line.quantity,
        "unit": line.unit,
        "rate_usd": line.rate_usd,
        "per": line.per,
        "line_usd": line.usd,
        "line": report.amount(line.usd),
        "line_status": status_words(line.status),
        "checked_on": line.checked_on,
        "source": line.source,
        "source_number": report.number(line.source),
        "source_title": source.title,
        "source_publisher": source.publisher,
        "source_locator": source.locator,
        "source_read_on": source.accessed_on,
    }


def _written(cells: Cells) -> dict[str, str]:
    return {name: _cell(value) for name, value in cells.items()}


def _cell(value: Cell) -> str:
    if isinstance(value, str):
        return safe_cell(value)
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def document(report: Report) -> bytes:
    """All of the report as one JSON object in UTF-8; `sources` are numbered from 1 on, and named by id elsewhere.

    Its keys: format, version, title, brand (without the logo), prices_of, state, exchange, work, scenario, findings,
    best (the place of the best buy among the options, or null), options, unpriced, hosting (own GPUs, or null),
    spending (twelve months, or null), effects (what moves the cost), assumptions, sources.
    """
    found: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "title": report.title,
        "brand": {f.name: getattr(report.brand, f.name) for f in fields(report.brand) if f.name != "logo"},
        "prices_of": report.comparison.scenario.at,
        "state": report.state,
        "exchange": report.exchange,
        "work": _work(report.comparison.workload),
        "scenario": report.comparison.scenario,
        "findings": findings(report),
        "best": report.options.index(report.best) if report.best else None,
        "options": report.options,
        "unpriced": report.comparison.unpriced,
        "hosting": _hosting(report),
        "spending": report.spending,
        "effects": report.effects,
        "assumptions": report.assumptions,
        "sources": [_source(report, source) for source in report.sources],
    }
    return json.dumps(_plain(found), indent=1, ensure_ascii=False).encode()


def _work(work: Workload) -> dict[str, Any]:
    """The work without its hours: what it is, how often, and its tokens in a light, a typical and a heavy month."""
    return {
        "name": work.name,
        "unit": work.unit,
        "units_per_month": work.units_per_month,
        "requests_per_month": work.requests_per_month,
        "tokenizer": work.tokenizer,
        "repeated_share": work.repeated_share,
        "requests_on_record": work.typical.requests,
        "tokens": {level: _tokens(getattr(work, level)) for level in ("low", "typical", "high")},
    }


def _tokens(profile: Profile) -> dict[str, int]:
    return {name: n for name, n in profile.usage.items() if n}


def _hosting(report: Report) -> dict[str, Any] | None:
    """The plan itself is in the lines and the assumptions of its option."""
    found = report.hosting
    if found is None:
        return None
    return {f.name: getattr(found, f.name) for f in fields(found) if f.name != "plan"}


def _source(report: Report, source: Source) -> dict[str, Any]:
    return {"number": report.number(source.id), **source.model_dump(mode="json")}


def _plain(value: Any) -> Any:
    """As JSON has it, no digit lost."""
    if isinstance(value, Decimal | Fraction):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Fact):
        return value.model_dump(mode="json")
    return {key: _plain(each) for key, each in value.items()} if isinstance(value, dict) else value
