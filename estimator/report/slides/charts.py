"""Native charts of a deck: a client can open their data and change them. Amounts are in the report's currency."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from pptx.chart.chart import Chart
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
)
from pptx.enum.dml import MSO_LINE, MSO_PATTERN, MSO_THEME_COLOR
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.slide import Slide
from pptx.util import Pt

from estimator.decision import Curve, Effect, Option
from estimator.report.cells import safe_cell
from estimator.report.content import Report, Spending
from estimator.report.letters import printable
from estimator.report.own_gpus import Crossing
from estimator.report.palette import LIMIT, QUIET, color_of
from estimator.report.slides.deck import CHART, describe, placeholder
from estimator.report.summary import named
from estimator.report.words import is_sure
from pricing.currency import currencies

_LETTERS = Pt(12)
_LINE = Pt(2.25)
_COUNTS = '[>=1000000000]#,##0,,,"B";[>=1000000]#,##0,,"M";#,##0'

Point = tuple[Decimal, Decimal]  # Requests a month, USD a month.
Amounts = Sequence[Decimal]
_T = TypeVar("_T")
Labelled = Sequence[tuple[str, _T]]


def put_costs(slide: Slide, report: Report, options: Labelled[Option], alt: str) -> None:
    """A bar for each option under its label; what no seller stands behind is hatched."""
    amounts = [report.amount(option.usd) for _, option in options]
    chart = _bars(slide, report, [label for label, _ in options], {"A typical month": amounts}, alt)
    for i, (_, option) in enumerate(options):
        _paint(chart.plots[0].series[0].points[i].format.fill, option)
    chart.value_axis.visible = False
    _label(chart.plots[0], report)


def put_ranges(slide: Slide, report: Report, options: Labelled[Option], alt: str) -> None:
    """Bars from a light month to a heavy one, the typical month where their colour changes."""
    ends = [o.low_usd for _, o in options], [o.usd for _, o in options], [o.high_usd for _, o in options]
    named = _Floating([label for label, _ in options], ("Light month", "to typical", "to heavy"), *ends)
    _floating(slide, report, named, alt)


def put_effects(slide: Slide, report: Report, effects: Sequence[Effect], today_usd: Decimal, alt: str) -> None:
    """Bars from the least to the most that an input makes of a month, today where their colour changes."""
    least = [min(e.low_usd, e.high_usd) for e in effects]
    most = [max(e.low_usd, e.high_usd) for e in effects]
    names = ("At least", "to today's", "at most")
    named = _Floating([e.name for e in effects], names, least, [today_usd] * len(effects), most)
    _floating(slide, report, named, alt)


def put_curves(slide: Slide, report: Report, curves: Labelled[Curve], crossed: Crossing | None, alt: str) -> None:
    """Cost over volume under each label, both in powers of ten; a mark where two cross."""
    data: Any = XyChartData(number_format=_format(report))  # type: ignore[no-untyped-call]
    for label, each in curves:
        _add_points(data, report, label, [(p.requests_per_month, p.usd) for p in each.points])
    if crossed:
        label = f"Crossing with {named(crossed.against, report)}"
        _add_points(data, report, label, [(crossed.requests_per_month, crossed.usd)])
    chart = _insert(slide, XL_CHART_TYPE.XY_SCATTER_LINES_NO_MARKERS, data, alt)
    drawn = list(chart.plots[0].series)
    colors = [color_of(each.option) for _, each in curves]
    for i, color in enumerate(colors):
        _draw(drawn[i], color, dashed=color in colors[:i])
    if crossed:
        _mark(drawn[-1])
    points = [point for _, each in curves for point in each.points]
    _powers(chart.category_axis, [p.requests_per_month for p in points], "Requests a month", _COUNTS)
    costs = [report.amount(p.usd) for p in points]
    _powers(chart.value_axis, costs, f"{report.exchange.currency} a month", _format(report))
    _legend(chart)


def put_months(slide: Slide, report: Report, spending: Spending, alt: str) -> None:
    """A column for each month, a dashed line for heavy months, and the limit as a line."""
    months, limit = spending.months, spending.limit_usd
    series = {"Typical month": [m.usd for m in months], "Heavy month": [m.high_usd for m in months]}
    if limit is not None:
        series["Limit a month"] = [limit] * len(months)
    labels = [f"{m.month:%b %Y}" for m in months]
    named = {name: [report.amount(usd) for usd in amounts] for name, amounts in series.items()}
    chart = _insert(slide, XL_CHART_TYPE.COLUMN_CLUSTERED, _data(report, labels, named), alt)
    _lines_from(chart, 1)
    columns, lines = chart.plots
    columns.gap_width = 60
    _tint(columns.series[0], 0)
    _label(columns, report)
    for line, color in zip(lines.series, (QUIET, LIMIT), strict=False):
        _draw(line, color, dashed=color == QUIET)
    _money_axis(chart, report)
    _legend(chart)


def _format(report: Report) -> str:
    """Amounts as `cash` writes them: whole units from 100 on, cents below."""
    unit = currencies()[report.exchange.currency]
    symbol = f"{unit.symbol}\N{NO-BREAK SPACE}" if unit.symbol.isalpha() else unit.symbol
    whole = f'"{symbol}"#,##0'
    return f'[=0]{whole};[>=99.995]{whole};"{symbol}"0.{"0" * unit.decimals}' if unit.decimals else whole


def _data(report: Report, labels: Sequence[str], series: Mapping[str, Amounts]) -> Any:
    data: Any = CategoryChartData(number_format=_format(report))  # type: ignore[no-untyped-call]
    data.categories = [safe_cell(printable(label)) for label in labels]
    for name, amounts in series.items():
        data.add_series(name, [float(amount) for amount in amounts])
    return data


def _add_points(data: Any, report: Report, label: str, points: Sequence[Point]) -> None:
    series = data.add_series(safe_cell(printable(label)))
    for requests, usd in points:
        series.add_data_point(float(requests), float(report.amount(usd)))


def _insert(slide: Slide, kind: Any, data: Any, alt: str) -> Chart:
    frame = placeholder(slide, CHART).insert_chart(kind, data)
    describe(frame, alt)
    chart: Chart = frame.chart
    chart.has_title, chart.has_legend = False, False
    chart.font.size = _LETTERS
    return chart


def _bars(slide: Slide, report: Report, labels: Sequence[str], series: Mapping[str, Amounts], alt: str) -> Chart:
    """Lying bars, the first on top; several series are stacked."""
    kind = XL_CHART_TYPE.BAR_STACKED if len(series) > 1 else XL_CHART_TYPE.BAR_CLUSTERED
    chart = _insert(slide, kind, _data(report, labels, series), alt)
    chart.category_axis.reverse_order = True
    chart.category_axis.format.line.fill.background()
    chart.plots[0].gap_width = 45
    chart.value_axis.minimum_scale = 0
    chart.value_axis.has_major_gridlines = False
    return chart


@dataclass(frozen=True)
class _Floating:
    """Bars under their labels: where each begins, where its colour changes and where it ends, in USD."""

    labels: Sequence[str]
    names: tuple[str, str, str]
    least: Amounts
    middle: Amounts
    most: Amounts


def _floating(slide: Slide, report: Report, bars: _Floating, alt: str) -> None:
    """Stacked bars of which the first part is not seen."""
    least, middle, most = ([report.amount(usd) for usd in each] for each in (bars.least, bars.middle, bars.most))
    below = [m - low for low, m in zip(least, middle, strict=True)]
    above = [high - m for m, high in zip(middle, most, strict=True)]
    chart = _bars(slide, report, bars.labels, dict(zip(bars.names, (least, below, above), strict=True)), alt)
    chart.plots[0].overlap = 100
    hidden, lower, upper = chart.plots[0].series
    hidden.format.fill.background()
    _tint(lower, 0)
    _tint(upper, 0.5)
    _money_axis(chart, report)
    chart.value_axis.tick_label_position = XL_TICK_LABEL_POSITION.HIGH  # Below, for the bars begin on top.


def _paint(fill: Any, option: Option) -> None:
    color = _rgb(color_of(option))
    if is_sure(option.status):
        fill.solid()
        fill.fore_color.rgb = color
    else:
        fill.patterned()
        fill.pattern = MSO_PATTERN.WIDE_UPWARD_DIAGONAL
        fill.fore_color.rgb, fill.back_color.theme_color = color, MSO_THEME_COLOR.BACKGROUND_1


def _tint(series: Any, brightness: float) -> None:
    """In the client's colour as it can be read on white, made brighter by a share."""
    series.format.fill.solid()
    series.format.fill.fore_color.theme_color = MSO_THEME_COLOR.TEXT_2
    series.format.fill.fore_color.brightness = brightness


def _label(plot: Any, report: Report) -> None:
    plot.has_data_labels = True
    labels = plot.data_labels
    labels.number_format, labels.number_format_is_linked = _format(report), False
    labels.position, labels.show_value = XL_LABEL_POSITION.OUTSIDE_END, True
    labels.font.size = _LETTERS


def _money_axis(chart: Chart, report: Report) -> None:
    axis = chart.value_axis
    axis.minimum_scale = 0
    axis.format.line.fill.background()
    _scale(axis, _format(report))


def _scale(axis: Any, number_format: str) -> None:
    """Faint lines across, and numbers beside them."""
    axis.has_major_gridlines = True
    line = axis.major_gridlines.format.line
    line.color.theme_color, line.color.brightness = MSO_THEME_COLOR.BACKGROUND_2, -0.1
    axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = number_format, False


def _powers(axis: Any, values: Amounts, title: str, number_format: str) -> None:
    """A scale in powers of ten around values above nothing."""
    some = [value for value in values if value > 0] or [Decimal(1)]
    first, last = math.floor(min(some).log10()), math.ceil(max(some).log10())
    axis._element.find(qn("c:scaling")).insert(0, parse_xml(f'<c:logBase {nsdecls("c")} val="10"/>'))
    axis.minimum_scale, axis.maximum_scale = 10.0**first, 10.0 ** max(first + 1, last)
    axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    axis.axis_title.text_frame.text = title
    axis.axis_title.text_frame.paragraphs[0].font.size = _LETTERS
    _scale(axis, number_format)


def _draw(series: Any, color: str, *, dashed: bool) -> None:
    line = series.format.line
    line.color.rgb, line.width = _rgb(color), _LINE
    if dashed:
        line.dash_style = MSO_LINE.DASH
    series.marker.style = XL_MARKER_STYLE.NONE
    series.smooth = False


def _mark(series: Any) -> None:
    series.format.line.fill.background()
    series.marker.style, series.marker.size = XL_MARKER_STYLE.DIAMOND, 12
    series.marker.format.fill.solid()
    series.marker.format.fill.fore_color.theme_color = MSO_THEME_COLOR.TEXT_1


def _legend(chart: Chart) -> None:
    chart.has_legend = True
    chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    chart.legend.font.size = _LETTERS


def _lines_from(chart: Chart, first: int) -> None:
    """Draw the series from `first` on as lines over the columns, on the same axes."""
    columns = chart._chartSpace.xpath(".//c:barChart")[0]
    lines = parse_xml(f'<c:lineChart {nsdecls("c")}><c:grouping val="standard"/><c:varyColors val="0"/></c:lineChart>')
    for series in columns.findall(qn("c:ser"))[first:]:
        for bars_only in series.findall(qn("c:invertIfNegative")):
            series.remove(bars_only)
        lines.append(series)
    for axis in columns.findall(qn("c:axId")):
        lines.append(parse_xml(f'<c:axId {nsdecls("c")} val="{axis.get("val")}"/>'))
    columns.addnext(lines)


def _rgb(color: str) -> RGBColor:
    return RGBColor(*bytes.fromhex(color[1:]))  # type: ignore[no-untyped-call]
