"""Compare: the same work under other terms."""

from dataclasses import replace
from datetime import UTC, datetime, time

import streamlit as st

from estimator.dashboard.answers import compared, half_hour
from estimator.dashboard.parts import behind, cost_chart, cost_table, report_button, without_price
from estimator.dashboard.purse import purse
from estimator.dashboard.risk import passing, risk_folds, rules_asked
from estimator.dashboard.saving import save_button
from estimator.dashboard.summaries import compare as summary
from estimator.decision import Scenario
from estimator.report import is_sure
from estimator.workload import Workload, tells_caching
from pricing import STANDARD, Mode, Model, catalog, now


def show(work: Workload) -> None:
    models = {f"{m.provider}/{m.id}": m for m in catalog().models.values()}
    chosen = st.multiselect(
        "Models",
        tuple(models),
        default=[key for key, model in models.items() if model.info.featured],
        format_func=lambda key: _name(models[key]),
        key="models",
        bind="query-params",
    )
    scenario, claims, hosted = _terms(work)
    if not chosen:
        st.info("Choose at least one model.")
        return
    keys = tuple((models[key].provider, models[key].id) for key in chosen)
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
    cost_chart(shown.options, "compared", mine)
    without_price(shown.unpriced)
    with st.container(horizontal=True):
        report_button(shown, key="comparison-report")
        save_button(work, scenario, keys, hosted=hosted)
    cost_table(shown.options, mine)
    st.subheader("Behind the figures")
    behind(shown.options, mine)
    st.subheader("Beside the money")
    risk_folds(shown.options, scenario.mode)


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


def _name(model: Model) -> str:
    return f"{model.info.name} · {catalog().providers[model.provider].name}"
