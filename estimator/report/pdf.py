"""A comparison as a PDF: every figure with its source, its date and its range."""

import json
import math
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from estimator.decision import Comparison, Line, Option
from estimator.report.words import (
    cash,
    count,
    is_sure,
    item_words,
    money,
    money_range,
    rate,
    status_words,
)
from estimator.workload import Workload
from pricing import Catalog
from pricing.currency import Rate, convert, rate_words
from pricing.currency import rate as published_rate
from pricing.facts import Source, sources

_TEMPLATE = Path(__file__).with_name("report.typ")
_KINDS = {"api": "by the token", "selfhost": "on your own GPUs"}
_MOST_STEPS = 5
_SCALE_LETTERS = 40  # As many as stand side by side above the scale.


def pdf(
    comparison: Comparison, catalog: Catalog, *, title: str = "", author: str = "Breakeven", currency: str = "USD"
) -> bytes:
    """The report as a tagged PDF, amounts at the rate of the day of its prices. It says nothing beyond the comparison.

    It is PDF/UA-1, unless a name is in a script that no font on this machine has: its letters are then boxes to the
    eye, though still text to a reader, and the standard does not allow that. Raises InputError where there is no rate.
    """
    exchange = published_rate(currency, comparison.scenario.at.date())
    named = {"title": title or f"What {comparison.workload.name} would cost", "author": author}
    content = json.dumps(_printable(named | _content(comparison, catalog, author, exchange)))
    import typst  # noqa: PLC0415 - loaded when first asked for

    try:
        return _compiled(content, "ua-1")
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        return _compiled(content, "1.7")


def _compiled(content: str, standard: Literal["ua-1", "1.7"]) -> bytes:
    import typst  # noqa: PLC0415 - as above

    return typst.compile(str(_TEMPLATE), sys_inputs={"report": content}, format="pdf", pdf_standards=standard)


def _printable(value: Any) -> Any:
    """The content without control characters, which no font can show."""
    match value:
        case str():
            return "".join(c if c.isprintable() else " " for c in value)
        case list():
            return [_printable(each) for each in value]
        case dict():
            return {key: _printable(each) for key, each in value.items()}
    return value


def _content(comparison: Comparison, catalog: Catalog, author: str, exchange: Rate) -> dict[str, Any]:
    work, scenario, options = comparison.workload, comparison.scenario, comparison.options
    assumptions = dict.fromkeys(a for option in options for a in option.assumptions)
    ids = dict.fromkeys(id for option in options for id in option.sources)
    cited = [catalog.sources[id] for id in ids] + ([sources()[exchange.source]] if exchange.source else [])
    first, last = _decades([convert(a, exchange) for option in options for a in (option.low_usd, option.high_usd)])
    return {
        "kicker": f"{_volume(work)}. Prices of {_day(scenario.at)}, {scenario.mode} service, "
        f"repeated input {'cached' if scenario.caching else 'not cached'}.",
        "footer": f"{author} · {work.name} · {_day(scenario.at)}",
        "answer": _answer(options, catalog, exchange),
        "currency": exchange.currency,
        "exchange": rate_words(exchange),
        "legend": "Dots: a typical month. Lines: from low to high. Equal steps of the scale multiply the cost. "
        "Hollow dots: prices that no seller lists.",
        "ticks": _ticks(first, last, exchange.currency),
        "options": [_option(option, catalog, exchange) | _drawn(option, exchange, first, last) for option in options],
        "unpriced": [{"name": no.name, "reason": no.reason} for no in comparison.unpriced],
        "assumptions": [
            {"text": a.text, "remark": f"({status_words(a.status)})" + (f" [{a.source}]" if a.source else "")}
            for a in assumptions
        ],
        "sources": [_source(source) for source in cited],
    }


def _volume(work: Workload) -> str:
    requests = f"{count(work.requests_per_month)} requests"
    if work.requests_per_unit == 1:
        return f"{count(work.units_per_month)} {work.units} a month"
    return f"{count(work.units_per_month)} {work.units} a month, which take {requests}"


def _day(day: date) -> str:
    return f"{day:%-d %B %Y}"


def _answer(options: Sequence[Option], catalog: Catalog, exchange: Rate) -> str:
    sure = [option for option in options if is_sure(option.status)]
    if not sure:
        return "No model in this comparison has a listed price for this work."
    least, most = sure[0], sure[-1]
    span = money_range(least.low_usd, least.high_usd, exchange)
    costs = f"costs {money(least.usd, exchange)} in a typical month ({span})"
    if len(sure) == 1:
        return f"{_named(least, catalog)} {costs}."
    return (
        f"The cheapest of {len(sure)} ways, {_named(least, catalog)}, {costs}. "
        f"The dearest, {_named(most, catalog)}, costs {money(most.usd, exchange)}."
    )


def _named(option: Option, catalog: Catalog) -> str:
    seller = catalog.providers.get(option.provider)
    return f"{option.name} from {seller.name}" if seller else option.name


def _decades(amounts: Sequence[Decimal]) -> tuple[int, int]:
    """The powers of ten between which all amounts above nothing lie."""
    some = [amount for amount in amounts if amount > 0] or [Decimal(1)]
    first, last = math.floor(min(some).log10()), math.ceil(max(some).log10())
    return first, max(first + 1, last)


def _ticks(first: int, last: int, currency: str) -> list[dict[str, Any]]:
    """Powers of ten along the scale, the fewer the longer their names are."""
    steps = min(_MOST_STEPS, _SCALE_LETTERS // len(cash(Decimal(10) ** last, currency))) or 1
    powers = range(first, last + 1, math.ceil((last - first) / steps))
    return [{"at": _place(ten, first, last), "text": cash(ten, currency)} for ten in (Decimal(10) ** n for n in powers)]


def _place(amount: Decimal, first: int, last: int) -> float:
    """Where an amount stands on the scale, from 0 to 1."""
    return (float(amount.log10()) - first) / (last - first) if amount > 0 else 0.0


def _drawn(option: Option, exchange: Rate, first: int, last: int) -> dict[str, float]:
    """Where an option stands on the scale."""
    amounts = {"low": option.low_usd, "typical": option.usd, "high": option.high_usd}
    return {name: _place(convert(amount, exchange), first, last) for name, amount in amounts.items()}


def _option(option: Option, catalog: Catalog, exchange: Rate) -> dict[str, Any]:
    seller = catalog.providers[option.provider].name if option.provider in catalog.providers else ""
    status = status_words(option.status) if option.kind == "api" else ""
    how = ", ".join(filter(None, (seller, _KINDS[option.kind], option.detail, status)))
    return {
        "name": option.name,
        "how": how,
        "sure": is_sure(option.status),
        "amount": money(option.usd, exchange),
        "range": money_range(option.low_usd, option.high_usd, exchange),
        "lines": [_line(line, catalog, exchange) for line in option.lines],
    }


def _line(line: Line, catalog: Catalog, exchange: Rate) -> dict[str, str]:
    checked = f", {_day(datetime.fromisoformat(line.checked_on))}" if line.checked_on else ""
    return {
        "name": item_words(line.name, catalog.items),
        "applies": line.applies,
        "quantity": f"{count(line.quantity)} {line.unit}",
        "rate": rate(line.rate_usd, line.per),
        "amount": money(line.usd, exchange),
        "source": _titled(catalog.sources[line.source]),
        "remark": f"{status_words(line.status)}{checked}",
    }


def _titled(source: Source) -> str:
    """A source by its title, with the id by which the list of sources has it."""
    return source.title if source.title == source.id else f"{source.title} [{source.id}]"


def _source(source: Source) -> dict[str, str]:
    published = f"Published {_day(source.published_on)}. " if source.published_on else ""
    return {
        "title": f"{_titled(source)}. {source.publisher}.",
        "url": source.locator if source.locator.startswith(("http://", "https://")) else "",
        "locator": " ".join(filter(None, (source.locator, source.version))),
        "remark": f"{published}Read {_day(source.accessed_on)}. Licence: {source.licence}.",
    }
