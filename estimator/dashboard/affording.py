"""What could I afford: how often each model does the work within the limit, and what has come within reach."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import streamlit as st

from estimator.dashboard.answers import everything, half_hour, worth_showing
from estimator.dashboard.charts import label
from estimator.dashboard.parts import escaped
from estimator.dashboard.purse import purse
from estimator.decision import Purchase, Reach, buys, come_within_reach
from estimator.report import is_sure, status_words
from estimator.workload import Workload, templates
from pricing import catalog

_COUNTS = ("A customer", "An hour", "A day", "A week", "A month")
_A_YEAR = timedelta(days=365)


def show_affordable(work: Workload, limit_usd: Decimal) -> None:
    st.subheader(f"What could I afford for {escaped(purse().written(limit_usd))} a month?")
    customers = st.number_input(
        "Customers to serve", min_value=1, max_value=10**9, value=100, key="customers", bind="query-params", width=240
    )
    options = [o for o in worth_showing(everything(work).options) if o.kind == "api"]
    purchases = [buys(option, work.units_per_month, limit_usd) for option in options]
    st.caption(escaped(f"How many {work.units} each model could do within the limit ({work.name})."))
    st.dataframe(
        [
            _row(p, int(customers))
            for p in sorted(purchases, key=lambda p: (-p.per_month, not is_sure(p.option.status)))
        ],
        hide_index=True,
        column_config={name: st.column_config.NumberColumn(format="localized") for name in _COUNTS},
        alt="How often each model could do the work within the limit",
    )
    _ruled_out(limit_usd)


def _row(bought: Purchase, customers: int) -> dict[str, object]:
    return {
        "Model": label(bought.option),
        "A customer": bought.per_customer(customers),
        "An hour": bought.per_hour,
        "A day": bought.per_day,
        "A week": bought.per_week,
        "A month": bought.per_month,
        "Between": f"{purse().count(bought.low_per_month)} and {purse().count(bought.high_per_month)} a month",
        "That is": bought.cadence,
        "Price is": status_words(bought.option.status),
    }


def _ruled_out(limit_usd: Decimal) -> None:
    """Typical tasks that cost more than the limit on a model at a date, and less today."""
    with st.expander("Revisit what you ruled out", icon=":material/history:", key="ruled-out"):
        left, right = st.columns((2, 5), vertical_alignment="bottom")
        today = half_hour().date()
        day = left.date_input(
            "Since",
            value=today - _A_YEAR,
            max_value=today - timedelta(days=1),
            key="ruled-out-since",
            bind="query-params",
        )
        if not right.button("Look again", key="look-again", icon=":material/search:"):
            st.caption("Typical tasks that a model did not do within your limit at that date, and does today.")
            return
        then = datetime.combine(day if isinstance(day, date) else today - _A_YEAR, time(), tzinfo=UTC)
        _reached(_within_reach(limit_usd, then, half_hour()), then)


@st.cache_resource(max_entries=16, show_spinner="Looking at every task …")
def _within_reach(limit_usd: Decimal, then: datetime, today: datetime) -> tuple[Reach, ...]:
    makers = [model for model in catalog().models.values() if not model.info.resold]
    return come_within_reach(templates().values(), limit_usd, catalog(), makers, then=then, today=today)


def _reached(found: tuple[Reach, ...], then: datetime) -> None:
    if not found:
        st.info(f"No typical task has come within your limit since {purse().day(then)}.")
        return
    tasks = len({each.template.id for each in found})
    many = "1 typical task has" if tasks == 1 else f"{tasks} typical tasks have"
    st.markdown(f"**{many} come within your limit on some model since {purse().day(then)}.**")
    written = purse().written
    st.dataframe(
        [
            {
                "Task": each.template.name,
                "How often": f"{purse().count(each.units_per_month)} {each.template.units} a month",
                "Model": each.now.name,
                "A month then": written(each.was.usd),
                "A month now": written(each.now.usd),
                "Price is": status_words(each.now.status),
            }
            for each in found
        ],
        hide_index=True,
        alt="Tasks that have become affordable",
    )
