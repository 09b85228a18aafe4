"""What have I saved, and does it still hold? The list, one piece of it, and the file that carries all."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from estimator.dashboard.answers import half_hour
from estimator.dashboard.compare import CHOSEN
from estimator.dashboard.parts import behind, cost_chart, report_button, table, told, without_price
from estimator.dashboard.purse import Purse, purse
from estimator.dashboard.saving import described, opened, save, save_form, say_anew, set_opened, show_news
from estimator.dashboard.signed import ask_to_sign_in, mine, owner, sign_out_button
from estimator.dashboard.upload_limits import check_uploads
from estimator.dashboard.work import choose, use
from estimator.decision import Line, Option, Scenario
from estimator.report import change, is_sure, item_words
from estimator.report.cells import safe_cell
from estimator.workspace import Check, Difference, Entry, Version, check, quick_check
from pricing import InputError, PricingError, catalog
from pricing.currency import rate as exchange_rate
from pricing.currency import rate_words

_LOOKED_AT = 20  # The newest; an older one is looked at when it is opened.


def show() -> None:
    with told():
        if owner() is None:
            ask_to_sign_in()
            return
        show_news()
        entries = mine().entries()
        if entries:
            _list(entries)
            with told():
                _one(entries)
        else:
            st.info("Nothing is saved yet. Below is your present work: change it if need be, and save it for a client.")
        st.subheader("Save your present work")
        work = choose(open_=False)
        if work is not None:
            with st.container(width=480):
                save_form(work, Scenario(half_hour()))
        with st.expander("All of it as one file", icon=":material/inventory_2:"), told():
            _file()
        sign_out_button()


def _list(entries: Sequence[Entry]) -> None:
    """The verdict over all, and a row for each."""
    looked_at = {entry: _looked_at(entry) for entry in entries[:_LOOKED_AT]}
    checks = {entry: seen for entry, seen in looked_at.items() if seen is not None}
    moved = sum(bool(each.moves) for each in checks.values())
    of = "" if len(looked_at) == len(entries) else "the newest "
    if moved:
        st.markdown(f"### {len(checks) - moved} of {of}{len(checks)} saved still hold")
    else:
        st.markdown("### What you saved still holds" if not of else f"### The newest {len(checks)} still hold")
    st.dataframe(
        [_row(entry, checks.get(entry)) for entry in entries],
        hide_index=True,
        alt="What is saved, and what has changed since",
        height="content" if len(entries) <= _LOOKED_AT else 400,
    )


def _looked_at(entry: Entry) -> Check | None:
    """None where it cannot be computed: opening it says why, and the others stay in view."""
    try:
        return _quick(str(owner()), entry, half_hour())
    except (InputError, PricingError):
        return None


@st.cache_resource(max_entries=512, show_spinner="Looking at what has changed …", hash_funcs={Entry: hash})
def _quick(whose: str, entry: Entry, today: datetime) -> Check:  # noqa: ARG001 - `whose` keeps people apart
    return quick_check(mine().open(entry.client, entry.name, entry.number).study, catalog(), today)


@st.cache_resource(max_entries=64, show_spinner="Working it out …", hash_funcs={Entry: hash})
def _whole(whose: str, entry: Entry, today: datetime) -> tuple[Version, Check]:  # noqa: ARG001 - as above
    version = mine().open(entry.client, entry.name, entry.number)
    return version, check(version.study, catalog(), today)


def _row(entry: Entry, seen: Check | None) -> dict[str, object]:
    return {
        "Client": safe_cell(entry.client),
        "Name": safe_cell(entry.name),
        "Since then": _since(seen) if seen else "see below",
        "Cheapest then": _cheapest(seen.saved.options, _purse(seen)) if seen else "",
        "Cheapest today": _cheapest(seen.today.options, _purse(seen)) if seen else "",
        "Saved on": entry.saved_at.date(),
        "Version": entry.number,
    }


def _since(seen: Check) -> str:
    return f"{len(seen.moves)} moved" if seen.moves else "the same"


def _cheapest(options: Sequence[Option], money: Purse) -> str:
    sold = (o for o in options if o.kind == "api" and is_sure(o.status))
    return next((safe_cell(f"{o.name}, {money.written(o.usd)}") for o in sold), "–")


def _purse(seen: Check) -> Purse:
    """The currency that it was saved in, at the rate of its day: what differs is then a matter of prices alone."""
    return Purse(exchange_rate(seen.saved.currency, seen.saved.scenario.at.date()), purse().locale)


def _one(entries: Sequence[Entry]) -> None:
    """One study as it was on its day, and what has changed since."""
    entry = _choose(entries)
    version, seen = _whole(str(owner()), entry, half_hour())
    study, money = version.study, _purse(seen)
    st.markdown(described(study))
    _changes(seen, money)
    with st.container(horizontal=True):
        st.button("Use it on all pages", on_click=_use, args=(version,), icon=":material/open_in_new:", key="use")
        if st.button("Move to today's prices", icon=":material/update:", key="move", disabled=not seen.moves):
            set_opened(version)
            save(version.client, version.name, seen.today)
    cost_chart(study.options, "saved-chart", money)
    st.caption(
        f"As computed on {money.day(version.saved_at)}, with prices last checked on {money.day(study.catalog.on)} "
        f"(price list {study.catalog.digest[:8]}). {rate_words(money.exchange)}"
    )
    book = study.catalog_with_sources(catalog())
    report_button(study.comparison, "saved-report", book)
    behind(study.options, money, book)
    without_price(study.unpriced)


def _choose(entries: Sequence[Entry]) -> Entry:
    """The one to look at: that which is open unless another is chosen, and of it the newest version."""
    left, right = st.columns((3, 2), vertical_alignment="bottom")
    places, before = tuple((e.client, e.name) for e in entries), opened()
    open_ = (before.client, before.name) if before else None
    index = places.index(open_) if open_ in places else 0
    place = left.selectbox(
        "Look at", places, index=index, format_func=" · ".join, key=f"place-{open_}", bind="query-params"
    )
    history = mine().history(*place)
    return right.selectbox("Version", history, format_func=_dated, key=f"version-{place}-{len(history)}")


def _dated(entry: Entry) -> str:
    return f"{entry.number}, saved {entry.saved_at:%-d %b %Y, %H:%M} UTC"


def _use(version: Version) -> None:
    """All pages speak of this work, on its terms; the next save continues it."""
    set_opened(version)
    study = version.study
    use(version)
    known = [f"{provider}/{model}" for provider, model in study.models if (provider, model) in catalog().models]
    terms = {
        "which": CHOSEN,
        "models": known,
        "batch": study.scenario.mode.processing == "batch",
        "caching": study.scenario.caching,
        "currency": study.currency,
    }
    st.session_state.update(terms)


def _changes(seen: Check, money: Purse) -> None:
    if seen.corrections:
        st.warning(
            "**The price list was corrected since.** By what is on record today, its own day would have come out "
            "otherwise:"
        )
        _table(seen.corrections, money, "Its own day, by today's price list")
    if not seen.moves:
        st.success("**It still holds**: today it would cost what it did.")
        return
    many = "1 model costs" if len(seen.moves) == 1 else f"{len(seen.moves)} models cost"
    st.info(f"**{many} something else since {money.day(seen.saved.scenario.at)}.**")
    _table(seen.moves, money, "Today")


def _table(differences: Sequence[Difference], money: Purse, after: str) -> None:
    table(
        [
            {
                "Model": safe_cell(d.name),
                "Saved": d.before.usd if d.before else None,
                after: d.after.usd if d.after else None,
                "Change": change(d.ratio, money.locale) if d.before and d.after else "",
                "Because": _because(d),
            }
            for d in differences
        ],
        dict.fromkeys(("Saved", after), money.written),
        "What costs something else, a month",
        height=min(400, 37 + 35 * len(differences)),
    )


def _because(difference: Difference) -> str:
    if difference.before is None:
        return "it has a price now"
    if difference.after is None:
        return difference.reason or "it has no price any more"
    moved = [f"{_what(old or new)} {_rate(old)} → {_rate(new)}" for old, new in difference.rates]
    return "; ".join(moved) or "the work is counted otherwise now"


def _what(line: Line | None) -> str:
    assert line is not None  # noqa: S101 - of a pair one at least is there
    return ", ".join(filter(None, (item_words(line.name, catalog().items), line.applies)))


def _rate(line: Line | None) -> str:
    return purse().price(line.rate_usd, line.per) if line else "none"


def _file() -> None:
    st.download_button(
        "Export everything",
        data=mine().export,
        file_name="breakeven-work.zip",
        mime="application/zip",
        icon=":material/download:",
        key="export",
        on_click="ignore",
    )
    st.caption("Every version of everything that you saved: your backup, and the way to another computer or database.")
    upload = st.file_uploader("A file that was exported here", type="zip", key="import-file")
    if upload is not None and st.button("Bring it in", key="import"):
        check_uploads([upload])
        brought = mine().bring_in(upload.getvalue(), upload.name)
        many = "1 new version" if brought.versions == 1 else f"{brought.versions:,} new versions"
        say_anew(f"Brought in {many}. What was here stays as it is.")
