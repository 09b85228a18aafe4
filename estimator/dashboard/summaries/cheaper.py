"""The change that saves most, what is left to pay, and until when that holds."""

import streamlit as st

from estimator.dashboard.parts import escaped
from estimator.dashboard.purse import Purse
from estimator.dashboard.summaries.compare import switch_to
from estimator.decision.levers import Lever, Levers
from estimator.workload import Workload

_EXPLAINED = (
    "A prompt is what you send. A cache keeps the part of it that is the same each time, and the seller bills that "
    "part at a lower rate. What can wait a day is sent in one go, a batch, often at half the price."
)


def show(found: Levers, work: Workload, mine: Purse) -> None:
    now = f"On {escaped(found.present.name)} this work costs {escaped(mine.written(found.present.usd))} a month"
    best = found.best
    if best is None:
        st.markdown(f"### Nothing is sure to make it cheaper\n{now}. {_doubted(found, mine)}")
        return
    st.markdown(f"### {escaped(best.fact.name)}: saves {escaped(mine.written(best.usd))} a month", help=_EXPLAINED)
    span = escaped(mine.span(best.low_usd, best.high_usd))
    st.markdown(
        f"{now}; then it would cost {escaped(mine.written(best.after_usd))}. {escaped(best.change)} From a light to a "
        f"heavy month the saving is {span}. {_until(best, found, work)} {_doubted(found, mine)}"
    )


def _until(best: Lever, found: Levers, work: Workload) -> str:
    """Bills by the token follow the volume in proportion; own GPUs do not."""
    new = best.options[0]
    if new.kind != "selfhost":
        return "The answer holds at any volume: the bill follows it in step."
    share = switch_to(new, found.present, work).from_share
    return "" if share is None else f"The answer holds unless volume falls below {float(share) * 100:.0f} % of today's."


def _doubted(found: Levers, mine: Purse) -> str:
    """What would save more, if a doubt were cleared up."""
    more = next((lever for lever in found.found if lever.doubt), None)
    if more is None or (found.best is not None and more.usd <= found.best.usd):
        return ""
    return f"{escaped(more.fact.name)} might save {escaped(mine.written(more.usd))}, but that is in doubt: see below."
