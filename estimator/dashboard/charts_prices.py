"""The charts of prices over time: of a model's tokens, and of a device's hours."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from estimator.dashboard.charts import Chart, End, Figure, Row, beside, layout_of, pale
from estimator.report import is_sure, rate, status_words
from estimator.report.palette import HOSTED, QUIET, color_of_model
from estimator.selfhost import RentMonth
from estimator.selfhost.device import RentalQuote
from pricing import Model, PriceRule

Named = Sequence[tuple[str, PriceRule]]  # Each price with what it is for; per million tokens.

_PLOT_PX, _EDGES_PX = 290, 60


def price_chart(model: Model, rules: Named, start: datetime, end: datetime) -> Chart:
    """Prices of a model over time, in steps: one line for each name; peak hours dashed, claims dotted."""
    color = color_of_model(model.id)
    lines = {name: sorted((r for n, r in rules if n == name), key=lambda r: r.begins) for name, _ in rules}
    top = 1.08 * max((float(rule.typical) for _, rule in rules), default=1.0)
    said = {name: f"{name} ${mine[-1].typical.normalize():f}" for name, mine in lines.items()}
    names, margin = beside(
        [End(said[n], float(mine[-1].typical), color, not is_sure(mine[-1].status)) for n, mine in lines.items()],
        (0, top),
        _PLOT_PX,
    )
    layout = layout_of(height=_PLOT_PX + _EDGES_PX, months=True)
    layout["margin"]["r"] = margin
    layout["xaxis"]["range"] = [start, end]
    layout["yaxis"] |= {"tickprefix": "$", "range": [0, top], "nticks": 5}
    layout["annotations"] = names
    return Chart(
        f"How did the price of {model.info.name} move, in dollars per million tokens?",
        {"data": [_steps(name, mine, color, start, end) for name, mine in lines.items()], "layout": layout},
        f"Prices of {model.info.name} per million tokens; the last of each: {', '.join(said.values())}.",
        partial(_price_rows, rules),
        _looks(rules),
    )


def _looks(rules: Named) -> str:
    """What dashes and dots mean, where there are some."""
    dashes = "Dashed: at peak hours." if any(rule.window for _, rule in rules) else ""
    dots = "" if all(is_sure(rule.status) for _, rule in rules) else "Dotted: claimed, never listed."
    return " ".join(filter(None, (dashes, dots)))


def _steps(name: str, rules: Sequence[PriceRule], color: str, start: datetime, end: datetime) -> Figure:
    x: list[datetime | None] = []
    y: list[float | None] = []
    for rule in rules:
        x += [max(rule.begins, start), min(rule.ends, end), None]
        y += [float(rule.typical), float(rule.typical), None]
    calm = "dash" if rules[0].window else "solid"
    line = {"color": color, "width": 2.5, "dash": calm if is_sure(rules[0].status) else "dot"}
    hover = f"{name}<br>%{{x|%-d %B %Y}}: $%{{y}}<extra></extra>"
    return {"type": "scatter", "mode": "lines", "name": name, "x": x, "y": y, "line": line, "hovertemplate": hover}


def _price_rows(rules: Named) -> list[Row]:
    return [
        {
            "What": name,
            "Price": rate(rule.typical, rule.per),
            "From": rule.valid_from.date() if rule.valid_from else None,
            "Until": rule.valid_to.date() if rule.valid_to else None,
            "Price is": status_words(rule.status),
            "Source": rule.source,
        }
        for name, rule in rules
    ]


def rent_chart(device: str, months: Sequence[RentMonth], quotes: Sequence[RentalQuote]) -> Chart:
    """Rents on demand by month: a dot for each quote, the line of their medians, and the middle half shaded."""
    last = months[-1]
    top = 1.08 * max(float(quote.usd_per_gpu_hour) for quote in quotes)
    names, margin = beside([End(f"median ${last.median:.2f}", float(last.median), HOSTED)], (0, top), _PLOT_PX)
    layout = layout_of(height=_PLOT_PX + _EDGES_PX, months=True)
    layout["margin"]["r"] = margin
    layout["yaxis"] |= {"tickprefix": "$", "range": [0, top], "nticks": 5}
    layout["annotations"] = names
    return Chart(
        f"How did the rent of one {device} move, in dollars an hour?",
        {"data": [_middle_half(months), _medians(months), _quotes(quotes)], "layout": layout},
        f"Rent of one {device} by month, from {len(quotes)} quotes; in {last.month:%B %Y} half of them were at most "
        f"${last.median:.2f} an hour.",
        partial(_rent_rows, months),
    )


def _middle_half(months: Sequence[RentMonth]) -> Figure:
    middle = [month.month.replace(day=15) for month in months]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": middle + middle[::-1],
        "y": [float(m.upper) for m in months] + [float(m.lower) for m in reversed(months)],
        "fill": "toself",
        "fillcolor": pale(HOSTED),
        "line": {"width": 0},
        "hoverinfo": "skip",
    }


def _medians(months: Sequence[RentMonth]) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [month.month.replace(day=15) for month in months],
        "y": [float(m.median) for m in months],
        "line": {"color": HOSTED, "width": 2.5},
        "customdata": [m.quotes for m in months],
        "hovertemplate": "%{x|%B %Y}: $%{y:.2f}, %{customdata} quotes<extra></extra>",
    }


def _quotes(quotes: Sequence[RentalQuote]) -> Figure:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [quote.as_of for quote in quotes],
        "y": [float(quote.usd_per_gpu_hour) for quote in quotes],
        "marker": {"color": QUIET, "size": 6},
        "customdata": [quote.provider for quote in quotes],
        "hovertemplate": "%{customdata}, %{x|%-d %B %Y}: $%{y:.2f}<extra></extra>",
    }


def _rent_rows(months: Sequence[RentMonth]) -> list[Row]:
    return [
        {
            "Month": f"{month.month:%B %Y}",
            "Quotes": month.quotes,
            "Median, $ an hour": float(month.median),
            "A quarter is below": float(month.lower),
            "A quarter is above": float(month.upper),
        }
        for month in months
    ]
