"""The question that every page begins with: which work, and how often."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from estimator.dashboard.parts import escaped
from estimator.report import count
from estimator.tokens import text_of
from estimator.workload import (
    Workload,
    from_profile,
    from_template,
    from_text,
    per_month,
    read_any,
    templates,
)
from pricing import catalog, now

TASK, FILE, TEXT, SAVED = "A typical task", "A usage file", "A text or document", "Saved work"
_FIRST = "support-chat"
_PERIODS = {"day": "a day", "week": "a week", "month": "a month"}


def choose(*, open_: bool) -> Workload | None:
    """The user's work, or None while it is still to be given."""
    with st.expander(f"**Your work**: {_said()}", expanded=open_, icon=":material/edit:", key="work"):
        source = st.segmented_control(
            "What do you have?",
            (TASK, FILE, TEXT, *([SAVED] if SAVED in st.session_state else ())),
            default=TASK,
            required=True,
            key="from",
            persist_state="session",
            label_visibility="collapsed",
        )
        if source == FILE:
            return _file()
        if source == SAVED:
            return _saved()
        return _text() if source == TEXT else _task()


def _said() -> str:
    """The work in a few words, from what was chosen on this page or another."""
    source = st.session_state.get("from", TASK)
    if source == SAVED:
        return escaped(st.session_state[SAVED][0])
    if source != TASK:
        return str(source).lower()
    task = templates()[st.session_state.get("task", _FIRST)]
    many = st.session_state.get(f"many-{task.id}", task.default_units)
    per = st.session_state.get(f"per-{task.id}", task.period)
    return f"{task.name.lower()}, {many:,} {task.units} {_PERIODS[per]}"


def _task() -> Workload:
    tasks = templates()
    left, middle, right = st.columns((4, 2, 2), vertical_alignment="bottom")
    id_ = left.selectbox(
        "Which task?",
        tuple(tasks),
        index=tuple(tasks).index(_FIRST),
        format_func=lambda i: tasks[i].name,
        key="task",
        bind="query-params",
    )
    task = tasks[id_]
    units = _often((middle, right), task.id, task.default_units, task.period, f"How many {task.units}?")
    st.caption(task.description)
    return _of_template(task.id, units, _month())


def _often(
    columns: Sequence[DeltaGenerator],
    key: str,
    units: int,
    period: str,
    label: str,
) -> Fraction:
    """How many a month, asked for in the person's own period."""
    left, right = columns
    many = left.number_input(
        label, min_value=1, max_value=10**9, value=units, key=f"many-{key}", persist_state="session"
    )
    per = right.selectbox(
        "Per",
        tuple(_PERIODS),
        index=tuple(_PERIODS).index(period),
        format_func=_PERIODS.__getitem__,
        key=f"per-{key}",
        persist_state="session",
    )
    return per_month(int(many), per)


def _file() -> Workload | None:
    upload = st.file_uploader(
        "A usage export (OpenAI, Anthropic, Google, DeepSeek and others, also zipped), or a log of requests or chats",
        key="upload",
        help="It is counted here and forgotten: nothing is stored or sent anywhere.",
    )
    if upload is not None:
        st.session_state["uploaded"] = (upload.name, read_any(upload.getvalue(), upload.name, catalog().sizes))
    if "uploaded" not in st.session_state:
        st.info("Choose a file to see what its requests would cost on every model.")
        return None
    name, profile = st.session_state["uploaded"]
    st.caption(
        f"**{name}**: {count(profile.requests)} requests, {count(profile.usage.total_input_tokens)} tokens in, "
        f"{count(profile.usage.output_tokens)} out, {profile.starts:%-d %b %Y} to {profile.ends:%-d %b %Y}. "
        f"At this pace {count(profile.requests_per_month)} requests a month. " + " ".join(profile.notes)
    )
    return from_profile(profile, name)


def use(name: str, work: Workload) -> None:
    """From now on all pages speak of this work, which goes by `name`."""
    st.session_state[SAVED] = name, work
    st.session_state["from"] = SAVED


def _saved() -> Workload:
    name: str
    work: Workload
    name, work = st.session_state[SAVED]
    st.caption(f"**{escaped(name)}**: {escaped(work.name)}, {count(work.units_per_month)} {work.units} a month.")
    return work


def _text() -> Workload | None:
    text = st.text_area(
        "The text that you would send",
        key="text",
        persist_state="session",
        height=140,
        placeholder="Paste a prompt, a document or a chat.",
        help="It is counted here and forgotten: nothing is stored or sent anywhere.",
    )
    upload = st.file_uploader("… or a document (PDF, Word, Excel, PowerPoint, text)", key="document")
    left, right = st.columns(2, vertical_alignment="bottom")
    units = _often((left, right), "text", 100, "day", "How many texts like this?")
    name = "your text"
    if upload is not None:
        document = text_of(upload.getvalue(), upload.name)
        name, text = upload.name, document.text
        if document.note:
            st.caption(escaped(document.note))
    if not text.strip():
        st.info("Paste a text, or choose a document, to see what sending it would cost on every model.")
        return None
    return from_text(text, name, units, catalog().sizes, start=_month())


@st.cache_resource(max_entries=64, show_spinner=False)
def _of_template(id_: str, units: Fraction, start: datetime) -> Workload:
    return from_template(templates()[id_], units, catalog().sizes, start=start)


def _month() -> datetime:
    """The month that stands for a typical one: this one."""
    return now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
