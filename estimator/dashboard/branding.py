"""How a client's reports look: asked for once, and kept for the client."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from estimator.dashboard.parts import escaped
from estimator.dashboard.saving import opened, say_anew
from estimator.dashboard.signed import ask_to_sign_in, mine, owner
from estimator.report import Brand
from estimator.workspace import MOST_SIGNS, Brands, SavedBrand, StaleBrand

_STALE = "brand-stale"
_MOST_LOGO_MB = 2


def choose_brand() -> Brand:
    """The brand as it stands on the page, kept or not. Raises InputError for what can be none."""
    kept = _kept()
    with st.expander("Whose report is it?", icon=":material/palette:", key="brand"):
        client = _client(kept.clients() if kept else ())
        saved = kept.of(client) if kept else None
        brand = _fields(client, saved)
        if kept is None:
            ask_to_sign_in()
        else:
            _keep(kept, client, brand, saved)
    return brand


def _kept() -> Brands | None:
    """None before somebody has signed in."""
    return None if owner() is None else Brands(mine().url, mine().owner)


def _client(known: Sequence[str]) -> str:
    """Any that has saved work or a brand, or a new one; for a start the one whose work is open."""
    before = opened()
    here = [before.client] if before else []
    saved = [entry.client for entry in mine().entries()] if owner() else []
    names = sorted({*known, *saved, *here})
    index = names.index(before.client) if before else None
    chosen = st.selectbox(
        "For which client?",
        names,
        index=index,
        key=f"brand-client-{before.client if before else ''}",
        placeholder="Choose one, or type a name",
        accept_new_options=True,
    )
    return str(chosen or "")[:MOST_SIGNS]


def _fields(client: str, saved: SavedBrand | None) -> Brand:
    """What is typed belongs to the client, and to the brand that was there when it was typed."""
    place, before = f"{client}/{saved.number if saved else 0}", saved.brand if saved else Brand(client=client)
    said = {
        "client": st.text_input("Name on the report", value=before.client, max_chars=120, key=f"name-{place}"),
        "prepared_by": st.text_input("Prepared by", value=before.prepared_by, max_chars=120, key=f"by-{place}"),
        "confidentiality": st.text_input(
            "Who may read it", value=before.confidentiality, max_chars=120, placeholder="Confidential", key=f"c-{place}"
        ),
    }
    left, right = st.columns(2)
    colors = {
        "color": left.color_picker("First colour", value=before.color, key=f"color-{place}"),
        "second_color": right.color_picker("Second colour", value=before.second_color, key=f"second-{place}"),
    }
    return Brand(**said, **colors, logo=_logo(before.logo, place))


def _logo(before: bytes, place: str) -> bytes:
    """The one that is chosen now, else the one that was kept, unless it is to go."""
    upload: Any = st.file_uploader(
        "Logo, PNG or JPEG", type=("png", "jpg", "jpeg"), max_upload_size=_MOST_LOGO_MB, key=f"logo-{place}"
    )
    if upload is not None:
        return bytes(upload.getvalue())
    if before:
        st.image(before, width=120, alt="The logo that is kept")
        if st.checkbox("Without this logo", key=f"no-logo-{place}"):
            return b""
    return before


def _keep(kept: Brands, client: str, brand: Brand, saved: SavedBrand | None) -> None:
    _show_stale(kept)
    is_new = saved is None or saved.brand != brand
    if st.button("Keep it for this client", key="keep-brand", disabled=not client or not is_new):
        _save(kept, client, brand, saved.number if saved else 0)
    if not client:
        st.caption("Choose a client to keep it: all later reports of that client then look so.")


def _save(kept: Brands, client: str, brand: Brand, base: int) -> None:
    try:
        made = kept.save(client, brand, base)
    except StaleBrand as stale:
        st.session_state[_STALE] = stale
        st.rerun()
    st.session_state.pop(_STALE, None)
    say_anew(f"All reports for {made.client} look so from now on.")


def _show_stale(kept: Brands) -> None:
    """Where somebody changed it in between, the choice between both."""
    stale: StaleBrand | None = st.session_state.get(_STALE)
    if stale is None:
        return
    st.warning(f"**Not kept yet.** {escaped(str(stale))}")
    left, right = st.columns(2)
    if left.button("Keep mine", key="keep-my-brand"):
        _save(kept, stale.mine.client, stale.mine.brand, stale.theirs.number)
    if right.button("Keep what is there", key="keep-their-brand"):
        del st.session_state[_STALE]
        st.rerun()
