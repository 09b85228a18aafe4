"""A report as data for its printed pages: every word and figure, and which source stands behind each."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from estimator.decision import Assumption, BreakEven, Line, Month, Option, Saving
from estimator.report.citing import day_words
from estimator.report.content import Report, Spending
from estimator.report.own_gpus import volume_words
from estimator.report.palette import LIMIT
from estimator.report.pdf import drawn
from estimator.report.summary import answer, budget, findings, how, named, own_gpus, state_words, volume
from estimator.report.words import count, is_sure, item_words, rate, status_words
from pricing.currency import rate_words
from pricing.facts import Source

Printed = dict[str, Any]

_IN_SUMMARY = 18  # Bars that stand on the first page beside the answer.
_IN_FULL = 60  # Options whose lines are printed; more would be pages that nobody turns.
_SUMMARY_TICKS, _TABLE_TICKS = 6, 3


def printed(report: Report) -> Printed:
    """All that the template sets, as JSON can hold it; text is plain text."""
    brand = report.brand
    return {
        "title": report.title,
        "client": brand.client,
        "prepared_by": brand.prepared_by,
        "confidentiality": brand.confidentiality,
        "has_logo": bool(brand.logo),
        "colors": {"brand": brand.color, "ink": brand.ink, "second": brand.second_color, "limit": LIMIT},
        "day": day_words(report.made_on),
        "currency": report.exchange.currency,
        "summary": _summary(report),
        "comparison": _comparison(report),
        "options": [_behind(option, report) for option in _told_in_full(report)],
        "in_full": _in_full_words(len(report.options)),
        "hosting": _hosting(report),
        "budget": _budget(report),
        "effects": _effects(report),
        "assumptions": [_assumption(a, report) for a in report.assumptions],
        "claims": [_row(o, report) for o in report.options if not is_sure(o.status)],
        "unpriced": [{"name": no.name, "reason": no.reason} for no in report.comparison.unpriced],
        "sources": [_source(source) for source in report.sources],
        "state": state_words(report),
        "exchange": rate_words(report.exchange),
        "exchange_sources": _numbers([report.exchange.source], report),
    }


def _summary(report: Report) -> Printed:
    shown = report.sure[:_IN_SUMMARY]
    more = len(report.sure) - len(shown)
    told = [{"title": f.title, "text": f.text} for f in findings(report)[1:]]
    return {
        "answer": answer(report),
        "sources": _behind_amount(report.best, report) if report.best else [],
        "tiles": _tiles(report),
        "costs": drawn.costs(report, shown, _SUMMARY_TICKS) if shown else None,
        "more": f"The {len(shown)} cheapest of {len(report.sure)}; all of them stand in the comparison."
        if more
        else "",
        "findings": told[:-1],
        "next": told[-1] if told else None,
    }


def _tiles(report: Report) -> list[Printed]:
    """The figures to remember, each with what it is."""
    best, spending, hosting = report.best, report.spending, report.hosting
    if best is None:
        return []
    tiles = [
        {"figure": report.money(best.usd), "text": "a typical month"},
        {"figure": report.money_range(best.low_usd, best.high_usd), "text": "from a light to a heavy month"},
    ]
    if spending:
        last = spending.months[-1]
        tiles.append({"figure": report.money(last.usd), "text": f"a month by {last.month:%B %Y}, as the work grows"})
    if hosting and hosting.watched:
        at = hosting.watched.typical
        figure = "Never" if at is None else count(at)
        tiles.append(
            {
                "figure": figure,
                "text": "in view do own GPUs pay" if at is None else "requests a month, and own GPUs pay",
            }
        )
    return tiles


def _comparison(report: Report) -> Printed:
    scenario = report.comparison.scenario
    return {
        "terms": f"{volume(report.comparison.workload)}, {scenario.mode} service, repeated input "
        f"{'cached' if scenario.caching else 'not cached'}.",
        "costs": drawn.costs(report, report.options, _TABLE_TICKS) if report.options else None,
        "rows": [_row(option, report) for option in report.options],
    }


def _row(option: Option, report: Report) -> Printed:
    return {
        "name": option.name,
        "how": how(option, report),
        "amount": report.money(option.usd),
        "range": report.money_range(option.low_usd, option.high_usd),
        "status": status_words(option.status),
        "sources": _behind_amount(option, report),
    }


def _behind_amount(option: Option, report: Report) -> list[int]:
    return _numbers((line.source for line in option.lines), report)


def _told_in_full(report: Report) -> Sequence[Option]:
    """The cheapest options, all of them unless they are very many, and the own GPUs that the report tells of."""
    hosted, shown = report.hosting.option if report.hosting else None, report.options[:_IN_FULL]
    return shown if hosted is None or hosted in shown else (*shown, hosted)


def _in_full_words(number: int) -> str:
    """What is left out, if anything."""
    if number <= _IN_FULL:
        return ""
    return f"Only the {_IN_FULL} cheapest of {number} are told here; the sources of the others stand in the comparison."


def _behind(option: Option, report: Report) -> Printed:
    return {
        "name": option.name,
        "how": how(option, report),
        "amount": report.money(option.usd),
        "range": report.money_range(option.low_usd, option.high_usd),
        "lines": [_line(line, report) for line in option.lines],
        "sources": _numbers(option.further_sources, report),
        "saving": _saving(option.saving, report) if option.saving else None,
    }


def _saving(saving: Saving, report: Report) -> Printed:
    span = report.money_range(saving.low_usd, saving.high_usd)
    about = saving.assumption
    return {
        "text": f"Saved by caching: {report.money(saving.usd)} a month ({span}), already taken off above. {about.text}",
        "status": status_words(about.status),
        "sources": _numbers([about.source], report),
    }


def _line(line: Line, report: Report) -> Printed:
    return {
        "name": item_words(line.name, report.catalog.items),
        "applies": line.applies,
        "quantity": f"{count(line.quantity)} {line.unit}",
        "rate": rate(line.rate_usd, line.per),
        "amount": report.money(line.usd),
        "status": status_words(line.status),
        "day": day_words(datetime.fromisoformat(line.checked_on)) if line.checked_on else "",
        "sources": _numbers([line.source], report),
    }


def _numbers(ids: Iterable[str], report: Report) -> list[int]:
    return sorted({report.number(id_) for id_ in ids if id_})


def _hosting(report: Report) -> Printed | None:
    hosting = report.hosting
    if hosting is None:
        return None
    return {
        "answer": own_gpus(report),
        "sources": _behind_amount(hosting.option, report),
        "curves": drawn.curves(report, hosting) if hosting.break_evens else None,
        "break_evens": [_break_even(each, report) for each in hosting.break_evens],
        "watched": named(hosting.watched.against, report) if hosting.watched else "",
        "swings": drawn.swings(hosting.swings, hosting.watched.typical if hosting.watched else None),
    }


def _break_even(found: BreakEven, report: Report) -> Printed:
    return {
        "name": named(found.against, report),
        "earliest": volume_words(found.earliest),
        "typical": volume_words(found.typical),
        "latest": volume_words(found.latest),
    }


def _budget(report: Report) -> Printed | None:
    spending, best = report.spending, report.best
    if spending is None or best is None:
        return None
    return {
        "answer": budget(report),
        "buys": named(best, report),
        "sources": _numbers([spending.assumed.source], report),
        "months": drawn.months(report, spending, best),
        "rows": [_month(month, spending, report) for month in spending.months],
    }


def _month(month: Month, spending: Spending, report: Report) -> Printed:
    over = "over" if month.over else "may be over" if month.may_be_over else "within"
    return {
        "month": f"{month.month:%B %Y}",
        "requests": count(month.requests),
        "amount": report.money(month.usd),
        "range": report.money_range(month.low_usd, month.high_usd),
        "verdict": over if spending.limit_usd is not None else "",
    }


def _effects(report: Report) -> Printed | None:
    if report.best is None or not report.effects:
        return None
    return {"buys": named(report.best, report), "chart": drawn.effects(report, report.effects, report.best.usd)}


def _assumption(assumption: Assumption, report: Report) -> Printed:
    return {
        "text": assumption.text,
        "status": status_words(assumption.status),
        "sources": _numbers([assumption.source], report),
    }


def _source(source: Source) -> Printed:
    return {
        "title": source.title,
        "publisher": source.publisher,
        "url": source.locator if source.locator.startswith(("http://", "https://")) else "",
        "locator": source.locator,
        "version": source.version,
        "published": day_words(source.published_on) if source.published_on else "",
        "read": day_words(source.accessed_on),
        "licence": source.licence,
        "note": source.note,
    }
