"""Work from files: read once with a bar that can be stopped, told before it is priced, and forgotten."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from estimator.dashboard.mapping import mapped, may_be_mapped
from estimator.dashboard.often import monthly
from estimator.dashboard.parts import escaped
from estimator.dashboard.purse import purse
from estimator.dashboard.upload_limits import BY_COMMAND, check_uploads
from estimator.workload import Profile, Source, Workload, from_profile, is_untimed, read_files
from pricing import InputError, catalog

FORGOTTEN = "It is counted here and forgotten: nothing is stored or sent anywhere."
_READ, _STOPPED = "uploaded", "reading-stopped"


def files(start: datetime) -> Workload | None:
    """The work that files tell of, None while it is still to be given; `start` is the month that stands for all."""
    uploads = st.file_uploader(
        "Exports of usage, logs, chats, documents, images or sound, as they are",
        key="upload",
        accept_multiple_files=True,
        help=f"Whatever it is, it is recognised. {BY_COMMAND} {FORGOTTEN}",
    )
    if uploads and not _is_read(uploads):
        profile = _read_unless_stopped(uploads)
        if profile is None:
            return None
        name = uploads[0].name if len(uploads) == 1 else f"{len(uploads)} files"
        st.session_state[_READ] = (_ids(uploads), name, profile)
    if _READ not in st.session_state:
        st.info(
            "Choose files to see what such requests would cost on every model. No link can hold them: if you came by "
            "one, choose the files again."
        )
        return None
    _, name, profile = st.session_state[_READ]
    _told(name, profile)
    return from_profile(profile, name, _rate(profile), start=start)


def _ids(uploads: Sequence[Any]) -> tuple[str, ...]:
    return tuple(upload.file_id for upload in uploads)


def _is_read(uploads: Sequence[Any]) -> bool:
    return _READ in st.session_state and st.session_state[_READ][0] == _ids(uploads)


def _read_unless_stopped(uploads: Sequence[Any]) -> Profile | None:
    ids = _ids(uploads)
    if st.session_state.get(_STOPPED) == ids:
        st.info("Reading was stopped, and nothing was kept.")
        st.button("Read again", on_click=_go_on, key="read-again", icon=":material/refresh:")
        return None
    with st.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, "Reading …")
        button = st.empty()
        button.button("Stop", on_click=_stop, args=(ids,), key="stop-reading", icon=":material/stop_circle:")
    try:
        return _read(uploads, bar)
    finally:
        bar.empty()
        button.empty()


def _stop(ids: tuple[str, ...]) -> None:
    """The click runs the page anew, which ends the reading at its next step."""
    st.session_state[_STOPPED] = ids


def _go_on() -> None:
    del st.session_state[_STOPPED]


def _read(uploads: Sequence[Any], bar: DeltaGenerator) -> Profile | None:
    """The profile of all files; None while a table among them still has to be explained by the person."""
    check_uploads(uploads)
    sources = [Source(upload.name, upload.size, data=upload.getvalue()) for upload in uploads]
    try:
        return read_files(sources, catalog().sizes, lambda share: _move(bar, share))
    except InputError:
        foreign = [each for each in sources if may_be_mapped(each.whole(), each.name)]
        if len(sources) > 1 or not foreign:
            raise
        return mapped(foreign[0].whole(), foreign[0].name)


def _move(bar: DeltaGenerator, share: float) -> None:
    bar.progress(share, f"Reading … {share:.0%}")


def _told(name: str, profile: Profile) -> None:
    """What was found, before it is priced."""
    mine, timed = purse(), not is_untimed(profile)
    when = f" from {mine.day(profile.starts)} to {mine.day(profile.ends)}" if timed else ""
    pace = f" At this pace {mine.count(profile.requests_per_month)} requests a month." if timed else ""
    requests = "1 request" if profile.requests == 1 else f"{mine.count(profile.requests)} requests"
    st.caption(
        f"**{escaped(name)}**: {requests}{when}, {mine.count(profile.usage.total_input_tokens)} tokens in, "
        f"{mine.count(profile.usage.output_tokens)} out.{pace}",
        help="A token is what models read, write and bill by: about three quarters of an English word.",
    )
    if profile.notes:
        st.caption("\n".join(f"- {escaped(note)}" for note in profile.notes))


def _rate(profile: Profile) -> Fraction | None:
    """Requests a month where the files tell no times, else None: they tell it themselves."""
    if not is_untimed(profile):
        return None
    return monthly("files", profile.requests, "month", "How many requests like these?")
