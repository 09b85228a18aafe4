"""The charts of a printed report as data: places from 0 to 1 along the axes, words, colours, and what each shows."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from estimator.decision import Curve, Effect, Option, Rivalry, Swing
from estimator.report.axis import Axis, adding, axis_of, multiplying, spread
from estimator.report.content import Report, Spending
from estimator.report.letters import short
from estimator.report.own_gpus import NEVER, crossing, volume_words
from estimator.report.palette import HOSTED, color_of
from estimator.report.summary import effect_words, named
from estimator.report.words import cash, count, is_sure
from pricing.currency import currencies

Drawn = dict[str, Any]

_SMALLEST_IN_VIEW = 5  # Smallest units of the currency: less than these cannot be told apart anyway.
_WRITTEN_OUT = 10**6
_LABEL_GAP = 0.085  # Of the height of the chart of curves.
_LONGEST_NAME = 60


def costs(report: Report, options: Sequence[Option], ticks: int) -> Drawn:
    """What each option costs a month, with its range."""
    spans = [_amounts(report, (o.low_usd, o.usd, o.high_usd)) for o in options]
    axis = axis_of(_seen(report, spans))
    rows = [
        {"name": short(o.name, _LONGEST_NAME), "seller": _seller(o, report), "amount": report.money(o.usd)}
        | {"color": color_of(o), "sure": is_sure(o.status)}
        | dict(zip(("low", "usd", "high"), map(axis.place, span), strict=True))
        for o, span in zip(options, spans, strict=True)
    ]
    told = "; ".join(
        f"{named(o, report)} {report.money(o.usd)}, {report.money_range(o.low_usd, o.high_usd)}" for o in options
    )
    return {
        "rows": rows,
        "ticks": _ticks(axis, ticks, report.exchange.currency),
        "multiplies": axis.multiplies,
        "legend": _legend(axis, all(is_sure(o.status) for o in options)),
        "alt": f"Chart of what a month costs, cheapest first: {told}.",
    }


def _legend(axis: Axis, all_sure: bool) -> str:
    mark, claims = ("Dots", "Hollow") if axis.multiplies else ("Bars", "Hatched")
    said = f"{mark}: a typical month. Lines: from a light to a heavy month."
    if axis.multiplies:
        said += " The amounts lie so far apart that equal steps of the scale multiply the cost."
    return said if all_sure else f"{said} {claims}: claims, at which nobody sells."


def curves(report: Report, hosting: Rivalry) -> Drawn:
    """The cost of a month over its volume: own GPUs with their range against each rival, and where they cross."""
    own = hosting.curves[0].points
    typical = [_amounts(report, (p.usd for p in c.points)) for c in hosting.curves]
    edges = [_amounts(report, ends) for ends in ((p.low_usd for p in own), (p.high_usd for p in own))]
    up = multiplying(_seen(report, (*typical, *edges)))
    along = multiplying(float(p.requests_per_month) for p in own)
    at = [along.place(float(p.requests_per_month)) for p in own]
    *paths, low, high = ([[x, up.place(y)] for x, y in zip(at, ys, strict=True)] for ys in (*typical, *edges))
    return {
        "curves": [
            {"points": path, "label_at": label, "name": short(named(c.option, report), _LONGEST_NAME)} | look
            for c, path, label, look in zip(
                hosting.curves,
                paths,
                spread([p[-1][1] for p in paths], _LABEL_GAP),
                _looks(hosting.curves),
                strict=True,
            )
        ],
        "band": low + high[::-1],
        "band_color": HOSTED,
        "crossing": _crossing(report, hosting, along, up),
        "today": along.place(float(report.comparison.workload.requests_per_month)),
        "x_ticks": [{"at": along.place(t), "text": count(t)} for t in along.ticks(7)],
        "y_ticks": _ticks(up, 6, report.exchange.currency),
        "alt": _told(report, hosting),
    }


def _looks(drawn: Sequence[Curve]) -> list[Drawn]:
    """Curves of one colour differ by their dashes: the first has none."""
    colors = [color_of(c.option) for c in drawn]
    return [{"color": color, "dash": colors[:i].count(color)} for i, color in enumerate(colors)]


def _crossing(report: Report, hosting: Rivalry, along: Axis, up: Axis) -> Drawn | None:
    """Where the rival that is watched costs as much as own GPUs."""
    found = crossing(hosting, report)
    if found is None:
        return None
    return {
        "x": along.place(float(found.requests_per_month)),
        "y": up.place(float(report.amount(found.usd))),
        "text": f"{count(found.requests_per_month)} requests",
    }


def _told(report: Report, hosting: Rivalry) -> str:
    rivals = "; ".join(
        f"{named(b.against, report)}: {NEVER if b.typical is None else f'from {count(b.typical)} requests a month on'}"
        for b in hosting.break_evens
    )
    return f"Chart of what a month costs over its requests. {hosting.option.name} cost less than {rivals}."


def swings(found: Sequence[Swing], typical: Decimal | None) -> Drawn | None:
    """From which volume on own GPUs pay at either end of each input; None where that is nowhere in view.

    `typical` is where they pay as all inputs are.
    """
    known = [v for s in found for v in (s.low, s.high) if v is not None]
    if not known:
        return None
    axis = multiplying(float(v) for v in (*known, *([typical] if typical else [])))
    return {
        "rows": [_swing(swing, axis) for swing in found],
        "typical": None if typical is None else axis.place(float(typical)),
        "ticks": [{"at": axis.place(t), "text": count(t)} for t in axis.ticks(6)],
        "alt": "Chart of the requests a month from which on own GPUs pay. "
        + "; ".join(f"{s.name}: {s.at_low} {volume_words(s.low)}, {s.at_high} {volume_words(s.high)}" for s in found)
        + ".",
    }


def _swing(swing: Swing, axis: Axis) -> Drawn:
    def end(said: str, volume: Decimal | None) -> Drawn:
        """Where it is nowhere in view, an arrow leads beyond the end of the scale."""
        return {
            "said": said,
            "at": None if volume is None else axis.place(float(volume)),
            "text": volume_words(volume),
        }

    return {"name": swing.name, "low": end(swing.at_low, swing.low), "high": end(swing.at_high, swing.high)}


def effects(report: Report, found: Sequence[Effect], typical_usd: Decimal) -> Drawn:
    """What a month costs at either end of each input."""
    axis = adding(
        _seen(report, [_amounts(report, (typical_usd, *(u for e in found for u in (e.low_usd, e.high_usd))))])
    )

    def end(said: str, usd: Decimal) -> Drawn:
        return {"said": said, "at": axis.place(float(report.amount(usd))), "text": report.money(usd)}

    return {
        "rows": [{"name": e.name, "low": end(e.at_low, e.low_usd), "high": end(e.at_high, e.high_usd)} for e in found],
        "typical": axis.place(float(report.amount(typical_usd))),
        "ticks": _ticks(axis, 6, report.exchange.currency),
        "alt": f"Chart of what moves the cost of a month. {'; '.join(effect_words(e, report) for e in found)}.",
    }


def months(report: Report, spending: Spending, bought: Option) -> Drawn:
    """Twelve months of what is bought, with their range, against the limit."""
    limit = [] if spending.limit_usd is None else [report.amount(spending.limit_usd)]
    spans = [_amounts(report, (m.low_usd, m.usd, m.high_usd)) for m in spending.months]
    axis = adding(_seen(report, [*spans, map(float, limit)]))
    told = "; ".join(
        f"{m.month:%B %Y} {report.money(m.usd)}, {report.money_range(m.low_usd, m.high_usd)}" for m in spending.months
    )
    years = [(year, len(list(group))) for year, group in groupby(m.month.year for m in spending.months)]
    return {
        "bars": [
            {"text": f"{m.month:%b}", "over": bool(limit) and m.over}
            | dict(zip(("low", "usd", "high"), map(axis.place, span), strict=True))
            for m, span in zip(spending.months, spans, strict=True)
        ],
        "color": color_of(bought),
        "years": [{"text": str(year), "months": n} for year, n in years],
        "limit": None if not limit else {"at": axis.place(float(limit[0])), "text": _limit_words(report, spending)},
        "ticks": _ticks(axis, 6, report.exchange.currency),
        "alt": f"Chart of the months ahead. {told}." + (f" {_limit_words(report, spending)}." if limit else ""),
    }


def _limit_words(report: Report, spending: Spending) -> str:
    return f"Limit {report.money(spending.limit_usd or Decimal(0))}"


def _seller(option: Option, report: Report) -> str:
    seller = report.catalog.providers.get(option.provider)
    return seller.name if seller else ""


def _amounts(report: Report, usd: Iterable[Decimal]) -> list[float]:
    return [float(report.amount(each)) for each in usd]


def _seen(report: Report, amounts: Iterable[Iterable[float]]) -> list[float]:
    """All amounts, none smaller than can be written."""
    smallest = _SMALLEST_IN_VIEW * 10.0 ** -currencies()[report.exchange.currency].decimals
    return [max(amount, smallest) for each in amounts for amount in each]


def _ticks(axis: Axis, most: int, currency: str) -> list[Drawn]:
    return [{"at": axis.place(t), "text": _brief(t, currency)} for t in axis.ticks(most)]


def _brief(amount: float, currency: str) -> str:
    """`$500`, `$2M`."""
    if amount < _WRITTEN_OUT:
        return cash(Decimal(str(round(amount, 9))), currency)
    symbol = currencies()[currency].symbol
    return f"{symbol}\N{NO-BREAK SPACE}{count(amount)}" if symbol.isalpha() else f"{symbol}{count(amount)}"
