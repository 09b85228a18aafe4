"""How often: a number and the person's own period, kept in the address."""

from fractions import Fraction

import streamlit as st

from estimator.workload import per_month

PERIODS = {"day": "a day", "week": "a week", "month": "a month"}


def asked_often(key: str, units: int, period: str, label: str) -> tuple[int, str]:
    """So many in a period, `units` in `period` unless changed."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        many = st.number_input(
            label, min_value=1, max_value=10**9, value=units, key=f"many-{key}", bind="query-params", width=196
        )
        per = st.selectbox(
            "How often",
            tuple(PERIODS),
            index=tuple(PERIODS).index(period),
            format_func=PERIODS.__getitem__,
            key=f"per-{key}",
            bind="query-params",
            label_visibility="collapsed",
            width=130,
        )
    return int(many), per


def monthly(key: str, units: int, period: str, label: str) -> Fraction:
    """How many a month, asked for as `asked_often` does."""
    return per_month(*asked_often(key, units, period, label))
