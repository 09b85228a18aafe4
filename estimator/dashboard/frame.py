"""What all pages have around them: the way between them, the work they speak of, and errors in one sentence."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import streamlit as st

from estimator.dashboard.parts import told
from estimator.dashboard.purse import choose_currency, purse
from estimator.dashboard.work import choose
from estimator.workload import Workload
from pricing.currency import rate_words

Body = Callable[[], None]

_ICON = Path(__file__).with_name("icon.svg")  # An emoji would load a list of all of them first.

_ABOUT = (
    "Prices are list prices as published by their sellers, read on the dates shown; claims are marked as claims. "
    "What you upload is counted and forgotten; only a trial sends prompts on, to where you say, and says so first."
)
_TIGHT = "<style>.stMainBlockContainer {padding-top: 4.5rem; padding-bottom: 2rem}</style>"  # The answer comes first.


def about_work(title: str, body: Callable[[Workload], None], *, open_: bool = False) -> Body:
    """A page about the user's work: its title, the work, then the body; a problem is told in one sentence."""

    def show_page() -> None:
        head(title)
        with told():
            work = choose(open_=open_)
            if work is not None:
                body(work)

    return show_page


def page(title: str, body: Body) -> Body:
    """A page with a question of its own."""

    def show_page() -> None:
        head(title)
        with told():
            body()

    return show_page


def head(title: str) -> None:
    """The question of the page, and the currency of its answers."""
    left, right = st.columns((8, 1), vertical_alignment="center")
    left.title(title)
    with right:
        choose_currency()


def shown_by(module: str) -> Callable[..., None]:
    """The `show` of a page's module, which is loaded when somebody first turns to it."""

    def show_later(*about: Workload) -> None:
        import_module(f"estimator.dashboard.{module}").show(*about)

    return show_later


# By the last part of the address: the part of the menu, the name there, and the page.
_DECIDE, _CHECK = "", "Check"
PAGES = {
    "cost": (_DECIDE, "What will it cost?", about_work("What will it cost?", shown_by("ask"), open_=True)),
    "compare": (_DECIDE, "Compare", about_work("Compare", shown_by("compare"))),
    "cheaper": (_DECIDE, "Make it cheaper", about_work("What would make it cheaper?", shown_by("cheaper"))),
    "selfhost": (_DECIDE, "Run it yourself?", about_work("Run it yourself?", shown_by("selfhost"))),
    "budget": (_DECIDE, "Budget", about_work("Does it fit the budget?", shown_by("budget"))),
    "saved": (_DECIDE, "Saved work", page("What have I saved, and does it still hold?", shown_by("saved"))),
    "bill": (_CHECK, "A bill", page("Was I billed what I should have been?", shown_by("bill"))),
    "trial": (_CHECK, "Your own prompts", page("Which model answers well enough?", shown_by("trial"))),
    "claims": (_CHECK, "The article", page("The article, checked", shown_by("claims"))),
    "accuracy": (_CHECK, "Accuracy", page("How accurate is this?", shown_by("accuracy"))),
    "prices": (_CHECK, "Prices", page("What do models cost, and who says so?", shown_by("prices"))),
}


def show() -> None:
    st.set_page_config(page_title="Breakeven: what AI work costs", page_icon=_ICON, layout="wide")
    st.html(_TIGHT)
    pages: dict[str, list[st.Page]] = {}
    for path, (part, title, body) in PAGES.items():
        pages.setdefault(part, []).append(st.Page(body, title=title, url_path=path, default=path == "cost"))
    st.navigation(pages, position="top").run()
    st.caption(" ".join(filter(None, (_ABOUT, rate_words(purse().exchange)))))
