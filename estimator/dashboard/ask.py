"""What will it cost? One answer, one chart, and what stands behind each figure."""

from dataclasses import replace

import streamlit as st

from estimator.dashboard.answers import everything, worth_showing
from estimator.dashboard.parts import behind, cost_chart, cost_table, escaped, report_button, without_price
from estimator.dashboard.purse import Purse, purse
from estimator.dashboard.saving import save_button
from estimator.decision import Option
from estimator.report import count, is_sure
from estimator.workload import Workload


def show(work: Workload) -> None:
    compared = everything(work)
    shown = replace(compared, options=worth_showing(compared.options))
    mine = purse()
    _answer(work, compared.options, shown.options, mine)
    cost_chart(shown.options, "cost", mine)
    st.caption(
        "Thin lines run from a light to a heavy month. Cheaper models may do the work less well: try yours on a few of "
        "your own examples before you choose."
    )
    with st.container(horizontal=True):
        report_button(shown, key="report")
        save_button(work, compared.scenario)
    st.subheader("Behind the figures")
    behind(shown.options, mine)
    with st.expander(f"All {len(compared.options)} options in one table"):
        cost_table(compared.options, mine)
    without_price(compared.unpriced)


def _answer(work: Workload, every: tuple[Option, ...], shown: tuple[Option, ...], mine: Purse) -> None:
    listed, asked_for = _bought(every), _bought(shown)
    if not asked_for:
        st.warning("No model has a listed price for this work.")
        return
    least, most, cheapest = asked_for[0], asked_for[-1], listed[0]
    low, high = escaped(mine.written(least.usd)), escaped(mine.written(most.usd))
    st.markdown(f"### From {low} to {high} a month, by the model you choose")
    hosted = next((o for o in shown if o.kind == "selfhost"), None)
    own = f" On your own GPUs it would start at {escaped(mine.written(hosted.usd))}." if hosted else ""
    st.markdown(
        f"{escaped(work.name)}, {count(work.units_per_month)} {escaped(work.units)} a month, on the models that most "
        f"people ask for: cheapest on **{escaped(least.name)}** ({escaped(mine.span(least.low_usd, least.high_usd))}). "
        f"The cheapest of all {len(listed):,} on record is {escaped(cheapest.name)} at "
        f"{escaped(mine.written(cheapest.usd))}.{own}"
    )


def _bought(options: tuple[Option, ...]) -> list[Option]:
    return [o for o in options if o.kind == "api" and is_sure(o.status)]
