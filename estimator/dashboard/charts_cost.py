"""The chart of what options cost."""

from collections.abc import Sequence
from functools import partial

from estimator.dashboard.charts import Bar, Chart, Row, bars, label
from estimator.dashboard.purse import Purse
from estimator.decision import Option
from estimator.report import is_sure, status_words
from estimator.report.palette import color_of

_OFF_THE_CHART = 4  # How often the longest bar of the others a bar must be to be cut.
_MOST = 30
_KINDS = {"api": "by the token", "selfhost": "own GPUs"}


def cost_chart(options: Sequence[Option], purse: Purse) -> Chart:
    """Monthly cost of each option, cheapest on top, from a light to a heavy month; claims hatched.

    The axis is made for what is bought by the token; own GPUs that cost far more run off it. Beyond the first
    thirty, options stand in the table only.
    """
    shown = options[:_MOST]
    first, last = options[0], options[-1]
    return Chart(
        "What does a month cost on each model?"
        if len(shown) == len(options)
        else f"What does a month cost on the {_MOST} cheapest of {len(options):,} ways?",
        bars([_bar(option, purse) for option in shown], _axis_end(shown, purse), purse.symbol),
        f"Monthly cost of {len(options):,} ways to do this work: cheapest {label(first)} at "
        f"{purse.written(first.usd)}, dearest {label(last)} at {purse.written(last.usd)}.",
        partial(cost_rows, options, purse),
        f"Solid: a typical month. Pale: from a light to a heavy month.{_claims_told(shown)}",
    )


def _claims_told(options: Sequence[Option]) -> str:
    return "" if all(is_sure(o.status) for o in options) else " Hatched: a claim; nobody sells at that price."


def cost_rows(options: Sequence[Option], purse: Purse) -> list[Row]:
    return [
        {
            "Model": label(option),
            f"A month ({purse.symbol})": purse.drawn(option.usd),
            "Light month": purse.drawn(option.low_usd),
            "Heavy month": purse.drawn(option.high_usd),
            "How": option.detail or _KINDS[option.kind],
            "Price is": status_words(option.status),
        }
        for option in options
    ]


def _bar(option: Option, purse: Purse) -> Bar:
    span = f"{purse.written(option.low_usd)} to {purse.written(option.high_usd)}"
    return Bar(
        label(option),
        purse.written(option.usd),
        purse.drawn(option.low_usd),
        purse.drawn(option.usd),
        purse.drawn(option.high_usd),
        color_of(option),
        is_doubted=not is_sure(option.status),
        told=f"{label(option)}: {purse.written(option.usd)}<br>{span}",
    )


def _axis_end(options: Sequence[Option], purse: Purse) -> float:
    bought = max((purse.drawn(o.high_usd) for o in options if o.kind == "api"), default=0.0)
    everything = max((purse.drawn(o.high_usd) for o in options), default=1.0)
    return 1.05 * (everything if everything < _OFF_THE_CHART * bought or not bought else bought)
