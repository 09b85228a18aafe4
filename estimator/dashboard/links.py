"""Ways between the pages, and the address that brings back what a page shows."""

from collections.abc import Mapping
from urllib.parse import urlencode

import streamlit as st

from estimator.dashboard.work import is_in_a_link

_PAGES, _ARRIVED = "pages", "arrived"
_ALWAYS = ("currency", "numbers")  # An address leaves out what this browser has anyway; another has others.


def know(pages: Mapping[str, st.Page]) -> None:
    """The pages of this run, by the last part of their address."""
    st.session_state[_PAGES] = pages


def link(path: str, label: str, icon: str = ":material/arrow_forward:") -> None:
    """A way to another page. A page that stands alone, without navigation, has none."""
    if page := st.session_state.get(_PAGES, {}).get(path):
        st.page_link(page, label=label, icon=icon)


def keep_what_the_link_said() -> None:
    """Once after somebody came by a link: what its address said is kept over a change of page from then on."""
    if st.query_params and not st.session_state.get(_ARRIVED):
        _ask_again()
    else:
        st.session_state[_ARRIVED] = True


@st.fragment(run_every=0.3)
def _ask_again() -> None:
    """Only values that the browser sent back once outlive the page (Streamlit 1.67), so it is made to send them."""
    if _ARRIVED in st.session_state:  # The first run is the page's own, this one the browser's.
        st.session_state[_ARRIVED] = True
        st.rerun()
    st.session_state[_ARRIVED] = False


def share_button() -> None:
    """The whole address of what is on the page, and what no address can hold. Drawn last, as it tells of the rest."""
    with st.popover("Link", icon=":material/link:"):
        st.code(address(), language=None, wrap_lines=True)
        if is_in_a_link():
            st.caption("It opens this page with the same work and settings. Prices are those of the day it is opened.")
        else:
            st.caption(
                "Files and texts stay with you: no link holds them. Save the work, and you find it under Saved work."
            )


def address() -> str:
    """The address of the page with all that was chosen on it."""
    chosen = {key: st.query_params.get_all(key) for key in st.query_params}
    always = {key: [str(st.session_state[key])] for key in _ALWAYS if key in st.session_state}
    return f"{st.context.url or ''}?{urlencode(always | chosen, doseq=True)}"
