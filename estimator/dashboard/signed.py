"""Who is at the page, and whose saved work it therefore shows."""

from hashlib import sha256

import streamlit as st

from estimator.workspace import LOCAL, Workspace, workspace
from pricing import InputError


def owner() -> str | None:
    """A digest of who signed in, None before somebody has; where nobody can sign in, the one local user.

    Issuer and subject are what does not change about a person: addresses and names do, and are not looked at.
    """
    if "is_logged_in" not in st.user:  # It is there once sign-in is configured.
        return LOCAL
    if not st.user["is_logged_in"]:
        return None
    subject = st.user.get("sub")
    if not subject:
        raise InputError("who you are cannot be told: the sign-in service gives no subject (sub). Ask who set it up.")
    return sha256(f"{st.user.get('iss')} {subject}".encode()).hexdigest()


def ask_to_sign_in() -> None:
    st.info("Sign in to save work and to see yours.")
    st.button("Sign in", on_click=st.login, icon=":material/login:", key="sign-in")


def sign_out_button() -> None:
    """Where somebody has signed in."""
    if owner() not in {LOCAL, None}:
        st.button("Sign out", on_click=st.logout, icon=":material/logout:", key="sign-out")


def mine() -> Workspace:
    """The saved work of who is at the page. Raises InputError before somebody has signed in."""
    whose = owner()
    if whose is None:
        raise InputError("nobody is signed in: sign in first.")
    return workspace(whose)
