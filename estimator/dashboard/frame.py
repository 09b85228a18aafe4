"""What all pages have around them: the way between them, the work they speak of, and errors in one sentence."""

from collections.abc import Callable

import streamlit as st

from estimator.dashboard import ask, budget, compare, prices, selfhost
from estimator.dashboard.parts import escaped
from estimator.dashboard.purse import choose_currency, purse
from estimator.dashboard.work import choose
from estimator.workload import Workload
from pricing import InputError, PricingError
from pricing.currency import rate_words

_ABOUT = (
    "Prices are list prices as published by their sellers, read on the dates shown; claims are marked as claims. "
    "What you upload is counted and forgotten."
)
_TIGHT = "<style>.stMainBlockContainer {padding-top: 4.5rem; padding-bottom: 2rem}</style>"  # The answer comes first.


def about_work(title: str, body: Callable[[Workload], None], *, open_: bool = False) -> Callable[[], None]:
    """A page about the user's work: its title, the work, then the body; a problem is told in one sentence."""

    def show_page() -> None:
        head(title)
        try:
            work = choose(open_=open_)
            if work is not None:
                body(work)
        except (InputError, PricingError) as error:
            said = str(error)
            st.error(escaped(said[:1].upper() + said[1:]))

    return show_page


def head(title: str) -> None:
    """The question of the page, and the currency of its answers."""
    left, right = st.columns((8, 1), vertical_alignment="center")
    left.title(title)
    with right:
        choose_currency()


def _prices() -> None:
    head("What do models cost, and who says so?")
    prices.show()


# By the last part of the address.
PAGES = {
    "cost": ("What will it cost?", about_work("What will it cost?", ask.show, open_=True)),
    "compare": ("Compare", about_work("Compare", compare.show)),
    "selfhost": ("Run it yourself?", about_work("Run it yourself?", selfhost.show)),
    "budget": ("Budget", about_work("Does it fit the budget?", budget.show)),
    "prices": ("Prices", _prices),
}


def show() -> None:
    st.set_page_config(page_title="Breakeven: what AI work costs", page_icon="🧮", layout="wide")
    st.html(_TIGHT)
    pages = [st.Page(body, title=title, url_path=path, default=path == "cost") for path, (title, body) in PAGES.items()]
    st.navigation(pages, position="top").run()
    st.caption(" ".join(filter(None, (_ABOUT, rate_words(purse().exchange)))))
