"""What a switch to the cheapest of the models shown saves, and until when that holds."""

from collections.abc import Sequence

import streamlit as st

from estimator.dashboard.answers import ANY_DEVICE, planned, worth_showing
from estimator.dashboard.parts import escaped, seller
from estimator.dashboard.purse import Purse
from estimator.decision import Option, by_gpus
from estimator.decision.switching import Switch, switch
from estimator.report import is_sure, multiple
from estimator.workload import Workload

_USUAL = "gpt-5.4"
_MOST = 100  # Among more, nobody would look for their own.


def show(options: Sequence[Option], work: Workload, mine: Purse) -> None:
    sure = [option for option in options if is_sure(option.status)]
    bought = [option for option in sure if option.kind == "api"]
    if not bought:
        return
    if len(bought) > _MOST:
        asked_for = [option for option in worth_showing(tuple(bought)) if option.kind == "api"]
        bought = asked_for or bought[:_MOST]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        place = st.container()
        number = st.selectbox(
            "Instead of",
            range(len(bought)),
            index=next((i for i, option in enumerate(bought) if option.model == _USUAL), len(bought) - 1),
            format_func=lambda i: _named(bought[i]),
            key="instead",
            bind="query-params",
            width=260,
        )
    place.markdown(_said(switch_to(sure[0], bought[number], work), len(sure), mine))


def switch_to(new: Option, old: Option, work: Workload) -> Switch:
    hosted = by_gpus(planned(work, new.weights, ANY_DEVICE, None)) if new.kind == "selfhost" else None
    return switch(old, new, hosted)


def _said(found: Switch, among: int, mine: Purse) -> str:
    old, new = escaped(_named(found.old)), escaped(_named(found.new))
    if found.new == found.old:
        cost = escaped(mine.written(found.new.usd))
        return f"**{new} is the cheapest of the {among} shown already**, at {cost} a month."
    if found.usd <= 0:
        return f"**Nothing shown costs less than {old}.**"
    span = escaped(mine.span(found.low_usd, found.high_usd))
    return (
        f"**Switching from {old} to {new} saves about {escaped(mine.written(found.usd))} a month** ({span}). "
        f"{_until(found, mine)} Try both on examples of your own first."
    )


def _until(found: Switch, mine: Purse) -> str:
    if found.from_share is not None:
        return f"The answer holds unless volume falls below {float(found.from_share) * 100:.0f} % of today's."
    name = escaped(found.new.name)
    until = f", until {name} costs {multiple(found.until_times, mine.locale)} what it does" if found.until_times else ""
    return f"The answer holds at any volume{until}."


def _named(option: Option) -> str:
    return option.name if option.kind == "selfhost" else f"{option.name} · {seller(option)}"
