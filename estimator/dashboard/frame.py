"""What all pages have around them: the way between them, the work they speak of, and errors in one sentence."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from estimator.dashboard.links import keep_what_the_link_said, know, link, share_button
from estimator.dashboard.parts import told
from estimator.dashboard.purse import choose_reading, purse
from estimator.dashboard.work import choose
from estimator.workload import Workload
from pricing.currency import rate_words

Body = Callable[[], None]

_STYLE = Path(__file__).with_name("style.css")
_ICON = Path(__file__).with_name("icon.svg")  # An emoji would load a list of all of them first.

_ABOUT = (
    "Prices are list prices as published by their sellers, read on the dates shown; claims are marked as claims. "
    "What you upload is counted and forgotten; only a trial sends prompts on, to where you say, and says so first."
)


class Place(NamedTuple):
    """A page: its part of the menu, its name there, what it shows, and the page that comes after it with a reason."""

    part: str
    name: str
    body: Body
    after: str = ""
    why: str = ""


def about_work(question: str, body: Callable[[Workload], None], *, open_: bool = False) -> Body:
    """A page about the user's work: its question, the work, then the body; a problem is told in one sentence."""

    def show_page() -> None:
        with _head(question), told():
            work = choose(open_=open_)
            if work is not None:
                body(work)
            elif not open_:
                st.info("This page needs to know your work first. Give it under Change, or begin anew.")
                link("cost", "Begin anew", ":material/arrow_back:")

    return show_page


def page(question: str, body: Body) -> Body:
    """A page that asks for what it needs itself."""

    def show_page() -> None:
        with _head(question), told():
            body()

    return show_page


@contextmanager
def _head(question: str) -> Iterator[None]:
    """The question of the page, how figures are read, and a link to the page once it is drawn."""
    left, right = st.columns((3, 2), vertical_alignment="center")
    left.title(question)
    with right, st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        choose_reading()
        share = st.container(width="content")
    yield
    with share:
        share_button()


def shown_by(module: str) -> Callable[..., None]:
    """The `show` of a page's module, which is loaded when somebody first turns to it."""

    def show_later(*about: Workload) -> None:
        import_module(f"estimator.dashboard.{module}").show(*about)

    return show_later


_PATH, _KNOW, _MORE = "", "How we know", "More"
# By the last part of the address, in the order of the menu and of the way through it.
PAGES = {
    "cost": Place(_PATH, "Your work", about_work("What do you want AI to do?", shown_by("ask"), open_=True)),
    "compare": Place(
        _PATH,
        "Compare",
        about_work("Which model, and on which terms?", shown_by("compare")),
        "cheaper",
        "make it cheaper",
    ),
    "cheaper": Place(
        _PATH,
        "Make it cheaper",
        about_work("What would make it cheaper?", shown_by("cheaper")),
        "selfhost",
        "would running it yourself pay?",
    ),
    "selfhost": Place(
        _PATH,
        "Run it yourself",
        about_work("Would running it yourself pay?", shown_by("selfhost")),
        "budget",
        "does it fit the budget?",
    ),
    "budget": Place(
        _PATH, "Budget", about_work("Does it fit the budget?", shown_by("budget")), "report", "get the report"
    ),
    "report": Place(
        _PATH,
        "Report",
        about_work("What do you want to hand on?", shown_by("reporting")),
        "saved",
        "save it for a client",
    ),
    "prices": Place(_PATH, "Prices", page("What do models cost, and who says so?", shown_by("prices"))),
    "guide": Place(_KNOW, "Guide", page("How do I do it?", shown_by("handbook"))),
    "accuracy": Place(_KNOW, "Accuracy", page("How accurate is this?", shown_by("accuracy"))),
    "claims": Place(_KNOW, "The article, checked", page("Was the article right?", shown_by("claims"))),
    "saved": Place(_MORE, "Saved work", page("What have I saved, and does it still hold?", shown_by("saved"))),
    "bill": Place(_MORE, "Check a bill", page("Was I billed what I should have been?", shown_by("bill"))),
    "trial": Place(_MORE, "Try your own prompts", page("Which model answers well enough?", shown_by("trial"))),
}


def show() -> None:
    st.set_page_config(page_title="Breakeven: what AI work costs", page_icon=_ICON, layout="wide")
    st.html(_STYLE)
    pages = {
        path: st.Page(place.body, title=place.name, url_path=path, default=path == "cost")
        for path, place in PAGES.items()
    }
    know(pages)
    menu: dict[str, list[st.Page]] = {}
    for path, place in PAGES.items():
        menu.setdefault(place.part, []).append(pages[path])
    current = st.navigation(menu, position="top")
    current.run()
    _foot(PAGES[current.url_path or "cost"])
    keep_what_the_link_said()


def _foot(place: Place) -> None:
    if place.after:
        link(place.after, f"**Next**: {place.why}")
    st.caption(" ".join(filter(None, (_ABOUT, rate_words(purse().exchange)))))
