"""A report as one HTML file: it asks nobody for anything, reads without scripts, and prints."""

import base64
import hashlib
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from estimator.decision import Assumption, Line, Option, by_gpus, hosted_option
from estimator.decision.breakeven import Cost
from estimator.report import headlines
from estimator.report.axis import Axis
from estimator.report.citing import day_words
from estimator.report.content import Report
from estimator.report.letters import printable
from estimator.report.own_gpus import volume_words
from estimator.report.page import svg
from estimator.report.palette import color_of
from estimator.report.summary import budget, findings, how, named, own_gpus, state_words, volume
from estimator.report.words import cash, count, is_sure, item_words, rate, status_words
from estimator.workload import Workload
from pricing.currency import currencies, rate_words
from pricing.facts import Source

_HERE = Path(__file__).parent
_WIDTHS = (720, 340)  # Of a chart on a desk, and on a phone.
_STOPS = tuple(Fraction(n, 100) for n in (10, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 2000, 5000, 10000))
_PNG = b"\x89PNG"


def html(report: Report) -> bytes:
    """The whole report as a page in UTF-8."""
    style, script, scale = _style(report), _read("page.js"), _scale(report)
    page = _template().render(
        report=report,
        style=Markup(style),  # noqa: S704 - our own files, and colours that Brand has checked
        script=Markup(script),  # noqa: S704 - our own file
        policy=_policy(style, script),
        logo=_logo(report.brand.logo),
        heads=headlines,
        findings=findings(report),
        options=[_option(report, option, scale) for option in report.options],
        stops=json.dumps([[float(stop), volume(_busier(report, stop))] for stop in _STOPS]),
        today=_STOPS.index(Fraction(1)),
        last=len(_STOPS) - 1,
        symbol=cash(Decimal(0), report.exchange.currency).removesuffix("0"),
        decimals=currencies()[report.exchange.currency].decimals,
        own_gpus=own_gpus(report),
        budget=budget(report),
        charts=_charts(report),
        break_evens=_break_evens(report),
        months=_months(report),
        effects=[
            (e.name, e.at_low, report.money(e.low_usd), e.at_high, report.money(e.high_usd)) for e in report.effects
        ],
        assumptions=[_assumption(report, each) for each in report.assumptions],
        sources=[_source(each) for each in report.sources],
        work=volume(report.comparison.workload),
        state=state_words(report),
        exchange=rate_words(report.exchange),
        made_on=day_words(report.made_on),
    )
    return page.encode()


@cache
def _template() -> Template:
    looked_for = FileSystemLoader(_HERE)
    environment = Environment(loader=looked_for, autoescape=True, undefined=StrictUndefined, finalize=_shown)
    environment.trim_blocks = environment.lstrip_blocks = True
    return environment.get_template("page.html")


def _shown(value: object) -> object:
    """Text without what no page can hold; markup of our own as it is. What it gives is escaped."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _style(report: Report) -> str:
    brand = report.brand
    colors = f":root{{--brand:{brand.color};--ink-brand:{brand.ink}}}"
    return colors + _read("page.css")


def _policy(style: str, script: str) -> str:
    """Nothing may be loaded or run but what this file brings."""
    return (
        f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _logo(logo: bytes) -> str:
    """As the address of an image that travels within the page."""
    kind = "png" if logo.startswith(_PNG) else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(logo).decode()}" if logo else ""


def _busier(report: Report, times: Fraction) -> Workload:
    work = report.comparison.workload
    return replace(work, requests_per_month=work.requests_per_month * times)


def _scale(report: Report) -> Axis:
    """Of the bars of all options: equal steps multiply the cost."""
    some = [float(report.amount(usd)) for o in report.options for usd in (o.low_usd, o.high_usd) if usd > 0] or [1.0]
    return Axis(min(some), max(some), multiplies=True) if max(some) > min(some) else Axis(0.0, max(some), False)


def _option(report: Report, option: Option, axis: Axis) -> dict[str, Any]:
    cost = [report.amount(usd) for usd in (option.low_usd, option.usd, option.high_usd)]
    low, usd, high = (100 * axis.place(float(amount)) for amount in cost)
    return {
        "name": option.name,
        "how": how(option, report),
        "kind": option.kind,
        "sure": is_sure(option.status),
        "color": color_of(option),
        "amount": report.money(option.usd),
        "range": report.money_range(option.low_usd, option.high_usd),
        "place": {"low": f"{low:.2f}", "usd": f"{usd:.2f}", "width": f"{max(high - low, 0.5):.2f}"},
        "costs": json.dumps(_costs(report, option)),
        "lines": [_line(report, line) for line in option.lines],
        "sources": sorted({report.number(line.source) for line in option.lines}),
    }


def _costs(report: Report, option: Option) -> list[list[float]]:
    """Low, typical and high a month in the report's currency: once where a bill follows the volume, for each of the
    stops where GPUs are added in whole replicas, and not at all where that cannot be computed.
    """
    if option.kind == "api":
        return [_amounts(report, (option.low_usd, option.usd, option.high_usd))]
    plan = next((plan for plan in report.plans if hosted_option(plan) == option), None)
    if plan is None:
        return []
    cost = by_gpus(plan)
    return [_amounts(report, cost(stop)) for stop in _STOPS]


def _amounts(report: Report, cost: Cost) -> list[float]:
    return [round(float(report.amount(usd)), 6) for usd in cost]


def _line(report: Report, line: Line) -> dict[str, Any]:
    return {
        "name": item_words(line.name, report.catalog.items),
        "applies": line.applies,
        "quantity": f"{count(line.quantity)} {line.unit}",
        "rate": rate(line.rate_usd, line.per),
        "amount": report.money(line.usd),
        "number": report.number(line.source),
        "status": status_words(line.status),
        "checked": day_words(date.fromisoformat(line.checked_on)) if line.checked_on else "",
    }


def _charts(report: Report) -> dict[str, list[Markup]]:
    """Each chart at both widths; the page shows the one that fits."""
    drawn: dict[str, list[str]] = {}
    if report.hosting:
        drawn["curves"] = [svg.curves(report, report.hosting, width) for width in _WIDTHS]
    if report.spending:
        drawn["months"] = [svg.months(report, report.spending, width) for width in _WIDTHS]
    if report.best and report.effects:
        drawn["effects"] = [svg.effects(report, report.effects, report.best.usd, width) for width in _WIDTHS]
    return {name: [Markup(each) for each in both] for name, both in drawn.items()}  # noqa: S704 - escaped by ElementTree


def _break_evens(report: Report) -> list[tuple[str, ...]]:
    found = report.hosting.break_evens if report.hosting else ()
    return [(named(b.against, report), *map(volume_words, (b.earliest, b.typical, b.latest))) for b in found]


def _months(report: Report) -> list[tuple[str, ...]]:
    ahead = report.spending.months if report.spending else ()
    return [
        (f"{m.month:%B %Y}", count(m.requests), report.money(m.usd), report.money_range(m.low_usd, m.high_usd))
        for m in ahead
    ]


def _assumption(report: Report, assumed: Assumption) -> dict[str, Any]:
    number = report.number(assumed.source) if assumed.source else 0
    return {"text": assumed.text, "status": status_words(assumed.status), "number": number}


def _source(source: Source) -> dict[str, str]:
    published = f"Published {day_words(source.published_on)}. " if source.published_on else ""
    return {
        "title": f"{source.title}. {source.publisher}.",
        "url": source.locator if source.locator.startswith(("http://", "https://")) else "",
        "locator": " ".join(filter(None, (source.locator, source.version))),
        "remark": f"{published}Read {day_words(source.accessed_on)}. Licence: {source.licence}.",
    }
