"""The chart of what would make work cheaper, as a plain plotly figure."""

from collections.abc import Sequence

from estimator.dashboard.charts import API, CLAIM, QUIET, Figure
from estimator.dashboard.purse import Purse
from estimator.decision.levers import Lever

_ROW_PX = 38


def saving_bars(levers: Sequence[Lever], purse: Purse) -> Figure:
    """What each lever saves a month, most on top, with whiskers; hatched where a doubt hangs on it."""
    names = [f"{lever.fact.name}  <b>{purse.written(lever.usd)}</b>" for lever in levers]
    groups = (
        ("Saved a month", False, {"color": API}),
        (
            "Saved a month, in doubt",
            True,
            {
                "color": "rgba(0,0,0,0)",
                "line": {"color": CLAIM, "width": 1.5},
                "pattern": {"shape": "/", "fgcolor": CLAIM},
            },
        ),
    )
    traces = []
    for title, doubted, marker in groups:
        chosen = [(name, lever) for name, lever in zip(names, levers, strict=True) if bool(lever.doubt) == doubted]
        if chosen:
            traces.append(_bars(title, chosen, marker, purse))
    layout: Figure = {
        "height": _ROW_PX * len(levers) + 110,
        "margin": {"l": 8, "r": 8, "t": 44, "b": 8},
        "bargap": 0.35,
        "legend": {"orientation": "h", "x": 0, "y": 1, "xanchor": "left", "yanchor": "bottom"},
        "xaxis": {
            "title": {"text": f"{purse.symbol} saved a month"},
            "automargin": True,
            "fixedrange": True,
            "tickprefix": purse.symbol,
            "nticks": 3,
            "tickangle": 0,
        },
        "yaxis": {
            "automargin": True,
            "fixedrange": True,
            "categoryorder": "array",
            "categoryarray": names[::-1],
            "ticksuffix": "  ",
        },
    }
    return {"data": traces, "layout": layout}


def _bars(title: str, chosen: Sequence[tuple[str, Lever]], marker: Figure, purse: Purse) -> Figure:
    levers = [lever for _, lever in chosen]
    return {
        "type": "bar",
        "orientation": "h",
        "name": title,
        "marker": marker,
        "y": [name for name, _ in chosen],
        "x": [purse.drawn(lever.usd) for lever in levers],
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [purse.drawn(lever.high_usd - lever.usd) for lever in levers],
            "arrayminus": [purse.drawn(lever.usd - lever.low_usd) for lever in levers],
            "thickness": 1.2,
            "width": 3,
            "color": QUIET,
        },
        "customdata": [[purse.span(lever.low_usd, lever.high_usd), lever.change] for lever in levers],
        "hovertemplate": "%{customdata[1]}<br>%{customdata[0]} a month<extra></extra>",
    }
