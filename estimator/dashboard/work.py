"""The question that every page begins with: which work, and how often."""

from collections.abc import Callable
from datetime import datetime

import streamlit as st

from estimator.dashboard.build import build
from estimator.dashboard.often import monthly
from estimator.dashboard.parts import escaped
from estimator.dashboard.purse import purse
from estimator.dashboard.signed import ask_to_sign_in, mine, owner
from estimator.dashboard.tasks import said_task, task
from estimator.dashboard.uploads import FORGOTTEN, files
from estimator.workload import Workload, from_text
from estimator.workspace import Entry, with_sizes
from pricing import catalog, now

TASK, FILES, TEXT, BUILD, SAVED = "A typical task", "Your files", "A text", "In numbers", "Saved work"
_OPENED = "saved-version"


def choose(*, open_: bool) -> Workload | None:
    """The user's work, or None while it is still to be given; large where it is the page's own question."""
    if open_:
        return _asked(large=True)
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        line = st.container()
        with st.popover("Change", icon=":material/edit:", key="work"):
            work = _asked(large=False)
        line.markdown(f"**Your work**: {_said(work)}")  # Last, as the widgets above read it from the address.
    return work


def _asked(*, large: bool) -> Workload | None:
    ways: dict[str, Callable[[], Workload | None]] = {
        TASK: lambda: task(large=large),
        FILES: lambda: files(_month()),
        TEXT: _text,
        BUILD: build,
        SAVED: _saved,
    }
    place = st.container()
    way = st.segmented_control(
        "Or begin with something of your own",
        tuple(ways),
        default=TASK,
        required=True,
        key="from",
        bind="query-params",
    )
    with place:
        return ways[str(way)]()


def _said(work: Workload | None) -> str:
    """The work in a few words."""
    way = st.session_state.get("from", TASK)
    if way == TASK:
        return said_task()
    if way == SAVED:
        return escaped(st.session_state.get("saved") or "saved work, still to be chosen")
    if work is None:
        return f"{way.lower()}, still to be given"
    return f"{escaped(work.name)}, {purse().count(work.units_per_month)} {escaped(work.units)} a month"


def is_in_a_link() -> bool:
    """Whether the address holds all of the work: it holds no files and no text."""
    return st.session_state.get("from", TASK) not in (FILES, TEXT) and not st.session_state.get("template")


def use(version: Entry) -> None:
    """From now on all pages speak of this saved work, in this version."""
    st.session_state[_OPENED] = Entry(version.client, version.name, version.number, version.saved_at)
    st.session_state["saved"] = _called(version)
    st.session_state["from"] = SAVED


def _called(entry: Entry) -> str:
    return f"{entry.client} · {entry.name}"


def _saved() -> Workload | None:
    whose = owner()
    if whose is None:
        ask_to_sign_in()
        return None
    entries = {_called(entry): entry for entry in mine().entries()}
    if not entries:
        st.info("Nothing is saved yet. Begin with one of the other ways below, and save it from any page.")
        return None
    called = st.selectbox("Which one?", tuple(entries), index=None, key="saved", bind="query-params", width=420)
    if called is None:
        st.info("Choose one to go on with it. If you came by a link, what it speaks of is not among your saved work.")
        return None
    chosen = entries[called]
    before = st.session_state.get(_OPENED)
    entry = before if before and _called(before) == _called(chosen) else chosen
    work = _opened(whose, entry)
    st.caption(
        f"{escaped(work.name)}, {purse().count(work.units_per_month)} {escaped(work.units)} a month, "
        f"as saved on {purse().day(entry.saved_at)}."
    )
    return work


@st.cache_resource(max_entries=64, show_spinner="Opening …", hash_funcs={Entry: hash})
def _opened(whose: str, entry: Entry) -> Workload:  # noqa: ARG001 - `whose` keeps people apart
    saved = mine().open(entry.client, entry.name, entry.number)
    return with_sizes(saved.study.workload, catalog().sizes)


def _text() -> Workload | None:
    text = st.text_area(
        "The text that you would send",
        key="text",
        persist_state="session",
        height=140,
        placeholder="Paste a prompt, a document or a chat.",
        help=f"{FORGOTTEN} No link holds it either.",
    )
    units = monthly("text", 100, "day", "How many texts like this?")
    if not text.strip():
        st.info("Paste a text to see what sending it would cost on every model.")
        return None
    return from_text(text, "your text", units, catalog().sizes, start=_month())


def _month() -> datetime:
    """The month that stands for a typical one: this one."""
    return now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
