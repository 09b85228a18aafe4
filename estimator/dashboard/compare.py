"""Compare: the same work under other terms."""

from dataclasses import replace
from datetime import UTC, datetime, time

import streamlit as st

from estimator.dashboard.answers import compared, half_hour
from estimator.dashboard.parts import behind, cost_chart, pick, report_button, without_price
from estimator.dashboard.purse import Purse, purse
from estimator.dashboard.risk import passing, risk_folds, rules_asked
from estimator.dashboard.saving import save_button
from estimator.dashboard.summaries import compare as summary
from estimator.decision import Option, Scenario
from estimator.report import is_sure
from estimator.workload import Workload, tells_caching
from pricing import STANDARD, Mode, catalog, now

FEATURED, ALL, CHOSEN = "Those people ask for", "All", "Chosen"
_BARS = 24  # More would not fit a screen; the table has them all.


def show(work: Workload) -> None:
    keys = _models()
    scenario, claims, hosted = _terms(work)
    if not keys:
        st.info("Choose at least one model.")
        return
    shown = compared(work, scenario, keys, hosted=hosted)
    if not claims:
        shown = replace(shown, options=tuple(o for o in shown.options if is_sure(o.status)))
    rules = rules_asked("compare-rules")
    shown = replace(shown, options=passing(shown.options, rules, scenario.mode))
    if not shown.options:
        st.info("Nothing is left to compare: choose other models, or fewer rules.")
        without_price(shown.unpriced)
        return
    mine = purse(scenario.at.date())
    summary.show(shown.options, work, mine)
    cost_chart(shown.options[:_BARS], "compared", mine)
    if len(shown.options) > _BARS:
        st.caption(f"The {_BARS} cheapest of {mine.count(len(shown.options))}; the table below has them all.")
    without_price(shown.unpriced)
    with st.container(horizontal=True):
        report_button(shown, key="comparison-report")
        save_button(work, scenario, keys, hosted=hosted)
    _details(shown.options, mine, scenario.mode)


@st.fragment
def _details(options: tuple[Option, ...], mine: Purse, mode: Mode) -> None:
    """All options in a table, and what stands behind and beside the figure of the one whose row is chosen."""
    st.subheader("Behind the figures")
    st.caption("Choose a row to see its lines, its sources, and what is known of it beside the money.")
    option = pick(options, mine, "compared-table")
    behind([option], mine, open_=True)
    risk_folds([option], mode)


def _models() -> tuple[tuple[str, str], ...]:
    """The models to compare: those that people ask for, all, those of some sellers, or a choice."""
    models, providers = catalog().models, catalog().providers
    left, right = st.columns((2, 3), vertical_alignment="bottom")
    which = left.segmented_control(
        "Models", (FEATURED, ALL, CHOSEN), default=FEATURED, required=True, key="which", bind="query-params"
    )
    featured = tuple(key for key, model in models.items() if model.info.featured)
    if which == FEATURED:
        return featured
    if which == ALL:
        sellers = right.multiselect(
            "Sold by",
            tuple(dict.fromkeys(provider for provider, _ in models)),
            format_func=lambda id_: providers[id_].name,
            placeholder="anyone",
            key="sellers",
            bind="query-params",
        )
        return tuple(key for key in models if not sellers or key[0] in sellers)
    named = {"/".join(key): key for key in models}
    chosen = right.multiselect(
        "Which?",
        tuple(named),
        default=["/".join(key) for key in featured],
        format_func=lambda name: f"{models[named[name]].info.name} · {providers[named[name][0]].name}",
        key="models",
        bind="query-params",
    )
    return tuple(named[name] for name in chosen)


def _terms(work: Workload) -> tuple[Scenario, bool, bool]:
    """The terms, each explained where it stands; whether to show claims, and own GPUs."""
    batch, caching, claims, gpus, date = st.columns(5, vertical_alignment="center")
    overnight = batch.toggle(
        "Can wait a day",
        key="batch",
        bind="query-params",
        help="Sellers call it batch: answers within 24 hours instead of at once, often at half the price.",
    )
    reuse = caching.toggle(
        "Reuse repeated text",
        key="caching",
        bind="query-params",
        disabled=work.repeated_share is None and tells_caching(work.typical),
        help="Sellers call it caching: the part of your requests that is the same each time is billed at a lower rate.",
    )
    shown = claims.toggle(
        "Show claims",
        value=True,
        key="claims",
        bind="query-params",
        help="Prices that somebody projected or claimed, but no seller lists. They are drawn hatched.",
    )
    hosted = gpus.toggle(
        "Show own GPUs",
        value=True,
        key="hosted",
        bind="query-params",
        help="Models that you could run on machines of your own, rented by the hour.",
    )
    day = date.date_input(
        "Prices of",
        value="today",
        key="day",
        bind="query-params",
        help="Past prices as they were; future ones as far as sellers have announced them.",
    )
    at = half_hour() if day == now().date() else datetime.combine(day, time(12), tzinfo=UTC)
    mode = Mode(processing="batch") if overnight else STANDARD
    return Scenario(at, mode, caching=bool(reuse)), bool(shown), bool(hosted)
