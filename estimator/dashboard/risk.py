"""Beside the money, on any page: rules on data that options must pass, and what is known of each option."""

from collections.abc import Collection, Sequence

import streamlit as st

from estimator.dashboard.parts import escaped, seller, sources
from estimator.decision import Option
from estimator.decision.risks import FIELDS, RULES, Known, passes, risks
from pricing import STANDARD, Mode, catalog

_SURE = {"high": "sure", "medium": "fairly sure", "low": "doubtful", "unknown": ""}


def rules_asked(key: str) -> frozenset[str]:
    """The rules that the person wants kept."""
    chosen = st.multiselect(
        "Rules for your data",
        tuple(RULES),
        format_func=RULES.__getitem__,
        key=key,
        bind="query-params",
        help=(
            "Only what is known to keep a rule passes; unknown never does. 'Data stays with us' leaves own GPUs only. "
            "'EU only' asks for a seller under EU law that works in the EU. Own GPUs pass where you put them there."
        ),
    )
    return frozenset(chosen)


def passing(options: Sequence[Option], rules: Collection[str], mode: Mode = STANDARD) -> tuple[Option, ...]:
    """Those that are known to keep the rules; how many do not is said on the page."""
    book = catalog()
    kept = tuple(option for option in options if passes(option, rules, book, mode))
    if len(kept) < len(options):
        st.caption(
            f"{len(options) - len(kept)} of {len(options)} options are left out: they break your rules, or nobody on "
            "record says that they keep them."
        )
    return kept


def risk_folds(options: Sequence[Option], mode: Mode = STANDARD) -> None:
    """One fold for each option: what is known of it beside the money, who says so, and of when."""
    for option in options:
        known = risks(option, catalog(), mode)
        blank = sum(each.confidence == "unknown" for each in known)
        with st.expander(f"{escaped(option.name)} · {escaped(seller(option))} · {blank} of {len(known)} unknown"):
            st.table([_row(each) for each in known])
            sources(tuple(dict.fromkeys(each.source for each in known if each.source)), catalog())


def _row(known: Known) -> dict[str, str]:
    return {
        "What": FIELDS[known.field],
        "As far as is known": escaped(known.said),
        "How sure": _SURE[known.confidence],
        "As of": known.as_of,
        "Source": known.source,
    }
