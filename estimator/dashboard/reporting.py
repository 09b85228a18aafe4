"""The report: the same figures for those who were not in front of the screen."""

from dataclasses import replace

import streamlit as st

from estimator.dashboard.answers import everything, worth_showing
from estimator.dashboard.parts import escaped, report_button
from estimator.dashboard.purse import purse
from estimator.dashboard.saving import save_button
from estimator.workload import Workload


def show(work: Workload) -> None:
    compared = everything(work)
    shown = replace(compared, options=worth_showing(compared.options))
    st.markdown(
        f"A report of **{escaped(work.name)}**, {purse().count(work.units_per_month)} {escaped(work.units)} a month, "
        f"on the {len(shown.options)} ways that people ask for: what each costs, its range, its lines, and who says so."
    )
    with st.container(horizontal=True):
        report_button(shown, key="report")
        save_button(work, compared.scenario)
