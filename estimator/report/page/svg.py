"""The charts of a page as inline SVG: sharp at any size, told by title and description to those who do not see them.

Each is drawn for a width in pixels, so that its letters are as large on a phone as on a desk.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

from estimator.decision import Curve, Effect, Month, Rivalry
from estimator.report.axis import Axis, adding, multiplying, spread
from estimator.report.content import Report, Spending
from estimator.report.letters import printable, short
from estimator.report.own_gpus import crossing, told_curves
from estimator.report.palette import HOSTED, LIMIT, color_of
from estimator.report.summary import budget, effect_words, named, own_gpus
from estimator.report.words import cash, count
from pricing.currency import currencies

Element = ElementTree.Element
Place = Callable[[float | Decimal], float]  # Of a value, in pixels.

_LETTER, _WIDE_LETTER = 6.6, 7.6  # Mean width of a letter, and of a figure.
_TICKS = 6
_LINE = 16
_TOP, _BOTTOM = 20, 44  # Room around a plot.
_BAR = 14
_SAMPLE = 16  # Of a line, before its name.
_NARROW = 400
_RIGHT = 0.3  # Of the width, for the names of curves.
_MONTH = 46  # As much as the name of a month takes.


def curves(report: Report, hosting: Rivalry, width: int) -> str:
    """What each way costs over volume, both axes in powers of ten; own GPUs with their range."""
    drawn = told_curves(hosting, report)
    below = 0 if width > _NARROW else _LINE * (len(drawn) + 1)  # For the names, where there is no room beside.
    right, height = width * (1 if below else 1 - _RIGHT), 320
    chart = _figure("curves", width, height + below, "Cost of a month over volume", own_gpus(report))
    points = [point for each in drawn for point in each.points]
    own = next(each for each in drawn if each.option is hosting.option)
    costs = multiplying(float(report.amount(usd)) for p in points for usd in (p.usd, p.low_usd, p.high_usd))
    volumes = multiplying(float(p.requests_per_month) for p in points)
    left = _room_left(report, costs)
    x, across = _along(volumes, left, right), _along(costs, height - _BOTTOM, _TOP)

    def y(usd: Decimal) -> float:
        return across(report.amount(usd))

    _across(chart, report, costs, across, (left, right))
    _volumes(chart, volumes, x, height, 3 if below else 6)
    low = [(x(p.requests_per_month), y(p.low_usd)) for p in own.points]
    high = [(x(p.requests_per_month), y(p.high_usd)) for p in own.points]
    _add(chart, "polygon", points=_path(low + high[::-1]), fill=HOSTED, opacity=0.16)
    for each, look in zip(drawn, _looks(drawn), strict=True):
        path = _path([(x(p.requests_per_month), y(p.usd)) for p in each.points])
        _add(chart, "polyline", points=path, fill="none", **look)
    if below:
        _names(chart, report, drawn, [height + _LINE * i for i in range(1, len(drawn) + 1)], (left, width))
    else:
        _names(chart, report, drawn, _beside(report, drawn, across), (right + 8, width))
    if crossed := crossing(hosting, report):
        at_x, at_y = x(crossed.requests_per_month), y(crossed.usd)
        _add(chart, "circle", cx=at_x, cy=at_y, r=5, class_="mark")
        _add(chart, "text", count(crossed.requests_per_month), x=at_x - 2, y=at_y - 10, class_="end strong halo")
    return _text(chart)


def months(report: Report, spending: Spending, width: int) -> str:
    """A column for each month with a line up to a heavy one, and the limit across."""
    height, ahead, limit = 260, spending.months, spending.limit_usd
    chart = _figure("months", width, height, "Cost of the next twelve months", budget(report))
    amounts = [report.amount(usd) for m in ahead for usd in (m.high_usd, m.usd if limit is None else limit)]
    axis = adding(map(float, amounts))
    left, y = _room_left(report, axis), _along(axis, height - _BOTTOM, _TOP)
    _across(chart, report, axis, y, (left, width))
    step = (width - left) / len(ahead)
    every = 1 if step >= _MONTH else 3
    for i, month in enumerate(ahead):
        sides = (left + step * i, left + step * (i + 1))
        _column(chart, report, month, y, sides, is_named=i % every == 0)
    if limit is not None:
        at = y(report.amount(limit))
        _add(chart, "line", x1=left, x2=width, y1=at, y2=at, stroke=LIMIT, stroke_width=2)
        _add(chart, "text", f"limit {report.money(limit)}", x=left + 4, y=at - 6, class_="strong halo")
    return _text(chart)


def effects(report: Report, found: Sequence[Effect], today_usd: Decimal, width: int) -> str:
    """A bar for each input, from the least to the most that it makes of a month, today marked across."""
    row = 3 * _LINE + 10
    heard = ". ".join(effect_words(each, report) for each in found)
    chart = _figure("effects", width, row * len(found) + 4, "What one input makes of a month", f"{heard}.")
    axis = adding(float(report.amount(usd)) for each in found for usd in (each.low_usd, each.high_usd))
    place = _along(axis, 0, width)

    def x(usd: Decimal) -> float:
        return place(report.amount(usd))

    for i, each in enumerate(found):
        top = row * i + _LINE
        least, most = sorted((x(each.low_usd), x(each.high_usd)))
        _add(chart, "text", each.name, x=0, y=top - 2, class_="strong")
        _add(chart, "rect", x=0, y=top + 4, width=width, height=_BAR, class_="track")
        _add(chart, "rect", x=least, y=top + 4, width=most - least, height=_BAR, class_="bar")
        _add(chart, "line", x1=x(today_usd), x2=x(today_usd), y1=top + 1, y2=top + 7 + _BAR, class_="today")
        low, high = f"{each.at_low} {report.money(each.low_usd)}", f"{each.at_high} {report.money(each.high_usd)}"
        _add(chart, "text", low, x=0, y=top + 2 * _LINE + 2)
        _add(chart, "text", high, x=width, y=top + 2 * _LINE + 2, class_="end")
    return _text(chart)


def _figure(name: str, width: int, height: float, title: str, description: str) -> Element:
    """An empty chart, its own size at most."""
    ids = f"{name}-{width}-title", f"{name}-{width}-text"
    chart = ElementTree.Element("svg", {"role": "img", "aria-labelledby": " ".join(ids)})
    chart.attrib |= {"viewBox": f"0 0 {width} {height:g}", "class": "wide" if width > _NARROW else "narrow"}
    _add(chart, "title", title, id=ids[0])
    _add(chart, "desc", description, id=ids[1])
    return chart


def _add(parent: Element, tag: str, text: str = "", **attributes: str | float) -> None:
    """A child. Of the names of attributes a trailing _ goes, and others become -."""
    named = {name.rstrip("_").replace("_", "-"): _said(value) for name, value in attributes.items()}
    ElementTree.SubElement(parent, tag, named).text = printable(text) or None


def _said(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")


def _text(chart: Element) -> str:
    return ElementTree.tostring(chart, encoding="unicode")


def _along(axis: Axis, first: float, last: float) -> Place:
    """Where values stand between two pixels."""
    return lambda value: first + axis.place(float(value)) * (last - first)


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _room_left(report: Report, axis: Axis) -> float:
    """As much room as the amounts at the left take."""
    return 8 + _WIDE_LETTER * max(len(_round(report, tick)) for tick in axis.ticks(_TICKS))


def _across(chart: Element, report: Report, axis: Axis, y: Place, sides: tuple[float, float]) -> None:
    """Faint lines at round amounts from side to side, written at the left."""
    left, right = sides
    for tick in axis.ticks(_TICKS):
        _add(chart, "line", x1=left, x2=right, y1=y(tick), y2=y(tick), class_="grid")
        _add(chart, "text", _round(report, tick), x=left - 6, y=y(tick) + 4, class_="end")


def _round(report: Report, amount: float) -> str:
    """A round amount, without cents where there are none."""
    unit = report.exchange.currency
    return cash(Decimal(f"{amount:.10g}"), unit).removesuffix(f".{'0' * currencies()[unit].decimals}")


def _volumes(chart: Element, axis: Axis, x: Place, height: float, most: int) -> None:
    for tick in axis.ticks(most):
        _add(chart, "text", count(tick), x=x(tick), y=height - _BOTTOM + 18, class_="middle")
    _add(chart, "text", "requests a month", x=x(axis.last), y=height - 8, class_="end")


def _beside(report: Report, drawn: Sequence[Curve], y: Place) -> list[float]:
    """The heights at which the names of curves stand beside their ends, none over another."""
    height = y(0) - _TOP
    ends = [1 - (y(report.amount(each.points[-1].usd)) - _TOP) / height for each in drawn]
    return [_TOP + (1 - place) * height for place in spread(ends, _LINE / height)]


def _names(
    chart: Element, report: Report, drawn: Sequence[Curve], heights: Sequence[float], sides: tuple[float, float]
) -> None:
    """Each curve's name between two sides, behind its colour."""
    left, right = sides
    for each, look, height in zip(drawn, _looks(drawn), heights, strict=True):
        _add(chart, "line", x1=left, x2=left + _SAMPLE, y1=height, y2=height, **look)
        name = short(named(each.option, report), int((right - left - _SAMPLE - 4) / _LETTER))
        _add(chart, "text", name, x=left + _SAMPLE + 4, y=height + 4)


def _looks(drawn: Sequence[Curve]) -> list[dict[str, Any]]:
    """Of each line, in its maker's colour; dashed where an earlier one has the same."""
    colors = [color_of(each.option) for each in drawn]
    dashes = ["5 3" if color in colors[:i] else "none" for i, color in enumerate(colors)]
    pairs = zip(colors, dashes, strict=True)
    return [{"stroke": color, "stroke_dasharray": dash, "stroke_width": 2.5} for color, dash in pairs]


def _column(
    chart: Element, report: Report, month: Month, y: Place, sides: tuple[float, float], *, is_named: bool
) -> None:
    """A month's column between two sides; its amount and its name where there is room for them."""
    typical, heavy = y(report.amount(month.usd)), y(report.amount(month.high_usd))
    middle, step = sum(sides) / 2, sides[1] - sides[0]
    _add(chart, "rect", x=middle - step * 0.32, y=typical, width=step * 0.64, height=y(0) - typical, class_="bar")
    _add(chart, "line", x1=middle, x2=middle, y1=typical, y2=heavy, class_="heavy")
    _add(chart, "line", x1=middle - 5, x2=middle + 5, y1=heavy, y2=heavy, class_="heavy")
    if is_named:
        _add(chart, "text", report.money(month.usd), x=middle, y=y(0) + 17, class_="middle strong")
        _add(chart, "text", f"{month.month:%b %y}", x=middle, y=y(0) + 33, class_="middle")
