"""What do you want AI to do? One answer, what to do next, one chart, and what stands behind each figure."""

from dataclasses import replace

import streamlit as st

from estimator.dashboard.answers import everything, worth_showing
from estimator.dashboard.links import link
from estimator.dashboard.parts import behind, cost_chart, cost_table, report_button, without_price
from estimator.dashboard.purse import Purse, purse
from estimator.dashboard.saving import save_button
from estimator.dashboard.summaries import cost
from estimator.decision import Option
from estimator.decision.bestbuy import best_buy
from estimator.workload import Workload
from pricing import catalog

_ONWARD = {
    "compare": ("Compare models", ":material/bar_chart:"),
    "cheaper": ("Make it cheaper", ":material/savings:"),
    "budget": ("Fit a budget", ":material/account_balance_wallet:"),
    "selfhost": ("Run it yourself", ":material/dns:"),
    "report": ("Get the report", ":material/description:"),
}


def show(work: Workload) -> None:
    compared, book, mine = everything(work), catalog(), purse()
    shown = worth_showing(compared.options)
    asked_for = {(option.provider, option.model) for option in shown}
    with st.container(border=True):
        cost.show(best_buy(compared.options, asked_for, work, book), work, book, mine)
        with st.container(horizontal=True):
            for path, (label, icon) in _ONWARD.items():
                link(path, label, icon)
    cost_chart(shown, "cost", mine)
    st.caption("Cheaper models may do the work less well: try yours on a few of your own examples before you choose.")
    with st.container(horizontal=True):
        report_button(replace(compared, options=shown), key="report")
        save_button(work, compared.scenario)
    _behind(shown, mine)
    with st.expander(f"All {mine.count(len(compared.options))} options in one table"):
        cost_table(compared.options, mine)
    without_price(compared.unpriced)


def _behind(shown: tuple[Option, ...], mine: Purse) -> None:
    """One figure at a time, down to its sources."""
    st.subheader("What stands behind a figure?", anchor=False)
    if shown:
        number = st.selectbox(
            "Of which model?",
            range(len(shown)),
            format_func=lambda i: shown[i].name,
            key="behind",
            bind="query-params",
            width=320,
        )
        behind([shown[number]], mine)
