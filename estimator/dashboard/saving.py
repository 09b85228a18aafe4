"""Saving what a page speaks of, for a client under a name; and choosing where somebody else saved in between."""

from collections.abc import Sequence
from typing import NoReturn

import streamlit as st

from estimator.dashboard.parts import escaped, told
from estimator.dashboard.purse import purse
from estimator.dashboard.signed import ask_to_sign_in, mine, owner
from estimator.decision import Scenario
from estimator.report import usd
from estimator.workload import Workload
from estimator.workspace import MOST_SIGNS, Budget, Entry, ModelKey, Stale, Study, Version, clean, study
from pricing import STANDARD, catalog

_OPEN, _STALE, _NEWS = "opened", "stale", "news"


def opened() -> Entry | None:
    """The version that the person has before them, which the next save continues."""
    return st.session_state.get(_OPEN)


def set_opened(version: Entry) -> None:
    st.session_state[_OPEN] = Entry(version.client, version.name, version.number, version.saved_at)


def save_button(
    work: Workload,
    scenario: Scenario,
    models: Sequence[ModelKey] | None = None,
    *,
    hosted: bool = True,
    budget: Budget | None = None,
) -> None:
    """A button on any page that saves its work on these terms; on the featured models unless others were chosen."""
    with told():
        show_news()
        with st.popover("Save", icon=":material/bookmark_add:"):
            if owner() is None:
                ask_to_sign_in()
            else:
                save_form(work, scenario, models, hosted=hosted, budget=budget)


def save_form(
    work: Workload,
    scenario: Scenario,
    models: Sequence[ModelKey] | None = None,
    *,
    hosted: bool = True,
    budget: Budget | None = None,
) -> None:
    client, name = _called(work.name)
    if st.button("Save it", type="primary", icon=":material/bookmark_add:", key="save-now"):
        keys = _featured() if models is None else models
        currency = purse().exchange.currency
        save(client, name, study(work, scenario, keys, catalog(), hosted=hosted, currency=currency, budget=budget))


def _called(proposed: str) -> tuple[str, str]:
    """The client and the name, for a start those of what is open."""
    before = opened()
    client, name = (before.client, before.name) if before else ("", proposed)
    place = f"{client}/{name}"  # What is typed belongs to what is open.
    return (
        st.text_input("For which client?", value=client, max_chars=MOST_SIGNS, key=f"save-client-{place}"),
        st.text_input("Under which name?", value=name, max_chars=MOST_SIGNS, key=f"save-name-{place}"),
    )


def _featured() -> list[ModelKey]:
    return [key for key, model in catalog().models.items() if model.info.featured]


def save(client: str, name: str, made: Study) -> None:
    """The next version of what is open, or something new; the page then runs again and says so."""
    before, place = opened(), (clean(client, "client"), clean(name, "name"))
    _save(*place, made, before.number if before and (before.client, before.name) == place else 0)


def _save(client: str, name: str, made: Study, base: int) -> None:
    try:
        version = mine().save(client, name, made, base)
    except Stale as stale:
        st.session_state[_STALE] = stale
        st.rerun()
    st.session_state.pop(_STALE, None)
    set_opened(version)
    say_anew(f"Saved for {version.client} as {version.name}, version {version.number}.")


def say_anew(news: str) -> NoReturn:
    """Run the page again, which now is another, and say on it what was done."""
    st.session_state[_NEWS] = news
    st.rerun()


def show_news() -> None:
    """What was done by the last click; and both versions where a save met another one, until one is chosen."""
    news = st.session_state.pop(_NEWS, None)
    if news is not None:
        st.success(escaped(news))
    stale = st.session_state.get(_STALE)
    if stale is not None:
        _show_stale(stale)


def _show_stale(stale: Stale) -> None:
    st.warning(
        f"**Not saved yet.** {escaped(stale.theirs.client)} · {escaped(stale.theirs.name)} is at version "
        f"{stale.theirs.number} already. Keep yours as the next version, or what is there? Nothing is lost either way: "
        "old versions stay."
    )
    left, right = st.columns(2)
    with left:
        _side("Yours", stale.mine)
        if st.button(f"Keep mine as version {stale.theirs.number + 1}", key="keep-mine", type="primary"):
            _save(stale.mine.client, stale.mine.name, stale.mine.study, stale.theirs.number)
    with right:
        saved_at = f"{stale.theirs.saved_at:%-d %B %Y, %H:%M} UTC"
        _side(f"Version {stale.theirs.number}, saved {saved_at}", stale.theirs)
        if st.button("Keep what is there", key="keep-theirs"):
            del st.session_state[_STALE]
            set_opened(stale.theirs)
            st.rerun()


def _side(title: str, version: Version) -> None:
    st.markdown(f"**{title}**")
    st.markdown(described(version.study))


def described(made: Study) -> str:
    """A study in one sentence: the work, its terms, and its limit."""
    work, scenario, budget = made.workload, made.scenario, made.budget
    terms = [f"{purse().count(work.units_per_month)} {work.units} a month", f"prices of {purse().day(scenario.at)}"]
    terms += [str(scenario.mode)] if scenario.mode != STANDARD else []
    terms += ["repeated text cached"] if scenario.caching else []
    if budget:
        growth = f"{(budget.growth * 100).normalize():f} %"
        terms.append(f"a limit of {usd(budget.limit_usd, purse().locale)} a month, growing by {growth} a month")
    return escaped(f"{work.name}: {', '.join(terms)}.")
