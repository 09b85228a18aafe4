"""The charts of a budget, as plain plotly figures."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from estimator.dashboard.charts import API, CLAIM, LIMIT, QUIET, Figure
from estimator.dashboard.charts import layout_of as layout
from estimator.dashboard.purse import Purse
from estimator.decision import Band, Cause
from estimator.report import cause_words


def budget_band(months: Sequence[Band], purse: Purse, title: str) -> Figure:
    """What is spent by the end of each month, P10 to P90 shaded, against the limit; months without a price are marked.

    A band breaks where a new limit begins.
    """
    x = [band.month for band in months]
    band = {"type": "scatter", "mode": "lines", "x": x, "line": {"width": 0}, "hoverinfo": "skip"}
    high = band | {"y": [purse.drawn(b.p90) for b in months], "showlegend": False}
    low = band | {
        "y": [purse.drawn(b.p10) for b in months],
        "fill": "tonexty",
        "fillcolor": "rgba(26,158,134,0.20)",
        "name": "in 8 of 10 cases",
    }
    figure = layout(height=340, y=title)
    figure["yaxis"] |= {"tickprefix": purse.symbol, "rangemode": "tozero"}
    figure["xaxis"] |= {"tickformat": "%b<br>%Y"}
    return {
        "data": [high, low, _typical(months, purse), _limit(months, purse), *_holes(months, purse)],
        "layout": figure,
    }


def _typical(months: Sequence[Band], purse: Purse) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "in half of the cases at most",
        "x": [band.month for band in months],
        "y": [purse.drawn(band.p50) for band in months],
        "line": {"color": API, "width": 2.5},
        "marker": {
            "color": [LIMIT if band.limit_usd is not None and band.p50 > band.limit_usd else API for band in months],
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
        "name": "your limit",
        "x": [band.month for band in months],
        "y": [None if band.limit_usd is None else purse.drawn(band.limit_usd) for band in months],
        "line": {"color": LIMIT, "width": 2, "dash": "dash", "shape": "hv"},
        "hoverinfo": "skip",
    }


def _holes(months: Sequence[Band], purse: Purse) -> list[Figure]:
    holes = [band for band in months if not band.is_whole]
    cross = {"color": CLAIM, "symbol": "x", "size": 12}
    told = {"x": [b.month for b in holes], "y": [purse.drawn(b.p50) for b in holes], "marker": cross}
    hover = "%{x|%B %Y}: some work has no price<extra></extra>"
    base = {"type": "scatter", "mode": "markers", "name": "some work has no price", "hovertemplate": hover}
    return [base | told] if holes else []


def variance_steps(planned_usd: Decimal, parts: Sequence[tuple[Cause, Decimal]], purse: Purse) -> Figure:
    """From the plan to the bill, cause by cause."""
    levels = [planned_usd]
    for _, usd in parts:
        levels.append(levels[-1] + usd)
    names = ["as planned", *(str(cause) for cause, _ in parts), "as billed"]
    bases = [Decimal(0), *(min(pair) for pair in pairwise(levels)), Decimal(0)]
    heights = [planned_usd, *(abs(usd) for _, usd in parts), levels[-1]]
    colors = [QUIET, *(LIMIT if usd > 0 else API for _, usd in parts), QUIET]
    said = [purse.written(planned_usd), *(_signed(usd, purse) for _, usd in parts), purse.written(levels[-1])]
    figure = layout(height=320, y=f"{purse.symbol} in the month")
    figure["yaxis"] |= {"tickprefix": purse.symbol}
    bars = {
        "type": "bar",
        "x": names,
        "base": [purse.drawn(each) for each in bases],
        "y": [purse.drawn(each) for each in heights],
        "marker": {"color": colors},
        "text": said,
        "textposition": "outside",
        "customdata": ["", *(cause_words(cause, usd) for cause, usd in parts), ""],
        "hovertemplate": "%{x}: %{text}<br>%{customdata}<extra></extra>",
        "showlegend": False,
    }
    return {"data": [bars], "layout": figure}


def _signed(usd: Decimal, purse: Purse) -> str:
    return f"{'+' if usd >= 0 else '−'}{purse.written(abs(usd))}"
