"""The three native charts: each answers a question, follows the cells, and has words for those who do not see it."""

from math import floor
from typing import Any

from estimator.decision import Rivalry
from estimator.report.palette import HOSTED, LIMIT, QUIET, color_of
from estimator.report.xlsx.book import Book, at
from estimator.report.xlsx.places import BUDGET, FIRST, GPUS, INPUTS, LOW, REQUESTS_ROW, Places

_MONTHS = 12
_FONT = {"name": "Arial", "size": 9}
_DASHES = ("solid", "dash", "round_dot", "long_dash", "dash_dot")


def comparison_chart(book: Book, places: Places, sheet: str, row: int, *, is_small: bool = False) -> None:
    """A bar for each option, in its maker's colour; claims hatched."""
    options = places.content.compared
    chart = book.workbook.add_chart({"type": "bar"})
    points = [_fill(color_of(block.option), is_hatched=not block.is_sure) for block in options]
    chart.add_series(
        {
            "name": "Typical month",
            "categories": f"={places.compared(1)}",
            "values": f"={places.compared(LOW + 1)}",
            "points": points,
            "gap": 40,
            "data_labels": {"value": True, "font": _FONT, "num_format": "#,##0"},
        }
    )
    width, bar = (780, 19) if is_small else (1000, 26)
    _titled(chart, book, "What does a typical month cost?")
    chart.set_size({"width": width, "height": 90 + bar * len(options)})
    chart.set_legend({"none": True})
    names = {"reverse": True, "num_font": _FONT, "line": {"none": True}, "major_tick_mark": "none"}
    chart.set_y_axis(names | {"interval_unit": 1})
    chart.set_x_axis(_money_axis(book) | {"label_position": "low"})
    best = book.report.best
    said = f"Bars: the typical month of each of {len(options)} options, as the table above has them."
    said += f" As delivered, {best.name} is the cheapest." if best else ""
    _insert(book, sheet, (row, 1), chart, said)


def curves_chart(book: Book, hosting: Rivalry, today: str, rows: tuple[int, int], row: int) -> None:
    """Own GPUs and their rivals over volume, both axes logarithmic.

    `rows` are the first and the last of the costs, `today` is the cell of what own GPUs cost now.
    """
    chart = book.workbook.add_chart({"type": "scatter", "subtype": "straight"})
    first, last = rows
    own: tuple[tuple[int, dict[str, Any]], ...] = (
        (3, {"color": HOSTED, "width": 3}),
        (2, {"color": HOSTED, "width": 1, "dash_type": "dash"}),
        (4, {"color": HOSTED, "width": 1, "dash_type": "dash"}),
    )
    rivals = tuple(
        (5 + i, {"color": color_of(curve.option), "width": 1.75, "dash_type": _DASHES[i % len(_DASHES)]})
        for i, curve in enumerate(hosting.curves[1:])
    )
    for column, line in (*own, *rivals):
        chart.add_series(
            {
                "name": f"={at(GPUS, first - 1, column)}",
                "categories": f"={at(GPUS, first, 0, last)}",
                "values": f"={at(GPUS, first, column, last)}",
                "line": line,
                "marker": {"type": "none"},
            }
        )
    chart.add_series(
        {
            "name": "Own GPUs at the volume of Inputs",
            "categories": f"={at(INPUTS, REQUESTS_ROW, 3)}",
            "values": f"={today}",
            "marker": {"type": "diamond", "size": 11, "fill": {"color": HOSTED}, "border": {"color": "#ffffff"}},
        }
    )
    _titled(chart, book, "From which volume on would own GPUs pay?")
    chart.set_size({"width": 1000, "height": 480})
    log = {"log_base": 10, "crossing": "min", "num_font": _FONT, "name_font": _FONT}
    x_axis = {"name": "Requests a month", "num_format": "#,##0", "major_gridlines": {"visible": False}}
    chart.set_x_axis(log | x_axis | {"min": 10 ** _power(hosting, 0), "max": 10 ** _power(hosting, -1)})
    least = min(point.usd for curve in hosting.curves for point in curve.points if point.usd)
    chart.set_y_axis(_money_axis(book) | log | {"min": 10 ** floor(book.report.amount(least).log10())})
    chart.set_legend({"position": "bottom", "font": _FONT})
    said = f"Lines: what {hosting.option.name} and its rivals cost a month over the volume, both axes logarithmic."
    _insert(book, GPUS, (row, 0), chart, said)


def _power(hosting: Rivalry, end: int) -> int:
    """The power of ten at an end of the volumes in view."""
    volume = hosting.curves[0].points[end].requests_per_month
    return round(float(volume.log10()) + (0.49 if end else -0.49))


def budget_chart(book: Book) -> None:
    """A column for each month, and the limit as a line."""
    chart, line = book.workbook.add_chart({"type": "column"}), book.workbook.add_chart({"type": "line"})
    first, last = FIRST, FIRST + _MONTHS - 1
    months = f"={at(BUDGET, first, 0, last)}"
    typical, limit = at(BUDGET, first, 3, last), at(BUDGET, first, 5, last)
    fill = {"fill": {"color": book.report.brand.color}, "gap": 60}
    chart.add_series({"name": "Typical month", "categories": months, "values": f"={typical}", **fill})
    line.add_series(
        {
            "name": "Limit",
            "categories": months,
            "values": f"={limit}",
            "line": {"color": LIMIT, "width": 2.25, "dash_type": "dash"},
        }
    )
    chart.combine(line)
    _titled(chart, book, "Does a year of growth fit the limit?")
    chart.set_size({"width": 860, "height": 360})
    chart.set_x_axis({"num_font": _FONT | {"rotation": -45}})
    chart.set_y_axis(_money_axis(book) | {"min": 0})
    chart.set_legend({"position": "bottom", "font": _FONT})
    said = "Columns: the typical cost of each of twelve months as the work grows; a dashed line: the limit of a month."
    _insert(book, BUDGET, (FIRST + _MONTHS + 2, 0), chart, said)


def _fill(color: str, *, is_hatched: bool) -> dict[str, Any]:
    if is_hatched:
        pattern = {"pattern": "wide_upward_diagonal", "fg_color": color, "bg_color": "#ffffff"}
        return {"pattern": pattern, "border": {"color": color}}
    return {"fill": {"color": color}}


def _titled(chart: Any, book: Book, question: str) -> None:
    font = {"name": "Arial", "size": 13, "bold": True, "color": book.report.brand.ink}
    chart.set_title({"name": question, "name_font": font, "overlay": False})
    chart.set_chartarea({"border": {"none": True}})


def _money_axis(book: Book) -> dict[str, Any]:
    return {
        "name": f"{book.report.exchange.currency} a month",
        "name_font": _FONT,
        "num_font": _FONT,
        "num_format": "#,##0",
        "major_gridlines": {"visible": True, "line": {"color": "#dfe4e8", "width": 0.75}},
        "line": {"color": QUIET},
    }


def _insert(book: Book, sheet: str, place: tuple[int, int], chart: Any, said: str) -> None:
    book.sheets[sheet].insert_chart(*place, chart, {"description": said, "object_position": 1})
