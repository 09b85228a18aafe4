"""A comparison as a PDF: every figure with its source, its date and its range."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typst

from estimator.decision import Assumption, Comparison, Line, Option
from estimator.report.words import count, is_sure, rate, status_words, usd, usd_range
from pricing import Catalog

_TEMPLATE = Path(__file__).with_name("report.typ")
_KINDS = {"api": "by the token", "selfhost": "on your own GPUs"}


def pdf(comparison: Comparison, catalog: Catalog, *, title: str = "", author: str = "Breakeven") -> bytes:
    """The report in PDF/UA-1. It says nothing that is not in the comparison."""
    content = json.dumps(_content(comparison, catalog, title, author))
    return typst.compile(str(_TEMPLATE), sys_inputs={"report": content}, format="pdf", pdf_standards=["ua-1"])


def _content(comparison: Comparison, catalog: Catalog, title: str, author: str) -> dict[str, Any]:
    work, scenario, options = comparison.workload, comparison.scenario, comparison.options
    assumptions = _distinct(a for option in options for a in option.assumptions)
    ids = dict.fromkeys(id for option in options for id in option.sources)
    day = scenario.at.strftime("%-d %B %Y")
    choices = f"prices of {day}, {scenario.mode}, repeated input {'cached' if scenario.caching else 'not cached'}"
    return {
        "title": title or f"What {work.name} would cost",
        "author": author,
        "kicker": f"{count(work.requests_per_month)} requests a month; {choices}.",
        "footer": f"{author} · {work.name} · {day}",
        "answer": _answer(options),
        "legend": "Bars: a typical month. Thin lines: from low to high. Dashed bars: prices that no seller lists.",
        "options": [_option(option, catalog) for option in options],
        "unpriced": [{"name": no.name, "reason": no.reason} for no in comparison.unpriced],
        "assumptions": [{"text": a.text, "status": status_words(a.status)} for a in assumptions],
        "sources": [catalog.sources[id].model_dump(mode="json") for id in ids],
    }


def _answer(options: Sequence[Option]) -> str:
    sure = [option for option in options if is_sure(option.status)]
    if not sure:
        return "No model in this comparison has a listed price for this work."
    least, most = sure[0], sure[-1]
    span = f"The cheapest of {len(sure)} ways, {least.name}, costs {usd(least.usd)} in a typical month"
    return f"{span} ({usd_range(least.low_usd, least.high_usd)}); the dearest, {most.name}, {usd(most.usd)}."


def _distinct(assumptions: Any) -> list[Assumption]:
    return list(dict.fromkeys(assumptions))


def _option(option: Option, catalog: Catalog) -> dict[str, Any]:
    where = catalog.providers[option.provider].name if option.provider in catalog.providers else option.provider
    how = ", ".join(filter(None, (where, _KINDS[option.kind], option.detail, status_words(option.status))))
    return {
        "name": option.name,
        "how": how,
        "usd": float(option.usd),
        "low": float(option.low_usd),
        "high": float(option.high_usd),
        "sure": is_sure(option.status),
        "usd_text": usd(option.usd),
        "range_text": usd_range(option.low_usd, option.high_usd),
        "lines": [_line(line, catalog) for line in option.lines],
    }


def _line(line: Line, catalog: Catalog) -> list[str]:
    name = catalog.items[line.name].name if line.name in catalog.items else line.name
    source = f"{line.source}, {line.checked_on} ({status_words(line.status)})"
    return [name, f"{count(line.quantity)} {line.unit}", rate(line.rate_usd, line.per), usd(line.usd), source]
