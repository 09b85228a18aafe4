"""The chart of what would make work cheaper."""

from collections.abc import Sequence
from functools import partial

from estimator.dashboard.charts import ACCENT, Bar, Chart, Row, bars
from estimator.dashboard.purse import Purse
from estimator.decision.levers import Lever


def saving_chart(levers: Sequence[Lever], purse: Purse) -> Chart:
    """What each lever saves a month, most on top, from a light to a heavy month; hatched where a doubt hangs on it."""
    most = levers[0]
    end = 1.05 * max(purse.drawn(lever.high_usd) for lever in levers)
    return Chart(
        "What would each change save a month?",
        bars([_bar(lever, purse) for lever in levers], end, purse.symbol),
        f"What each of {len(levers)} changes would save a month; most of all {most.fact.name}: "
        f"{purse.written(most.usd)}{', in doubt' if most.doubt else ''}.",
        partial(_rows, levers, purse),
        "Solid: a typical month. Pale: from a light to a heavy month. Hatched: in doubt. Savings do not add up.",
    )


def _bar(lever: Lever, purse: Purse) -> Bar:
    return Bar(
        f"{lever.fact.name}{' (in doubt)' if lever.doubt else ''}",
        purse.written(lever.usd),
        purse.drawn(lever.low_usd),
        purse.drawn(lever.usd),
        purse.drawn(lever.high_usd),
        ACCENT,
        is_doubted=bool(lever.doubt),
        told=f"{lever.change}<br>{purse.span(lever.low_usd, lever.high_usd)} a month",
    )


def _rows(levers: Sequence[Lever], purse: Purse) -> list[Row]:
    return [
        {
            "Change": lever.fact.name,
            f"Saves a month ({purse.symbol})": purse.drawn(lever.usd),
            "Light month": purse.drawn(lever.low_usd),
            "Heavy month": purse.drawn(lever.high_usd),
            "Then it costs": purse.drawn(lever.after_usd),
            "What is done": lever.change,
            "Effort": lever.fact.effort,
            "Risk": lever.fact.risk,
            "In doubt": lever.doubt,
        }
        for lever in levers
    ]
