"""What do you want AI to do? A typical task, by a tap or by a search, and how often."""

from datetime import datetime
from fractions import Fraction

import streamlit as st

from estimator.dashboard.often import PERIODS, monthly
from estimator.dashboard.parts import escaped
from estimator.dashboard.purse import purse
from estimator.workload import Workload, from_template, templates
from pricing import catalog, now

FIRST = "support-chat"
_ASKED_MOST = (
    FIRST,
    "email-triage",
    "document-questions",
    "invoice-extraction",
    "transcription-summary",
    "content",
    "review-replies",
    "coding-help",
)
_TAPPED = "tapped"


def task(*, large: bool) -> Workload:
    """The chosen task, with the usual ones to tap where it is `large`."""
    tasks = templates()
    if large:
        _tap()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        id_ = st.selectbox(
            "Or search all tasks" if large else "Which task?",
            tuple(tasks),
            index=tuple(tasks).index(FIRST),
            format_func=lambda i: tasks[i].name,
            key="task",
            bind="query-params",
            width=300,
        )
        chosen = tasks[id_]
        units = monthly(chosen.id, chosen.default_units, chosen.period, f"How many {chosen.units}?")
    st.caption(escaped(chosen.description))
    return _of_template(chosen.id, units, now().replace(day=1, hour=0, minute=0, second=0, microsecond=0))


def _tap() -> None:
    """The usual tasks; the chosen one is marked if it is among them."""
    present = st.session_state.get("task", FIRST)
    st.session_state[_TAPPED] = present if present in _ASKED_MOST else None
    st.pills(
        "The usual tasks",
        _ASKED_MOST,
        format_func=lambda i: templates()[i].name,
        key=_TAPPED,
        on_change=_take_tapped,
        label_visibility="collapsed",
    )


def _take_tapped() -> None:
    if tapped := st.session_state[_TAPPED]:
        st.session_state["task"] = tapped


def said_task() -> str:
    """The chosen task in the person's own words."""
    chosen = templates()[st.session_state.get("task", FIRST)]
    many = st.session_state.get(f"many-{chosen.id}", chosen.default_units)
    per = st.session_state.get(f"per-{chosen.id}", chosen.period)
    return escaped(f"{chosen.name.lower()}, {purse().count(many)} {chosen.units} {PERIODS[per]}")


@st.cache_resource(max_entries=64, show_spinner=False)
def _of_template(id_: str, units: Fraction, start: datetime) -> Workload:
    return from_template(templates()[id_], units, catalog().sizes, start=start)
