"""The charts, as plain plotly figures: values in, a figure out. Colours read on light and on dark."""

import math
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from estimator.decision import Curve, Month, Option
from estimator.report import count, is_sure, usd
from pricing import PriceRule

Figure = dict[str, Any]

API, HOSTED, CLAIM, LIMIT, QUIET = "#1a9e86", "#4a86e8", "#d9822b", "#d9534f", "#8795a1"
_LINES = (API, "#8e6bbf", "#c2557f", "#6a8f2f", "#2f7fa8", "#a8762f")
_KINDS: tuple[tuple[str, Callable[[Option], bool], Figure], ...] = (
    ("By the token, list price", lambda o: o.kind == "api" and is_sure(o.status), {"color": API}),
    ("On your own GPUs", lambda o: o.kind == "selfhost", {"color": HOSTED}),
    (
        "A claim, not a list price",
        lambda o: not is_sure(o.status),
        {"color": "rgba(0,0,0,0)", "line": {"color": CLAIM, "width": 1.5}, "pattern": {"shape": "/", "fgcolor": CLAIM}},
    ),
)
_ROW_PX = 34


def label(option: Option) -> str:
    """The name that an option has on an axis: with its seller where it is not the maker's own."""
    return f"{option.name} (claimed)" if not is_sure(option.status) else option.name


def cost_bars(options: Sequence[Option]) -> Figure:
    """Monthly cost of each option, cheapest on top; whiskers from low to high; claims hatched."""
    names = [label(option) for option in options]
    traces = []
    for title, belongs, marker in _KINDS:
        chosen = [(name, o) for name, o in zip(names, options, strict=True) if belongs(o)]
        if chosen:
            traces.append(_bars(title, chosen, marker))
    longest = max((float(o.high_usd) for o in options), default=1.0)
    layout = _layout(height=_ROW_PX * len(options) + 110, x="US dollars a month")
    layout["yaxis"] = {"categoryorder": "array", "categoryarray": names[::-1], "automargin": True, "ticksuffix": "  "}
    layout["xaxis"] |= {"range": [0, longest * 1.18], "tickprefix": "$", "nticks": 5}
    layout["bargap"] = 0.35
    return {"data": traces, "layout": layout}


def _bars(title: str, chosen: Sequence[tuple[str, Option]], marker: Figure) -> Figure:
    options = [option for _, option in chosen]
    return {
        "type": "bar",
        "orientation": "h",
        "name": title,
        "marker": marker,
        "y": [name for name, _ in chosen],
        "x": [float(o.usd) for o in options],
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [float(o.high_usd - o.usd) for o in options],
            "arrayminus": [float(o.usd - o.low_usd) for o in options],
            "thickness": 1.2,
            "width": 3,
            "color": QUIET,
        },
        "customdata": [[usd(o.usd), usd(o.low_usd), usd(o.high_usd)] for o in options],
        "hovertemplate": "%{y}: %{customdata[0]}<br>%{customdata[1]} to %{customdata[2]}<extra></extra>",
    }


def break_even_lines(curves: Sequence[Curve], today: Fraction) -> Figure:
    """Monthly cost over volume, both on logarithmic axes; own GPUs climb in steps, within their range."""
    traces: list[Figure] = []
    bought = iter(_LINES * len(curves))
    for curve in curves:
        hosted = curve.kind == "selfhost"
        x = [float(p.requests_per_month) for p in curve.points]
        if hosted:
            band = [float(p.high_usd) for p in curve.points] + [float(p.low_usd) for p in reversed(curve.points)]
            traces.append(
                {
                    "type": "scatter",
                    "x": x + x[::-1],
                    "y": band,
                    "fill": "toself",
                    "fillcolor": "rgba(74,134,232,0.16)",
                    "line": {"width": 0},
                    "hoverinfo": "skip",
                    "showlegend": False,
                }
            )
        color = HOSTED if hosted else next(bought)
        line = {"color": color, "width": 3 if hosted else 2, "dash": "solid" if is_sure(curve.status) else "dot"}
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": curve.name,
                "x": x,
                "y": [float(p.usd) for p in curve.points],
                "line": line,
                "customdata": [[count(p.requests_per_month), usd(p.usd)] for p in curve.points],
                "hovertemplate": "%{customdata[0]} requests: %{customdata[1]}<extra>" + curve.name + "</extra>",
            }
        )
    layout = _layout(height=440, x="requests a month", y="US dollars a month")
    layout["xaxis"]["type"] = layout["yaxis"]["type"] = "log"
    layout["xaxis"]["dtick"] = layout["yaxis"]["dtick"] = 1
    layout["yaxis"]["tickprefix"] = "$"
    layout["shapes"] = [_rule_at(float(today))]
    layout["annotations"] = [
        {"x": math.log10(today), "y": 1, "yref": "paper", "text": "you, today", "showarrow": False, "yanchor": "bottom"}
    ]
    return {"data": traces, "layout": layout}


def _rule_at(x: float) -> Figure:
    line = {"color": QUIET, "width": 1.5, "dash": "dash"}
    return {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper", "line": line}


def month_bars(months: Sequence[Month], limit_usd: Decimal) -> Figure:
    """The months ahead against a limit; those over it in another colour."""
    data = {
        "type": "bar",
        "x": [m.month for m in months],
        "y": [float(m.usd) for m in months],
        "marker": {"color": [LIMIT if m.over else API for m in months]},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [float(m.high_usd - m.usd) for m in months],
            "arrayminus": [float(m.usd - m.low_usd) for m in months],
            "thickness": 1.2,
            "width": 3,
            "color": QUIET,
        },
        "customdata": [[usd(m.usd), usd(m.low_usd), usd(m.high_usd)] for m in months],
        "hovertemplate": "%{x|%B %Y}: %{customdata[0]}<br>%{customdata[1]} to %{customdata[2]}<extra></extra>",
        "showlegend": False,
    }
    layout = _layout(height=360, y="US dollars a month")
    layout["yaxis"] |= {"tickprefix": "$", "rangemode": "tozero"}
    layout["xaxis"] |= {"tickformat": "%b<br>%Y"}
    line = {"color": LIMIT, "width": 2, "dash": "dash"}
    limit = float(limit_usd)
    layout["shapes"] = [{"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": limit, "y1": limit, "line": line}]
    layout["annotations"] = [
        {
            "xref": "paper",
            "x": 0,
            "y": limit,
            "text": f"your limit, {usd(limit_usd)}",
            "showarrow": False,
            "xanchor": "left",
            "yanchor": "bottom",
        }
    ]
    return {"data": [data], "layout": layout}


def price_steps(rules: Sequence[tuple[str, PriceRule]], start: datetime, end: datetime) -> Figure:
    """Prices per million tokens over time, one step line for each named item; claims dotted."""
    traces: list[Figure] = []
    names = list(dict.fromkeys(name for name, _ in rules))
    for color, name in zip(_LINES * len(names), names, strict=False):
        of_name = sorted((r for n, r in rules if n == name), key=lambda r: r.begins)
        x: list[datetime | None] = []
        y: list[float | None] = []
        for rule in of_name:
            x += [max(rule.begins, start), min(rule.ends, end), None]
            y += [float(rule.typical), float(rule.typical), None]
        dash = "solid" if is_sure(of_name[0].status) else "dot"
        line = {"color": color, "width": 2.5, "dash": dash}
        hover = "%{x|%-d %B %Y}: $%{y}<extra>" + name + "</extra>"
        traces.append(
            {"type": "scatter", "mode": "lines", "name": name, "x": x, "y": y, "line": line, "hovertemplate": hover}
        )
    layout = _layout(height=360, y="US dollars per 1M tokens")
    layout["yaxis"] |= {"tickprefix": "$", "rangemode": "tozero"}
    return {"data": traces, "layout": layout}


def _layout(*, height: int, x: str = "", y: str = "") -> Figure:
    return {
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 44, "b": 8},
        "xaxis": {"title": {"text": x}, "automargin": True, "fixedrange": True},
        "yaxis": {"title": {"text": y}, "automargin": True, "fixedrange": True},
        "legend": {"orientation": "h", "x": 0, "y": 1, "xanchor": "left", "yanchor": "bottom"},
        "hoverlabel": {"align": "left"},
    }
