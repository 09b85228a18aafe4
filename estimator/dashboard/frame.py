"""What all pages have around them: the way between them, the work they speak of, and errors in one sentence."""

from collections.abc import Callable

import streamlit as st

from estimator.dashboard import ask, budget, compare, prices, selfhost
from estimator.dashboard.work import choose
from estimator.workload import Workload
from pricing import InputError, PricingError

_ABOUT = (
    "Prices are list prices as published by their sellers, read on the dates shown; claims are marked as claims. "
    "What you upload is counted and forgotten."
)


def show() -> None:
    st.set_page_config(page_title="Breakeven: what AI work costs", page_icon="🧮", layout="wide")
    page = st.navigation(
        [
            _page(ask.show, "What will it cost?", "cost", default=True),
            _page(compare.show, "Compare", "compare"),
            _page(selfhost.show, "Run it yourself?", "selfhost"),
            _page(budget.show, "Budget", "budget"),
            st.Page(prices.show, title="Prices", url_path="prices"),
        ],
        position="top",
    )
    page.run()
    st.caption(_ABOUT)


def _page(body: Callable[[Workload], None], title: str, path: str, *, default: bool = False) -> "st.Page":
    """A page about the user's work: its title, the work, then the body; a problem is told in one sentence."""

    def run() -> None:
        st.title(title)
        try:
            work = choose(open_=default)
            if work is not None:
                body(work)
        except (InputError, PricingError) as error:
            st.error(str(error)[:1].upper() + str(error)[1:])

    return st.Page(run, title=title, url_path=path, default=default)
