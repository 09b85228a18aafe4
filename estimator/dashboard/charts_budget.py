"""The charts of a budget: what is spent against the limit, and from the plan to the bill."""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial

from estimator.dashboard.charts import ACCENT, Bar, Chart, End, Figure, Row, bars, beside, layout_of, pale
from estimator.dashboard.purse import Purse
from estimator.decision import Band, Cause
from estimator.report import cause_words, chance_words
from estimator.report.palette import LIMIT, QUIET

_PLOT_PX, _EDGES_PX = 280, 60


def budget_chart(months: Sequence[Band], question: str, answer: str, purse: Purse) -> Chart:
    """What is spent by the end of each month, P10 to P90 shaded, against the limit; months without a price are marked.

    A band breaks where a new limit begins.
    """
    limits = [band.limit_usd for band in months if band.limit_usd is not None]
    top = 1.08 * max(purse.drawn(usd) for usd in (*limits, *(band.p90 for band in months)))
    last = months[-1]
    ends = [
        End("in half at most", purse.drawn(last.p50), ACCENT),
        End("in 9 of 10 at most", purse.drawn(last.p90), ACCENT),
    ]
    if last.limit_usd is not None:
        ends.append(End(f"limit {purse.written(last.limit_usd)}", purse.drawn(last.limit_usd), LIMIT))
    names, margin = beside(ends, (0, top), _PLOT_PX)
    layout = layout_of(height=_PLOT_PX + _EDGES_PX, months=True)
    layout["margin"]["r"] = margin
    layout["yaxis"] |= {"tickprefix": purse.symbol, "range": [0, top], "nticks": 5, "tickformat": ",~r"}
    layout["annotations"] = names
    traces = [*_band(months, purse), _typical(months, purse), _limit(months, purse), *_holes(months, purse)]
    return Chart(question, {"data": traces, "layout": layout}, answer, partial(_band_rows, months, purse))


def _band(months: Sequence[Band], purse: Purse) -> list[Figure]:
    both: Figure = {"type": "scatter", "mode": "lines", "x": [band.month for band in months], "hoverinfo": "skip"}
    both["line"] = {"width": 1, "color": ACCENT}
    high = both | {"y": [purse.drawn(band.p90) for band in months]}
    low = both | {"y": [purse.drawn(band.p10) for band in months], "fill": "tonexty", "fillcolor": pale(ACCENT)}
    return [high, low]


def _typical(months: Sequence[Band], purse: Purse) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [band.month for band in months],
        "y": [purse.drawn(band.p50) for band in months],
        "line": {"color": ACCENT, "width": 2.5},
        "marker": {
            "color": [LIMIT if band.limit_usd is not None and band.p50 > band.limit_usd else ACCENT for band in months],
            "symbol": ["square" if band.is_known else "circle" for band in months],
            "size": 8,
        },
        "customdata": [[purse.written(each) for each in (band.p50, band.p10, band.p90)] for band in months],
        "hovertemplate": "%{x|%B %Y}: %{customdata[0]}<br>%{customdata[1]} to %{customdata[2]}<extra></extra>",
    }


def _limit(months: Sequence[Band], purse: Purse) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [band.month for band in months],
        "y": [None if band.limit_usd is None else purse.drawn(band.limit_usd) for band in months],
        "line": {"color": LIMIT, "width": 2, "dash": "dash", "shape": "hv"},
        "hoverinfo": "skip",
    }


def _holes(months: Sequence[Band], purse: Purse) -> list[Figure]:
    holes = [band for band in months if not band.is_whole]
    cross = {"color": LIMIT, "symbol": "x", "size": 12}
    told = {"x": [b.month for b in holes], "y": [purse.drawn(b.p50) for b in holes], "marker": cross}
    hover = "%{x|%B %Y}: some work has no price<extra></extra>"
    base = {"type": "scatter", "mode": "markers", "hovertemplate": hover}
    return [base | told] if holes else []


def _band_rows(months: Sequence[Band], purse: Purse) -> list[Row]:
    return [
        {
            "Month": f"{band.month:%b %Y}",
            f"In half of the cases at most ({purse.symbol})": purse.drawn(band.p50),
            "In 1 of 10 below": purse.drawn(band.p10),
            "In 1 of 10 above": purse.drawn(band.p90),
            "Limit": None if band.limit_usd is None else purse.drawn(band.limit_usd),
            "Chance to pass": chance_words(band.chance) if band.limit_usd else "",
            "Note": "as billed" if band.is_known else "" if band.is_whole else "without what has no price",
        }
        for band in months
    ]


def variance_chart(planned_usd: Decimal, parts: Sequence[tuple[Cause, Decimal]], purse: Purse) -> Chart:
    """From the plan to the bill, cause by cause: each bar begins where the one above ends; more than planned is red."""
    rows = [_whole("As planned", planned_usd, purse)]
    level = planned_usd
    for cause, usd in parts:
        rows.append(_step(cause, level, usd, purse))
        level += usd
    rows.append(_whole("As billed", level, purse))
    end = 1.05 * max(bar.start + bar.typical for bar in rows)
    answer = ", ".join(f"{cause_words(cause, usd)} {_signed(usd, purse)}" for cause, usd in parts)
    return Chart(
        "What made the bill differ from the plan?",
        bars(rows, end, purse.symbol),
        f"Planned {purse.written(planned_usd)}, billed {purse.written(level)}: {answer}.",
        partial(_variance_rows, planned_usd, parts, purse),
    )


def _whole(label: str, usd: Decimal, purse: Purse) -> Bar:
    amount = purse.drawn(usd)
    return Bar(label, purse.written(usd), amount, amount, amount, QUIET, told=f"{label}: {purse.written(usd)}")


def _step(cause: Cause, level: Decimal, usd: Decimal, purse: Purse) -> Bar:
    low, high = purse.drawn(min(level, level + usd)), purse.drawn(max(level, level + usd))
    said, color = _signed(usd, purse), LIMIT if usd > 0 else ACCENT
    return Bar(cause_words(cause, usd), said, low, high - low, low, color, told=f"{cause}: {said}", start=low)


def _signed(usd: Decimal, purse: Purse) -> str:
    return f"{'+' if usd >= 0 else '−'}{purse.written(abs(usd))}"


def _variance_rows(planned_usd: Decimal, parts: Sequence[tuple[Cause, Decimal]], purse: Purse) -> list[Row]:
    amount = f"Amount ({purse.symbol})"
    billed_usd = planned_usd + sum(usd for _, usd in parts)
    return [
        {"What": "as planned", "Cause": "", amount: purse.drawn(planned_usd)},
        *({"What": cause_words(cause, usd), "Cause": str(cause), amount: purse.drawn(usd)} for cause, usd in parts),
        {"What": "as billed", "Cause": "", amount: purse.drawn(billed_usd)},
    ]
