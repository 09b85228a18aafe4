"""What will it cost? One answer, one chart, and what stands behind each figure."""

from dataclasses import replace

import streamlit as st

from estimator.dashboard.parts import behind, cost_chart, cost_table, escaped, report_button, without_price
from estimator.decision import Comparison, Option, Scenario, compare, hosted_options
from estimator.report import count, is_sure, usd, usd_range
from estimator.workload import Workload
from pricing import catalog, now

_CHEAPEST = 3


def show(work: Workload) -> None:
    compared = everything(work)
    shown = replace(compared, options=worth_showing(compared.options))
    _answer(work, compared.options)
    cost_chart(shown.options, key="cost")
    st.caption(
        "Thin lines run from a light to a heavy month. Cheaper models may do the work less well: try yours on a few of "
        "your own examples before you choose."
    )
    report_button(shown, key="report")
    st.subheader("Behind the figures")
    behind(shown.options)
    with st.expander(f"All {len(compared.options)} options in one table"):
        cost_table(compared.options)
    without_price(compared.unpriced)


def everything(work: Workload) -> Comparison:
    """The work on every model and on own GPUs, at today's standard prices."""
    book = catalog()
    return compare(work, book, Scenario(at=now()), others=hosted_options(work, book))


def worth_showing(options: tuple[Option, ...]) -> tuple[Option, ...]:
    """The models that people ask for, the cheapest ones, and self-hosting."""
    listed = [o for o in options if o.kind == "api" and is_sure(o.status)]
    cheapest = {(o.provider, o.model) for o in listed[:_CHEAPEST]}
    models = catalog().models
    return tuple(
        o
        for o in options
        if o.kind == "selfhost" or (o.provider, o.model) in cheapest or models[o.provider, o.model].info.featured
    )


def _answer(work: Workload, options: tuple[Option, ...]) -> None:
    listed = [o for o in options if o.kind == "api" and is_sure(o.status)]
    if not listed:
        st.warning("No model has a listed price for this work.")
        return
    least, most = listed[0], listed[-1]
    st.markdown(f"### From {escaped(usd(least.usd))} to {escaped(usd(most.usd))} a month")
    between = usd_range(least.low_usd, least.high_usd)
    st.markdown(
        f"{escaped(work.name)}, {count(work.requests_per_month)} requests a month: cheapest on "
        f"**{escaped(least.name)}** ({escaped(between)}), dearest on **{escaped(most.name)}**."
    )
