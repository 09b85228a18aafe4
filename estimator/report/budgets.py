"""A budget in words, for pages and the prompt."""

from datetime import date
from decimal import Decimal

from estimator.decision import BudgetPlan, Cause, Forecast, Variance
from estimator.report.locales import ENGLISH
from estimator.report.words import money
from pricing.currency import Rate

_CAUSES = {
    Cause.VOLUME: ("more requests", "fewer requests"),
    Cause.MIX: ("dearer models in the mix", "cheaper models in the mix"),
    Cause.TOKENS: ("more tokens in each request", "fewer tokens in each request"),
    Cause.PRICE: ("higher prices", "lower prices"),
    Cause.UNKNOWN: ("charges whose use is not known", "charges that are missing"),
}


def chance_words(chance: float) -> str:
    """A chance as people can picture it."""
    if chance < 0.01:
        return "under 1 in 100"
    if chance > 0.99:
        return "over 99 in 100"
    if chance < 0.095:
        return f"about {chance * 100:.0f} in 100"
    return f"about {min(9, chance * 10):.0f} in 10"


def budget_verdict(plan: BudgetPlan, made: Forecast, exchange: Rate, locale: str = ENGLISH) -> tuple[str, str]:
    """The answer in two or three words, and the sentence behind it."""
    cap = f"{money(plan.limit_usd, exchange, locale)} a {plan.period}"
    out, chance = made.runs_out, chance_words(made.chance)
    if out.typical is not None and (out.typical.year, out.typical.month) == (plan.start.year, plan.start.month):
        first = made.months[0]
        return "It does not fit", f"{first.month:%B %Y} alone would take {money(first.p50, exchange, locale)} of {cap}."
    if out.typical is not None:
        typical = f"Most likely {cap} is passed {_when(out.typical, plan)}, {_between(plan, made)}"
        return f"It fits until {out.typical:%B %Y}", f"{typical}; the chance to pass it within the plan is {chance}."
    if made.gaps:
        gap = made.gaps[0]
        return "It cannot be said", f"{gap.task} has no price from {gap.month:%B %Y} on: {gap.reason}"
    if out.earliest is not None:
        said = f"The chance to pass {cap} is {chance}, at the earliest {_when(out.earliest, plan)}."
        return "It fits in a typical month" if plan.period == "month" else "It fits in a typical year", said
    return "It fits", f"All {plan.months} months stay within {cap}; the chance to pass it is {chance}."


def _between(plan: BudgetPlan, made: Forecast) -> str:
    earliest, latest = made.runs_out.earliest, made.runs_out.latest
    sooner = f"in one of ten cases {_when(earliest, plan)} already" if earliest else "hardly earlier"
    return f"{sooner}, {f'in nine of ten not after {latest:%B %Y}' if latest else 'in others not at all'}"


def _when(day: date, plan: BudgetPlan) -> str:
    """A year's limit runs out on a day; of a month's it matters in which month."""
    return f"on {day:%-d %B %Y}" if plan.period == "year" else f"in {day:%B %Y}"


def variance_headline(found: Variance, exchange: Rate, locale: str = ENGLISH) -> str:
    """How far a month lies from its plan, and what did most of it."""
    apart = found.billed_usd - found.planned_usd
    month = f"{found.month:%B %Y}"
    if not apart:
        return f"{month} cost what was planned."
    said = f"{month} cost {money(abs(apart), exchange, locale)} {'more' if apart > 0 else 'less'} than planned"
    same_way = [(cause, usd) for cause, usd in found.parts if usd * apart > 0]
    cause = max(same_way, key=lambda part: abs(part[1]))[0]
    return f"{said}, most of it for {cause_words(cause, apart)}."


def cause_words(cause: Cause, usd: Decimal) -> str:
    return _CAUSES[cause][usd < 0]
