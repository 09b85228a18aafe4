"""Whether own GPUs pay for this work, against whom, and how far the volume would have to move to change that."""

from decimal import Decimal

import streamlit as st

from estimator.dashboard.parts import escaped, seller
from estimator.dashboard.purse import Purse
from estimator.decision import BreakEven, Option, Rivalry, months_until
from estimator.report import multiple
from estimator.selfhost import Plan, service_facts
from estimator.workload import Workload

_MONTHS_PER_YEAR = 12
_EXPLAINED = (
    "By the token: a seller runs the model and bills each token, about three quarters of an English word, that it "
    "reads or writes. Own GPUs: you rent or buy the machines and pay for them whether they work or wait."
)


def show(plan: Plan, work: Workload, found: Rivalry, mine: Purse) -> None:
    span = escaped(mine.span(plan.low_usd, plan.high_usd))
    own = f"own GPUs cost **{escaped(mine.written(plan.usd))}** a month ({span})"
    if not found.break_evens:
        st.markdown(f"### Nobody on record sells {escaped(plan.architecture.name)} by the token", help=_EXPLAINED)
        st.markdown(f"{own.capitalize()}.")
        return
    first = found.break_evens[0]
    pays = plan.usd <= first.against.usd
    st.markdown(f"### {'Yes: own GPUs cost less' if pays else 'No: buy it by the token'}", help=_EXPLAINED)
    st.markdown(
        f"{escaped(named(first.against))} does this work for **{escaped(mine.written(first.against.usd))}** a month; "
        f"{own}. {_until(first, work, mine) if pays else _from(first, found.watched, work, mine)}"
    )


def named(option: Option) -> str:
    return option.name if option.kind == "selfhost" else f"{option.name} at {seller(option)}"


def _until(found: BreakEven, work: Workload, mine: Purse) -> str:
    """They pay today: down to which volume."""
    if found.typical is None:
        return "That is for today's volume: with more of it they would not pay any longer."
    share = float(found.typical) / float(work.requests_per_month) * 100
    volume = f"{mine.count(found.typical)} requests a month"
    return f"The answer holds unless volume falls below {share:.0f} % of today's, {volume}."


def _from(found: BreakEven, watched: BreakEven | None, work: Workload, mine: Purse) -> str:
    """They do not pay today: from which volume on they would, and when that comes."""
    if found.typical is None:
        if watched is None or watched.typical is None:
            return "The answer holds at every volume in view, and against every model below."
        return (
            f"The answer holds at every volume in view. Against {escaped(named(watched.against))} they would pay from "
            f"{mine.count(watched.typical)} requests a month on, {_times(watched.typical, work, mine)}."
        )
    growth = service_facts()["volume_growth_per_month"].typical
    months = months_until(found.typical, work.requests_per_month, growth)
    return (
        f"The answer holds unless volume grows to {mine.count(found.typical)} requests a month, "
        f"{_times(found.typical, work, mine)} (between {_volume(found.earliest, mine)} and "
        f"{_volume(found.latest, mine)}). With {growth:.0%} more each month that comes in {_long(months)}."
    )


def _times(volume: Decimal, work: Workload, mine: Purse) -> str:
    ratio = volume * work.requests_per_month.denominator / work.requests_per_month.numerator
    return f"{multiple(ratio, mine.locale)} today's"


def _volume(requests: Decimal | None, mine: Purse) -> str:
    return "never" if requests is None else mine.count(requests)


def _long(months: int | None) -> str:
    if months is None:
        return "no time in view"
    return f"{months / _MONTHS_PER_YEAR:.0f} years" if months > 2 * _MONTHS_PER_YEAR else f"{months} months"
