"""The question that every page begins with: which work, and how often."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from estimator.dashboard.build import build
from estimator.dashboard.mapping import mapped, may_be_mapped
from estimator.dashboard.parts import escaped
from estimator.dashboard.uploads import BY_COMMAND, check_uploads
from estimator.report import count
from estimator.workload import (
    Profile,
    Source,
    Workload,
    from_profile,
    from_template,
    from_text,
    is_untimed,
    per_month,
    read_files,
    templates,
)
from pricing import InputError, catalog, now

TASK, BUILD, FILES, TEXT, SAVED = "A typical task", "In numbers", "Your files", "A text", "Saved work"
_FIRST = "support-chat"
_PERIODS = {"day": "a day", "week": "a week", "month": "a month"}
_FORGOTTEN = "It is counted here and forgotten: nothing is stored or sent anywhere."
_UPLOADED = "uploaded"


def choose(*, open_: bool) -> Workload | None:
    """The user's work, or None while it is still to be given."""
    ways = {TASK: _task, BUILD: build, FILES: _files, TEXT: _text, SAVED: _saved}
    with st.expander(f"**Your work**: {_said()}", expanded=open_, icon=":material/edit:", key="work"):
        way = st.segmented_control(
            "What do you have?",
            [way for way in ways if way != SAVED or SAVED in st.session_state],
            default=TASK,
            required=True,
            key="from",
            persist_state="session",
            label_visibility="collapsed",
        )
        return ways[str(way)]()


def _said() -> str:
    """The work in a few words, from what was chosen on this page or another."""
    source = st.session_state.get("from", TASK)
    if source == SAVED:
        return escaped(st.session_state[SAVED][0])
    if source == FILES and _UPLOADED in st.session_state:
        return escaped(st.session_state[_UPLOADED][1])
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


def _files() -> Workload | None:
    uploads = st.file_uploader(
        "Usage exports, request logs, chats, documents, images or sound: one or several, also zipped",
        key="upload",
        accept_multiple_files=True,
        help=f"Whatever it is, it is recognised. {BY_COMMAND} {_FORGOTTEN}",
    )
    if uploads and not _is_read(uploads):
        profile = _read(uploads)
        if profile is None:
            return None
        name = uploads[0].name if len(uploads) == 1 else f"{len(uploads)} files"
        st.session_state[_UPLOADED] = (_ids(uploads), name, profile)
    if _UPLOADED not in st.session_state:
        st.info("Choose files to see what such requests would cost on every model.")
        return None
    _, name, profile = st.session_state[_UPLOADED]
    _told(name, profile)
    return from_profile(profile, name, _rate(profile), start=_month())


def _ids(uploads: Sequence[Any]) -> tuple[str, ...]:
    return tuple(upload.file_id for upload in uploads)


def _is_read(uploads: Sequence[Any]) -> bool:
    return _UPLOADED in st.session_state and st.session_state[_UPLOADED][0] == _ids(uploads)


def _read(uploads: Sequence[Any]) -> Profile | None:
    """The profile of all files; None while a table among them still has to be explained by the person."""
    check_uploads(uploads)
    files = [Source(upload.name, upload.size, data=upload.getvalue()) for upload in uploads]
    bar = st.progress(0.0, "Reading …")
    try:
        return read_files(files, catalog().sizes, lambda share: _move(bar, share))
    except InputError:
        foreign = [file for file in files if may_be_mapped(file.whole(), file.name)]
        if len(files) > 1 or not foreign:
            raise
        return mapped(foreign[0].whole(), foreign[0].name)
    finally:
        bar.empty()


def _move(bar: DeltaGenerator, share: float) -> None:
    bar.progress(share, f"Reading … {share:.0%}")


def _told(name: str, profile: Profile) -> None:
    """What was found, before it is priced."""
    when = "" if is_untimed(profile) else f" from {profile.starts:%-d %b %Y} to {profile.ends:%-d %b %Y}"
    pace = "" if is_untimed(profile) else f" At this pace {count(profile.requests_per_month)} requests a month."
    requests = "1 request" if profile.requests == 1 else f"{count(profile.requests)} requests"
    st.caption(
        f"**{escaped(name)}**: {requests}{when}, "
        f"{count(profile.usage.total_input_tokens)} tokens in, {count(profile.usage.output_tokens)} out.{pace}"
    )
    if profile.notes:
        st.caption("\n".join(f"- {escaped(note)}" for note in profile.notes))


def _rate(profile: Profile) -> Fraction | None:
    """Requests a month where the files tell no times, else None: they tell it themselves."""
    if not is_untimed(profile):
        return None
    left, right = st.columns(2, vertical_alignment="bottom")
    return _often((left, right), "files", profile.requests, "month", "How many requests like these?")


def use(name: str, work: Workload) -> None:
    """From now on all pages speak of this work, which goes by `name`."""
    st.session_state[SAVED] = name, work
    st.session_state["from"] = SAVED


def _saved() -> Workload:
    name: str
    work: Workload
    name, work = st.session_state[SAVED]
    st.caption(
        f"**{escaped(name)}**: {escaped(work.name)}, {count(work.units_per_month)} {escaped(work.units)} a month."
    )
    return work


def _text() -> Workload | None:
    text = st.text_area(
        "The text that you would send",
        key="text",
        persist_state="session",
        height=140,
        placeholder="Paste a prompt, a document or a chat.",
        help=_FORGOTTEN,
    )
    left, right = st.columns(2, vertical_alignment="bottom")
    units = _often((left, right), "text", 100, "day", "How many texts like this?")
    if not text.strip():
        st.info("Paste a text to see what sending it would cost on every model.")
        return None
    return from_text(text, "your text", units, catalog().sizes, start=_month())


@st.cache_resource(max_entries=64, show_spinner=False)
def _of_template(id_: str, units: Fraction, start: datetime) -> Workload:
    return from_template(templates()[id_], units, catalog().sizes, start=start)


def _month() -> datetime:
    """The month that stands for a typical one: this one."""
    return now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
