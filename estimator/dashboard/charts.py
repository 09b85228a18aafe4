"""The charts, as plain plotly figures: values in, a figure out. Colours read on light and on dark."""

import math
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from html import escape
from typing import Any, Protocol

from estimator.dashboard.purse import Purse
from estimator.decision import Curve, Option, Swing
from estimator.report import count, is_sure
from estimator.selfhost import Fleet, RentMonth
from estimator.selfhost.device import RentalQuote
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
_WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_OFF_THE_CHART = 4  # How often the longest bar of the others a bar must be to be cut.


def label(option: Option) -> str:
    """The name that an option has on an axis: a claim is called one."""
    return f"{option.name} (claimed)" if not is_sure(option.status) else option.name


def cost_bars(options: Sequence[Option], purse: Purse) -> Figure:
    """Monthly cost of each option, cheapest on top; whiskers from low to high; claims hatched.

    The axis is made for what is bought by the token. A bar of own GPUs that is far longer runs off the chart, and its
    figure stands beside its name, as with all.
    """
    names = [f"{escape(label(o), quote=False)}  <b>{purse.written(o.usd)}</b>" for o in options]
    traces = []
    for title, belongs, marker in _KINDS:
        chosen = [(name, o) for name, o in zip(names, options, strict=True) if belongs(o)]
        if chosen:
            traces.append(_bars(title, chosen, marker, purse))
    end = _axis_end(options, purse)
    layout = layout_of(height=_ROW_PX * len(options) + 110, x=f"{purse.symbol} a month")
    layout["yaxis"] |= {"categoryorder": "array", "categoryarray": names[::-1], "ticksuffix": "  "}
    layout["xaxis"] |= {"range": [0, end], "tickprefix": purse.symbol, "nticks": 3, "tickangle": 0}
    layout["bargap"] = 0.35
    layout["annotations"] = [
        {
            "x": end,
            "y": name,
            "text": "off the chart ▸",
            "showarrow": False,
            "xanchor": "right",
            "font": {"color": "white", "size": 11},
        }
        for name, o in zip(names, options, strict=True)
        if purse.drawn(o.usd) > end
    ]
    return {"data": traces, "layout": layout}


def _axis_end(options: Sequence[Option], purse: Purse) -> float:
    bought = max((purse.drawn(o.high_usd) for o in options if o.kind == "api"), default=0.0)
    everything = max((purse.drawn(o.high_usd) for o in options), default=1.0)
    return 1.05 * (everything if everything < _OFF_THE_CHART * bought or not bought else bought)


def _bars(title: str, chosen: Sequence[tuple[str, Option]], marker: Figure, purse: Purse) -> Figure:
    return {
        "type": "bar",
        "orientation": "h",
        "name": title,
        "marker": marker,
        "y": [name for name, _ in chosen],
        "x": [purse.drawn(o.usd) for _, o in chosen],
        "error_x": _whiskers([o for _, o in chosen], purse),
        "customdata": [[escape(label(o), quote=False), *_told(o, purse)] for _, o in chosen],
        "hovertemplate": "%{customdata[0]}: %{customdata[1]}<br>%{customdata[2]} to %{customdata[3]}<extra></extra>",
    }


class Ranged(Protocol):
    """An amount with its bounds, in USD."""

    @property
    def low_usd(self) -> Decimal: ...
    @property
    def usd(self) -> Decimal: ...
    @property
    def high_usd(self) -> Decimal: ...


def _whiskers(amounts: Sequence[Ranged], purse: Purse) -> Figure:
    return {
        "type": "data",
        "symmetric": False,
        "array": [purse.drawn(a.high_usd - a.usd) for a in amounts],
        "arrayminus": [purse.drawn(a.usd - a.low_usd) for a in amounts],
        "thickness": 1.2,
        "width": 3,
        "color": QUIET,
    }


def _told(amount: Ranged, purse: Purse) -> list[str]:
    return [purse.written(each) for each in (amount.usd, amount.low_usd, amount.high_usd)]


def break_even_lines(curves: Sequence[tuple[str, Curve]], today: Fraction, purse: Purse) -> Figure:
    """Monthly cost over volume, both on logarithmic axes; own GPUs climb in steps, within their range."""
    traces: list[Figure] = []
    colors = iter(_LINES * len(curves))
    for name, curve in curves:
        if curve.option.kind == "selfhost":
            traces += [_band(curve, purse), _line(name, curve, HOSTED, purse)]
        else:
            traces.append(_line(name, curve, next(colors), purse))
    layout = layout_of(height=460, x="requests a month", y=f"{purse.symbol} a month")
    dearest = max(purse.drawn(p.high_usd) for _, curve in curves for p in curve.points)
    layout["xaxis"] |= {"type": "log", "dtick": 1, "tickformat": "~s"}
    layout["yaxis"] |= {
        "type": "log",
        "dtick": 1,
        "tickprefix": purse.symbol,
        "tickformat": ",~r",
        "range": [0, math.log10(dearest)],
    }
    layout["shapes"] = [_rule_at(float(today))]
    layout["annotations"] = [
        {
            "x": math.log10(today),
            "y": 0.02,
            "yref": "paper",
            "text": " you, today",
            "showarrow": False,
            "xanchor": "left",
            "yanchor": "bottom",
        }
    ]
    return {"data": traces, "layout": layout}


def _band(curve: Curve, purse: Purse) -> Figure:
    """The range of a curve, shaded."""
    x = [float(p.requests_per_month) for p in curve.points]
    return {
        "type": "scatter",
        "x": x + x[::-1],
        "y": [purse.drawn(p.high_usd) for p in curve.points] + [purse.drawn(p.low_usd) for p in reversed(curve.points)],
        "fill": "toself",
        "fillcolor": "rgba(74,134,232,0.16)",
        "line": {"width": 0},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _line(name: str, curve: Curve, color: str, purse: Purse) -> Figure:
    width = 3 if curve.option.kind == "selfhost" else 2
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": [float(p.requests_per_month) for p in curve.points],
        "y": [purse.drawn(p.usd) for p in curve.points],
        "line": {"color": color, "width": width, "dash": "solid" if is_sure(curve.option.status) else "dot"},
        "customdata": [[count(p.requests_per_month), purse.written(p.usd)] for p in curve.points],
        "hovertemplate": "%{customdata[0]} requests: %{customdata[1]}<extra>" + name + "</extra>",
    }


def _rule_at(x: float) -> Figure:
    line = {"color": QUIET, "width": 1.5, "dash": "dash"}
    return {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper", "line": line}


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
    layout = layout_of(height=360, y="US dollars per 1M tokens")
    layout["yaxis"] |= {"tickprefix": "$", "rangemode": "tozero"}
    return {"data": traces, "layout": layout}


def swing_bars(swings: Sequence[Swing], base: Decimal | None, never: Decimal) -> Figure:
    """From how many requests a month own GPUs pay at both ends of each input, widest on top; `never` ends the axis."""
    names = [swing.name for swing in swings]
    traces = []
    for title, color, end in (("at its low end", API, "low"), ("at its high end", CLAIM, "high")):
        volumes = [getattr(swing, end) for swing in swings]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": title,
                "marker": {"color": color, "size": 13, "symbol": ["x" if v is None else "circle" for v in volumes]},
                "x": [float(never if v is None else v) for v in volumes],
                "y": names,
                "customdata": [
                    [getattr(swing, f"at_{end}"), "never" if v is None else f"from {count(v)} requests"]
                    for swing, v in zip(swings, volumes, strict=True)
                ],
                "hovertemplate": "%{y}, %{customdata[0]}: %{customdata[1]}<extra></extra>",
            }
        )
    layout = layout_of(height=_ROW_PX * len(swings) + 120, x="requests a month from which it pays; a cross is never")
    layout["yaxis"] |= {"categoryorder": "array", "categoryarray": names[::-1], "ticksuffix": "  "}
    layout["xaxis"] |= {"type": "log", "dtick": 1, "tickformat": "~s"}
    bars = [
        {
            "type": "line",
            "x0": float(never if swing.low is None else swing.low),
            "x1": float(never if swing.high is None else swing.high),
            "y0": swing.name,
            "y1": swing.name,
            "line": {"color": QUIET, "width": 6},
            "layer": "below",
        }
        for swing in swings
    ]
    layout["shapes"] = bars + ([_rule_at(float(base))] if base is not None else [])
    return {"data": traces, "layout": layout}


def fleet_hours(arrivals: Sequence[float], fleet: Fleet) -> Figure:
    """Requests a minute and copies kept, hour by hour; 168 hours are those of a week from Monday on."""
    week = len(arrivals) == len(_WEEK) * 24
    x = [f"{_WEEK[h // 24]} {h % 24:02d}:00" if week else f"hour {h + 1}" for h in range(len(arrivals))]
    both: Figure = {"type": "scatter", "mode": "lines", "x": x}
    requests = both | {"name": "requests a minute", "y": [rate * 60 for rate in arrivals], "line": {"color": API}}
    copies = both | {"name": "copies kept", "y": list(fleet.replicas_by_hour), "yaxis": "y2"}
    copies["line"] = {"color": HOSTED, "shape": "hv"}
    layout = layout_of(height=300, y="requests a minute")
    layout["yaxis"] |= {"rangemode": "tozero"}
    layout["xaxis"] |= {"nticks": 8}
    layout["yaxis2"] = {
        "title": {"text": "copies"},
        "overlaying": "y",
        "side": "right",
        "rangemode": "tozero",
        "fixedrange": True,
        "showgrid": False,
        "dtick": max(1, fleet.peak_replicas // 4),
    }
    return {"data": [requests, copies], "layout": layout}


def rent_trend(months: Sequence[RentMonth], quotes: Sequence[RentalQuote]) -> Figure:
    """Rents on demand by month: every quote, their median, and the middle half shaded."""
    middle = [month.month.replace(day=15) for month in months]
    band = {
        "type": "scatter",
        "mode": "lines",
        "name": "middle half",
        "x": middle + middle[::-1],
        "y": [float(m.upper) for m in months] + [float(m.lower) for m in reversed(months)],
        "fill": "toself",
        "fillcolor": "rgba(74,134,232,0.16)",
        "line": {"width": 0},
        "hoverinfo": "skip",
    }
    medians = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "median of the month",
        "x": middle,
        "y": [float(m.median) for m in months],
        "line": {"color": HOSTED, "width": 2.5},
        "customdata": [m.quotes for m in months],
        "hovertemplate": "%{x|%B %Y}: $%{y:.2f}, %{customdata} quotes<extra></extra>",
    }
    dots = {
        "type": "scatter",
        "mode": "markers",
        "name": "a seller's quote",
        "x": [quote.as_of for quote in quotes],
        "y": [float(quote.usd_per_gpu_hour) for quote in quotes],
        "marker": {"color": QUIET, "size": 6},
        "customdata": [quote.provider for quote in quotes],
        "hovertemplate": "%{customdata}, %{x|%-d %B %Y}: $%{y:.2f}<extra></extra>",
    }
    layout = layout_of(height=320, y="US dollars for a GPU-hour")
    layout["yaxis"] |= {"tickprefix": "$", "rangemode": "tozero"}
    return {"data": [band, medians, dots], "layout": layout}


def layout_of(*, height: int, x: str = "", y: str = "") -> Figure:
    return {
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 44, "b": 8},
        "xaxis": {"title": {"text": x}, "automargin": True, "fixedrange": True},
        "yaxis": {"title": {"text": y}, "automargin": True, "fixedrange": True},
        "legend": {"orientation": "h", "x": 0, "y": 1, "xanchor": "left", "yanchor": "bottom"},
        "hoverlabel": {"align": "left"},
    }
