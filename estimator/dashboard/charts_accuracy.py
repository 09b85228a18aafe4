"""The chart of what was predicted against what was measured, as a plain plotly figure."""

import math
from collections.abc import Iterable, Sequence

from estimator.dashboard.charts import Figure, layout_of, pale
from estimator.report.measured import date_words, errors_of, load_words, source_words, system_words
from estimator.report.palette import QUIET
from estimator.selfhost.accuracy import Point

# Okabe and Ito's colours as mid-tones, which colour-blind people tell apart, on light and on dark; a sign each besides.
LOOKS = (
    ("#3591c7", "circle"),
    ("#b87f00", "square"),
    ("#009e73", "diamond"),
    ("#d55e00", "triangle-up"),
    ("#c4709f", "cross"),
    ("#0072b2", "x"),
    ("#8f8000", "star"),
    ("#7b8894", "hexagon"),
)
_FACTOR = 2.0
_MANY = 100  # Points of a family that are drawn small and see-through.


def predicted_against_measured(points: Sequence[Point], families: Sequence[str]) -> Figure:
    """Tokens/s per GPU, both axes logarithmic: the diagonal is exact, the band within a factor of 2.

    A family keeps its look whatever else is shown; hollow signs do not count in the errors.
    """
    low, high = _ends(points)
    traces = [_within(low, high), _exact(low, high)]
    for place, family in enumerate(families):
        mine = sorted((p for p in points if p.measurement.family == family), key=lambda p: not p.counts)
        if mine:
            traces.append(_family(family, mine, *LOOKS[place % len(LOOKS)]))
    axis = {"type": "log", "range": [math.log10(low), math.log10(high)], "dtick": 1, "tickformat": "~s"}
    layout = layout_of(height=560, x="measured, tokens a second for each GPU", y="predicted")
    layout |= {"showlegend": True, "hovermode": "closest"}
    layout["legend"] = {"orientation": "h", "x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom"}
    layout["margin"] |= {"t": 90}
    layout["xaxis"] |= axis
    layout["yaxis"] |= axis
    return {"data": traces, "layout": layout}


def _ends(points: Iterable[Point]) -> tuple[float, float]:
    """Of both axes, with room around the points."""
    values = [value for p in points for value in (p.measured, p.predicted) if value]
    return min(values, default=1.0) / _FACTOR, max(values, default=1.0) * _FACTOR


def _within(low: float, high: float) -> Figure:
    """The band from half to twice what was measured."""
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "within a factor of 2",
        "x": [low, high, high, low],
        "y": [low / _FACTOR, high / _FACTOR, high * _FACTOR, low * _FACTOR],
        "fill": "toself",
        "fillcolor": pale(QUIET),
        "line": {"width": 0},
        "hoverinfo": "skip",
    }


def _exact(low: float, high: float) -> Figure:
    line = {"color": QUIET, "width": 1.5}
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "exact",
        "x": [low, high],
        "y": [low, high],
        "line": line,
        "hoverinfo": "skip",
    }


def _family(family: str, points: Sequence[Point], color: str, symbol: str) -> Figure:
    few = len(points) < _MANY
    return {
        "type": "scatter",
        "mode": "markers",
        "name": f"{family} ({len(points):,})",
        "x": [p.measured for p in points],
        "y": [p.predicted for p in points],
        "marker": {
            "color": color,
            "size": 8 if few else 5,
            "opacity": 0.9 if few else 0.55,
            "symbol": [symbol if p.counts else f"{symbol}-open" for p in points],
        },
        "customdata": [_told(p) for p in points],
        "hovertemplate": (
            "%{customdata[0]}<br>%{customdata[1]}<br>measured %{x:,.4~g}, predicted %{y:,.4~g}: %{customdata[2]}<br>"
            "%{customdata[3]}<extra>" + family + "</extra>"
        ),
    }


def _told(point: Point) -> list[str]:
    row = point.measurement
    source = f"{source_words(row)}, {date_words(row)}"
    return [system_words(row), f"{load_words(row)}; {row.engine}", errors_of(point), source[:110]]
