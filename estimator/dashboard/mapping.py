"""What is understood of a table in nobody's form, shown before it is counted."""

from collections.abc import Mapping, Sequence
from hashlib import sha256

import streamlit as st

from estimator.dashboard.parts import escaped
from estimator.tokens import read_text
from estimator.workload import (
    ROLES,
    Guess,
    Profile,
    examples,
    guess,
    is_foreign,
    missing,
    read_mapped,
    sample_of,
    undecided_dates,
)
from pricing import InputError, catalog

_NONE = ""
_NAMES = {
    "start": "Day or time",
    "model": "Model",
    "requests": "How many requests",
    "input": "Tokens sent",
    "output": "Tokens written",
    "total": "Tokens, both together",
    "cached": "Of those sent: read from a cache",
    "reasoning": "Of those written: thinking",
    "cost": "Cost (not counted)",
}


def may_be_mapped(data: bytes, name: str) -> bool:
    """Whether a file that was not understood is a table with tokens, so that `mapped` can ask about it."""
    try:
        header, rows = sample_of(read_text(data, name), name)
    except InputError:
        return False
    return is_foreign(header, rows) and not missing(each.role for each in guess(header, rows))


def mapped(data: bytes, name: str) -> Profile | None:
    """The profile of a table once the person says that it is understood. Raises InputError where it cannot be."""
    text = read_text(data, name)
    header, rows = sample_of(text, name)
    key = sha256(data).hexdigest()[:12]
    st.markdown(f"**{escaped(name)}** is in no form that we know. This is what we understand; change what is wrong.")
    roles = _asked(header, rows, guess(header, rows), key)
    if "start" in roles and undecided_dates(text, name, roles["start"]):
        roles["dates"] = st.radio(
            "No date tells which number is the day.",
            ("day-first", "month-first"),
            format_func={"day-first": "The day comes first", "month-first": "The month comes first"}.__getitem__,
            key=f"dates-{key}",
            horizontal=True,
        )
    if lacking := missing(roles):
        st.warning(f"It cannot be counted yet: {lacking}.")
        return None
    if not st.checkbox("This is right: count it", key=f"right-{key}"):
        return None
    return read_mapped(data, name, catalog().sizes, roles)


def _asked(
    header: Sequence[str], rows: Sequence[Mapping[str, str]], guesses: Sequence[Guess], key: str
) -> dict[str, str]:
    """The column of each role, beside examples of what is in it; roles without one are left out."""
    guessed = {each.role: each for each in guesses}
    roles: dict[str, str] = {}
    for role in ROLES:
        left, right = st.columns((2, 3), vertical_alignment="bottom")
        found = guessed.get(role)
        column = left.selectbox(
            _NAMES[role],
            (_NONE, *header),
            index=header.index(found.column) + 1 if found else 0,
            format_func=lambda name: name or "none",
            key=f"{role}-{key}",
        )
        if column:
            roles[role] = column
            right.caption(escaped(_about(column, rows, found)))
    return roles


def _about(column: str, rows: Sequence[Mapping[str, str]], found: Guess | None) -> str:
    shown = examples(row.get(column, "") for row in rows)
    values = f"such as {'; '.join(shown)}" if shown else "holds text"
    why = f" ({found.why})" if found and found.column == column else ""
    return f"{values}{why}"
