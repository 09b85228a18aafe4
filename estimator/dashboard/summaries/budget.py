"""Whether the plan fits its limit, until when, and how much room is left."""

from decimal import Decimal

import streamlit as st

from estimator.dashboard.parts import escaped
from estimator.dashboard.purse import Purse
from estimator.decision import BudgetPlan, Forecast, Verdict
from estimator.decision.headroom import headroom
from estimator.report import budget_verdict, multiple

_BOX = {Verdict.FITS: st.success, Verdict.RISKY: st.warning, Verdict.OVER: st.warning, Verdict.UNPRICED: st.error}


def show(plan: BudgetPlan, made: Forecast, mine: Purse) -> str:
    """The verdict in a few words, which it shows with what is behind it."""
    short, said = budget_verdict(plan, made, mine.exchange, mine.locale)
    box = st.error if short == "It does not fit" else _BOX[made.verdict]
    box(f"**{short}.** {escaped(said)} {_room(plan, made, mine)}")
    if made.gaps and not short.startswith("It cannot"):
        gap = made.gaps[0]
        st.error(f"{escaped(gap.task)} has no price from {gap.month:%B %Y} on: {escaped(gap.reason)}")
    return short


def _room(plan: BudgetPlan, made: Forecast, mine: Purse) -> str:
    room = headroom(plan, made)
    if room is None or made.gaps:
        return ""
    if room < 1:
        share = max(Decimal(0), room)
        return f"To stay within it all along, the work would have to shrink to {share * 100:.0f} % of the plan."
    return f"The answer holds unless everything costs {multiple(room, mine.locale)} as much."
