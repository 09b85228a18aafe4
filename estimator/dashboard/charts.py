"""What all charts are made of, as plain plotly figures: values in, a figure out. Colours read on light and on dark."""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from estimator.decision import Option
from estimator.report import is_sure
from estimator.report.palette import QUIET

Figure = dict[str, Any]
Row = dict[str, object]

ACCENT = "#178f7a"  # What is no model's: spending, savings, requests.
_ROW_PX, _BAR, _RANGE = 44, 0.2, 0.38  # A row's height, and of it the bar's and the range's.
_AXIS_PX = 28
_LABEL_UP, _BAR_DOWN = 0.26, 0.16
_LETTER_PX, _LINE_PX, _GAP_PX, _WRAPPED = 6.6, 15, 3, 17


@dataclass(frozen=True)
class Chart:
    """A question, the picture that answers it, the answer in words, and the figures behind it, made when asked for.

    `reading` tells how to read the picture, where that needs telling.
    """

    question: str
    figure: Figure
    answer: str
    rows: Callable[[], Sequence[Row]]
    reading: str = ""


@dataclass(frozen=True)
class Bar:
    """A row of a chart of bars, in units of its axis; a doubted one is hatched. `told` is said on hover."""

    label: str
    written: str
    low: float
    typical: float
    high: float
    color: str
    is_doubted: bool = False
    told: str = ""
    start: float = 0.0


@dataclass(frozen=True)
class End:
    """Where a line ends, in units of its axis (powers of ten on a logarithmic one), and what it is called."""

    name: str
    y: float
    color: str
    is_claim: bool = False


def label(option: Option) -> str:
    """The name that an option has on an axis: a claim is called one."""
    return f"{option.name} (claimed)" if not is_sure(option.status) else option.name


def bars(rows: Sequence[Bar], end: float, prefix: str) -> Figure:
    """A row for each, first on top: its name and amount above, a solid bar, and a pale one from low to high.

    What is longer than `end` runs off the chart, and says so.
    """
    places = [place + _BAR_DOWN for place in range(len(rows))]
    layout = layout_of(height=_ROW_PX * len(rows) + _AXIS_PX)
    layout["margin"] = {"l": 0, "r": 16, "t": 0, "b": _AXIS_PX, "pad": 0}
    layout["xaxis"] |= {"range": [0, end], "tickprefix": prefix, "nticks": 4, "tickformat": ",~r"}
    layout["yaxis"]["automargin"] = False
    layout["yaxis"] |= {"range": [len(rows) - 0.4, -0.6], "showticklabels": False, "showgrid": False, "zeroline": False}
    layout |= {"barmode": "overlay", "showlegend": False}
    layout["annotations"] = [_above(place, row) for place, row in enumerate(rows)]
    layout["annotations"] += [_cut(place) for place, row in enumerate(rows) if row.start + row.typical > end]
    return {"data": [_ranges(rows, places), _solid(rows, places)], "layout": layout}


def _ranges(rows: Sequence[Bar], places: Sequence[float]) -> Figure:
    wide = [(place, row) for place, row in zip(places, rows, strict=True) if row.high > row.low]
    lines = {"color": [row.color for _, row in wide], "width": 1}
    return {
        "type": "bar",
        "orientation": "h",
        "y": [place for place, _ in wide],
        "width": _RANGE,
        "base": [row.low for _, row in wide],
        "x": [row.high - row.low for _, row in wide],
        "marker": {"color": [pale(row.color) for _, row in wide], "line": lines},
        "hoverinfo": "skip",
    }


def _solid(rows: Sequence[Bar], places: Sequence[float]) -> Figure:
    shapes = ["/" if row.is_doubted else "" for row in rows]
    return {
        "type": "bar",
        "orientation": "h",
        "y": places,
        "width": _BAR,
        "base": [row.start for row in rows],
        "x": [row.typical for row in rows],
        "marker": {
            "color": [row.color for row in rows],
            "line": {"color": [row.color for row in rows], "width": 1},
            "pattern": {"shape": shapes, "fillmode": "replace", "size": 5, "solidity": 0.4},
        },
        "customdata": [row.told for row in rows],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _above(place: int, row: Bar) -> Figure:
    text = f"{row.label}  <b>{row.written}</b>"
    return note(text, x=0, y=place - _LABEL_UP, xref="x domain", xanchor="left", yanchor="middle")


def _cut(place: int) -> Figure:
    return note("off the chart ▸", x=1, y=place - _LABEL_UP, xref="x domain", xanchor="right", yanchor="middle")


def beside(ends: Sequence[End], span: tuple[float, float], height: int) -> tuple[list[Figure], int]:
    """Names at the ends of lines, kept apart, and the margin that they need on the right, in pixels.

    `span` is what the axis shows, and `height` how many pixels it shows it on.
    """
    ordered = sorted(ends, key=lambda end: -end.y)
    texts = [textwrap.wrap(end.name, _WRAPPED) or [""] for end in ordered]
    unit = (span[1] - span[0]) / height
    sizes = [unit * (_LINE_PX * len(lines) + _GAP_PX) for lines in texts]
    places = apart([end.y for end in ordered], sizes, span)
    notes = [
        note(_named(lines, end), x=1, y=place, xref="paper", xanchor="left", yanchor="middle")
        for lines, end, place in zip(texts, ordered, places, strict=True)
    ]
    longest = max((len(line) for lines in texts for line in lines), default=0)
    return notes, round(_LETTER_PX * (longest + 3))


def _named(lines: Sequence[str], end: End) -> str:
    sign = "○" if end.is_claim else "●"
    return f'<span style="color:{end.color}">{sign}</span> ' + "<br>   ".join(lines)


def apart(places: Sequence[float], sizes: Sequence[float], span: tuple[float, float]) -> list[float]:
    """Places from the top down, moved as far as their sizes need so as not to overlap, within the span where it can."""
    top, found = span[1], []
    for place, size in zip(places, sizes, strict=True):
        found.append(min(place, top - size / 2))
        top = found[-1] - size / 2
    bottom = span[0]
    for n in reversed(range(len(found))):
        found[n] = max(found[n], bottom + sizes[n] / 2)
        bottom = found[n] + sizes[n] / 2
    return found


def note(text: str, **where: object) -> Figure:
    """Words within a chart."""
    return {"text": text, "showarrow": False, "align": "left", **where}


def rule_at(x: object) -> Figure:
    """A dashed line from the bottom to the top."""
    line = {"color": QUIET, "width": 1.5, "dash": "dash"}
    return {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper", "line": line}


def pale(color: str, share: float = 0.2) -> str:
    """A colour of the form #rrggbb, seen through."""
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share:g})"


def layout_of(*, height: int, x: str = "", y: str = "", months: bool = False) -> Figure:
    """What all figures have; below the plot there is room for the title of `x`, or for years below months."""
    dates = {"tickformat": "%b<br>%Y", "nticks": 5} if months else {}
    return {
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 52 if x or months else 28},
        "xaxis": {"fixedrange": True, "tickangle": 0, "automargin": False} | dates | _titled(x),
        "yaxis": {"fixedrange": True, "automargin": True} | _titled(y),
        "showlegend": False,
        "hoverlabel": {"align": "left"},
    }


def _titled(text: str) -> Figure:
    return {"title": {"text": text}} if text else {}
