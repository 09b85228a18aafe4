"""The charts of own GPUs: from when on they pay, what moves that, and how many are kept hour by hour."""

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import partial

from estimator.dashboard.charts import ACCENT, Chart, End, Figure, Row, beside, layout_of, note, pale, rule_at
from estimator.dashboard.purse import Purse
from estimator.decision import Curve, Swing
from estimator.report import count, is_sure
from estimator.report.palette import HOSTED, QUIET, color_of
from estimator.selfhost import Fleet

Curves = Sequence[tuple[str, Curve]]  # Each with the name that it has here.

_PLOT_PX, _EDGES_PX = 400, 70
_DASHES = ("solid", "dash", "dashdot", "longdash")  # For those of one colour; dots are for claims.
_SWING_PX, _FEW_DECADES = 60, 1.5
_WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def break_even_chart(curves: Curves, today: Fraction, answer: str, purse: Purse) -> Chart:
    """Monthly cost over volume, both axes logarithmic; own GPUs climb in steps, within their range."""
    colors = [color_of(curve.option) for _, curve in curves]
    traces = [_band(curve, purse) for _, curve in curves if curve.option.kind == "selfhost"]
    for place, (name, curve) in enumerate(curves):
        dash = _DASHES[colors[:place].count(colors[place]) % len(_DASHES)]
        traces.append(_line(name, curve, colors[place], dash, purse))
    top = math.log10(max(purse.drawn(p.high_usd) for _, curve in curves for p in curve.points))
    ends = [
        End(curve.option.name, math.log10(purse.drawn(curve.points[-1].usd)), color, not is_sure(curve.option.status))
        for color, (_, curve) in zip(colors, curves, strict=True)
    ]
    names, margin = beside(ends, (0, top), _PLOT_PX)
    layout = layout_of(height=_PLOT_PX + _EDGES_PX, x="requests a month")
    layout["margin"] |= {"r": margin, "t": 26}
    layout["xaxis"] |= {"type": "log", "dtick": 2, "tickformat": "~s"}
    layout["yaxis"] |= {"type": "log", "dtick": 2, "tickprefix": purse.symbol, "tickformat": "~s", "range": [0, top]}
    layout["shapes"] = [rule_at(float(today))]
    you = note("you, today", x=math.log10(today), y=1, yref="paper", yanchor="bottom")
    layout["annotations"] = [*names, you]
    return Chart(
        "From how many requests a month do own GPUs cost less?",
        {"data": traces, "layout": layout},
        answer,
        partial(_curve_rows, curves, purse),
        "Each step along an axis is a hundred times the one before. The shade is the range of own GPUs.",
    )


def _band(curve: Curve, purse: Purse) -> Figure:
    """The range of a curve, shaded."""
    x = [float(p.requests_per_month) for p in curve.points]
    return {
        "type": "scatter",
        "x": x + x[::-1],
        "y": [purse.drawn(p.high_usd) for p in curve.points] + [purse.drawn(p.low_usd) for p in reversed(curve.points)],
        "fill": "toself",
        "fillcolor": pale(HOSTED),
        "line": {"width": 0},
        "hoverinfo": "skip",
    }


def _line(name: str, curve: Curve, color: str, dash: str, purse: Purse) -> Figure:
    width = 3 if curve.option.kind == "selfhost" else 2
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": [float(p.requests_per_month) for p in curve.points],
        "y": [purse.drawn(p.usd) for p in curve.points],
        "line": {"color": color, "width": width, "dash": dash if is_sure(curve.option.status) else "dot"},
        "customdata": [[count(p.requests_per_month), purse.written(p.usd)] for p in curve.points],
        "hovertemplate": f"{name}<br>%{{customdata[0]}} requests: %{{customdata[1]}}<extra></extra>",
    }


def _curve_rows(curves: Curves, purse: Purse) -> list[Row]:
    return [
        {
            "Way": name,
            "Requests a month": round(point.requests_per_month),
            f"A month ({purse.symbol})": purse.drawn(point.usd),
            "At least": purse.drawn(point.low_usd),
            "At most": purse.drawn(point.high_usd),
        }
        for name, curve in curves
        for point in curve.points
    ]


def swing_chart(swings: Sequence[Swing], base: Decimal | None, never: Decimal) -> Chart:
    """From how many requests a month own GPUs pay at both ends of each input, widest on top; `never` ends the axis."""
    places = list(range(len(swings)))
    lows = [float(never if swing.low is None else swing.low) for swing in swings]
    highs = [float(never if swing.high is None else swing.high) for swing in swings]
    layout = layout_of(height=_SWING_PX * len(swings) + 60, x="requests a month from which own GPUs pay")
    layout["margin"] |= {"t": 4, "l": 0, "r": 16, "pad": 0}
    layout["xaxis"] |= _log_axis([*lows, *highs])
    layout["yaxis"] |= {"range": [len(swings) - 0.3, -0.7], "showticklabels": False, "showgrid": False}
    layout["yaxis"] |= {"zeroline": False, "automargin": False}
    layout["shapes"] = [_stroke(place, float(base)) for place in places] if base is not None else []
    layout["annotations"] = [_swing_note(place, swing) for place, swing in enumerate(swings)]
    layout["shapes"] += [_bar_between(*ends) for ends in zip(places, lows, highs, strict=True)]
    return Chart(
        "Which assumption moves that point most?",
        {
            "data": [
                _dots(lows, ["x" if s.low is None else "circle" for s in swings]),
                _dots(highs, ["x" if s.high is None else "diamond" for s in swings]),
            ],
            "layout": layout,
        },
        f"{swings[0].name} moves it most: {_ends_words(swings[0])}.",
        partial(_swing_rows, swings),
        "● and ◆ are the two ends of an input, ✕ is never. The stroke across a bar is where it pays as things stand.",
    )


def _log_axis(values: Sequence[float]) -> Figure:
    """From below the least to above the most, with ticks at 1, 2 and 5, or at powers of ten where there are many."""
    low, high = math.log10(min(values)) - 0.1, math.log10(max(values)) + 0.1
    ticks = "D2" if high - low < _FEW_DECADES else math.ceil((high - low) / 4)
    return {"type": "log", "range": [low, high], "dtick": ticks, "tickformat": "~s"}


def _dots(x: Sequence[float], symbols: Sequence[str]) -> Figure:
    marker = {"color": ACCENT, "size": 12, "symbol": symbols}
    y = list(range(len(x)))
    return {"type": "scatter", "mode": "markers", "x": x, "y": y, "marker": marker, "hoverinfo": "skip"}


def _bar_between(place: int, low: float, high: float) -> Figure:
    line = {"color": QUIET, "width": 5}
    return {"type": "line", "x0": low, "x1": high, "y0": place, "y1": place, "line": line, "layer": "below"}


def _stroke(place: int, x: float) -> Figure:
    """Where it pays as things stand, beside a row's bar."""
    line = {"color": QUIET, "width": 2}
    return {"type": "line", "x0": x, "x1": x, "y0": place - 0.18, "y1": place + 0.18, "line": line, "layer": "below"}


def _swing_note(place: int, swing: Swing) -> Figure:
    text = f"<b>{swing.name}</b>  ● {swing.at_low}: {_from(swing.low)}<br>◆ {swing.at_high}: {_from(swing.high)}"
    return note(text, x=0, y=place - 0.42, xref="x domain", xanchor="left", yanchor="middle")


def _ends_words(swing: Swing) -> str:
    return f"{swing.at_low}, {_from(swing.low)}; {swing.at_high}, {_from(swing.high)}"


def _from(volume: Decimal | None) -> str:
    return "never" if volume is None else f"from {count(volume)}"


def _swing_rows(swings: Sequence[Swing]) -> list[Row]:
    return [
        {
            "Input": swing.name,
            "Low end": swing.at_low,
            "Pays from": "never" if swing.low is None else count(swing.low),
            "High end": swing.at_high,
            "Pays then from": "never" if swing.high is None else count(swing.high),
        }
        for swing in swings
    ]


def fleet_chart(arrivals: Sequence[float], fleet: Fleet) -> Chart:
    """Requests a minute above and copies kept below, hour by hour; 168 hours are those of a week from Monday on."""
    hours = [_hour(place, len(arrivals)) for place in range(len(arrivals))]
    both: Figure = {"type": "scatter", "mode": "lines", "x": list(range(len(hours))), "fill": "tozeroy"}
    both |= {"text": hours, "hovertemplate": "%{text}: %{y:.3~g}<extra></extra>"}
    requests = both | {"y": [rate * 60 for rate in arrivals], "line": {"color": ACCENT}, "fillcolor": pale(ACCENT)}
    copies = both | {"y": list(fleet.replicas_by_hour), "yaxis": "y2", "fillcolor": pale(HOSTED)}
    copies["line"] = {"color": HOSTED, "shape": "hv"}
    layout = layout_of(height=320)
    layout["xaxis"] |= {"anchor": "y2", "tickvals": list(range(0, len(hours), 24))}
    layout["xaxis"]["ticktext"] = [
        hours[place].split(" ")[0] if len(hours) > 24 else "" for place in layout["xaxis"]["tickvals"]
    ]
    layout["yaxis"] |= {"domain": [0.56, 0.92], "rangemode": "tozero", "nticks": 3}
    layout["yaxis2"] = layout["yaxis"] | {
        "domain": [0, 0.36],
        "tickformat": "d",
        "dtick": max(1, fleet.peak_replicas // 2),
    }
    place = {"x": 0, "xref": "paper", "xanchor": "left", "yref": "paper", "yanchor": "bottom"}
    layout["annotations"] = [note("requests a minute", y=0.93, **place), note("copies kept", y=0.37, **place)]
    peak = max(range(len(arrivals)), key=lambda hour: arrivals[hour])
    return Chart(
        "When do requests come, and how many copies answer them?",
        {"data": [requests, copies], "layout": layout},
        f"At the busiest, {hours[peak]}, {count(arrivals[peak] * 60)} requests a minute; at most "
        f"{fleet.peak_replicas} copies are kept.",
        partial(_fleet_rows, hours, arrivals, fleet),
    )


def _hour(place: int, hours: int) -> str:
    return f"{_WEEK[place // 24]} {place % 24:02d}:00" if hours == len(_WEEK) * 24 else f"hour {place + 1}"


def _fleet_rows(hours: Sequence[str], arrivals: Sequence[float], fleet: Fleet) -> list[Row]:
    return [
        {"Hour": hour, "Requests a minute": rate * 60, "Copies kept": copies}
        for hour, rate, copies in zip(hours, arrivals, fleet.replicas_by_hour, strict=True)
    ]
