"""A comparison as a PDF: every figure with its source, its date and its range."""

import json
import math
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import typst

from estimator.decision import Comparison, Line, Option
from estimator.report.words import count, is_sure, item_words, rate, status_words, usd, usd_range
from estimator.workload import Workload
from pricing import Catalog
from pricing.facts import Source

_TEMPLATE = Path(__file__).with_name("report.typ")
_KINDS = {"api": "by the token", "selfhost": "on your own GPUs"}
_MOST_TICKS = 5


def pdf(comparison: Comparison, catalog: Catalog, *, title: str = "", author: str = "Breakeven") -> bytes:
    """The report as a tagged PDF. It says nothing that is not in the comparison.

    It is PDF/UA-1, unless a name is in a script that no font on this machine has: its letters are then boxes to the
    eye, though still text to a reader, and the standard does not allow that.
    """
    content = json.dumps(_printable(_content(comparison, catalog, title, author)))
    try:
        return _compiled(content, "ua-1")
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        return _compiled(content, "1.7")


def _compiled(content: str, standard: Literal["ua-1", "1.7"]) -> bytes:
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


def _content(comparison: Comparison, catalog: Catalog, title: str, author: str) -> dict[str, Any]:
    work, scenario, options = comparison.workload, comparison.scenario, comparison.options
    assumptions = dict.fromkeys(a for option in options for a in option.assumptions)
    ids = dict.fromkeys(id for option in options for id in option.sources)
    first, last = _decades(options)
    return {
        "title": title or f"What {work.name} would cost",
        "author": author,
        "kicker": f"{_volume(work)}. Prices of {_day(scenario.at)}, {scenario.mode} service, "
        f"repeated input {'cached' if scenario.caching else 'not cached'}.",
        "footer": f"{author} · {work.name} · {_day(scenario.at)}",
        "answer": _answer(options, catalog),
        "legend": "Dots: a typical month. Lines: from low to high. Equal steps of the scale multiply the cost. "
        "Hollow dots: prices that no seller lists.",
        "ticks": [
            {"at": _place(Decimal(10) ** power, first, last), "text": usd(Decimal(10) ** power)}
            for power in range(first, last + 1, math.ceil((last - first) / _MOST_TICKS))
        ],
        "options": [_option(option, catalog, first, last) for option in options],
        "unpriced": [{"name": no.name, "reason": no.reason} for no in comparison.unpriced],
        "assumptions": [
            {"text": a.text, "remark": f"({status_words(a.status)})" + (f" [{a.source}]" if a.source else "")}
            for a in assumptions
        ],
        "sources": [_source(catalog.sources[id]) for id in ids],
    }


def _volume(work: Workload) -> str:
    requests = f"{count(work.requests_per_month)} requests"
    if work.requests_per_unit == 1:
        return f"{count(work.units_per_month)} {work.units} a month"
    return f"{count(work.units_per_month)} {work.units} a month, which take {requests}"


def _day(day: date) -> str:
    return f"{day:%-d %B %Y}"


def _answer(options: Sequence[Option], catalog: Catalog) -> str:
    sure = [option for option in options if is_sure(option.status)]
    if not sure:
        return "No model in this comparison has a listed price for this work."
    least, most = sure[0], sure[-1]
    costs = f"costs {usd(least.usd)} in a typical month ({usd_range(least.low_usd, least.high_usd)})"
    if len(sure) == 1:
        return f"{_named(least, catalog)} {costs}."
    return (
        f"The cheapest of {len(sure)} ways, {_named(least, catalog)}, {costs}. "
        f"The dearest, {_named(most, catalog)}, costs {usd(most.usd)}."
    )


def _named(option: Option, catalog: Catalog) -> str:
    seller = catalog.providers.get(option.provider)
    return f"{option.name} from {seller.name}" if seller else option.name


def _decades(options: Sequence[Option]) -> tuple[int, int]:
    """The powers of ten, in USD, between which all amounts above nothing lie."""
    amounts = [a for o in options for a in (o.low_usd, o.high_usd) if a > 0] or [Decimal(1)]
    first, last = math.floor(min(amounts).log10()), math.ceil(max(amounts).log10())
    return first, max(first + 1, last)


def _place(amount: Decimal, first: int, last: int) -> float:
    """Where an amount stands on the scale, from 0 to 1."""
    return (float(amount.log10()) - first) / (last - first) if amount > 0 else 0.0


def _option(option: Option, catalog: Catalog, first: int, last: int) -> dict[str, Any]:
    seller = catalog.providers[option.provider].name if option.provider in catalog.providers else ""
    status = status_words(option.status) if option.kind == "api" else ""
    how = ", ".join(filter(None, (seller, _KINDS[option.kind], option.detail, status)))
    return {
        "name": option.name,
        "how": how,
        "low": _place(option.low_usd, first, last),
        "typical": _place(option.usd, first, last),
        "high": _place(option.high_usd, first, last),
        "sure": is_sure(option.status),
        "usd": usd(option.usd),
        "range": usd_range(option.low_usd, option.high_usd),
        "lines": [_line(line, catalog) for line in option.lines],
    }


def _line(line: Line, catalog: Catalog) -> dict[str, str]:
    checked = f", {_day(datetime.fromisoformat(line.checked_on))}" if line.checked_on else ""
    return {
        "name": item_words(line.name, catalog.items),
        "applies": line.applies,
        "quantity": f"{count(line.quantity)} {line.unit}",
        "rate": rate(line.rate_usd, line.per),
        "usd": usd(line.usd),
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
