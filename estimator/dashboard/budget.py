"""Budget: when growth passes a monthly limit, and what the limit buys."""

from decimal import Decimal

import streamlit as st

from estimator.dashboard.answers import everything, worth_showing
from estimator.dashboard.charts import label, month_bars
from estimator.dashboard.parts import QUIET, escaped
from estimator.dashboard.purse import purse
from estimator.decision import (
    Month,
    Option,
    buys,
    by_gpus,
    by_token,
    cheapest_hosting,
    first_over,
    months_ahead,
)
from estimator.report import count, is_sure, status_words
from estimator.workload import Workload
from pricing import catalog, now

_FIRST = "gpt-5.4"


def show(work: Workload) -> None:
    options = {f"{o.kind}/{o.provider}/{o.model}/{o.status}": o for o in worth_showing(everything(work).options)}
    left, middle, right = st.columns(3, vertical_alignment="bottom")
    mine = purse()
    limit = mine.in_usd(
        left.number_input(
            f"A month, at most ({mine.symbol})",
            min_value=1,
            max_value=10**9,
            value=100,
            key="limit",
            bind="query-params",
        )
    )
    growth = middle.number_input(
        "The work grows by (% a month)", min_value=-50, max_value=200, value=5, key="growth", persist_state="session"
    )
    key = right.selectbox(
        "On",
        tuple(options),
        index=next((i for i, o in enumerate(options.values()) if o.model == _FIRST), 0),
        format_func=lambda k: label(options[k]),
        key="budget-model",
        persist_state="session",
    )
    _months(work, options[key], limit, Decimal(growth) / 100)
    _bought(work, list(options.values()), limit)


def _months(work: Workload, option: Option, limit: Decimal, growth: Decimal) -> None:
    cost = by_token(option) if option.kind == "api" else by_gpus(cheapest_hosting(option.model, work, catalog()))
    ahead = months_ahead(cost, work.requests_per_month, limit, growth, start=now())
    _verdict(option, ahead, limit)
    alt = f"Cost of the next {len(ahead)} months on {option.name} against a limit of {purse().written(limit)}"
    st.plotly_chart(month_bars(ahead, limit, purse()), config=QUIET, alt=alt, key="months")


def _verdict(option: Option, ahead: tuple[Month, ...], limit: Decimal) -> None:
    mine = purse()
    name, cap = escaped(option.name), escaped(mine.written(limit))
    over = first_over(ahead)
    risky = next((month for month in ahead if month.may_be_over), None)
    if over is None and risky is None:
        st.success(f"**It fits.** On {name} the next {len(ahead)} months stay under {cap}, heavy months too.")
    elif over is None and risky is not None:
        st.warning(
            f"**It fits in a typical month.** On {name} a heavy month may pass {cap} from {risky.month:%B %Y} on."
        )
    elif over is ahead[0]:
        st.error(
            f"**It does not fit.** On {name} this month would cost {escaped(mine.written(over.usd))}, more than {cap}."
        )
    elif over is not None:
        st.warning(
            f"**It fits until {over.month:%B %Y}.** That month would cost {escaped(mine.written(over.usd))} on {name}."
        )


def _bought(work: Workload, options: list[Option], limit: Decimal) -> None:
    st.subheader(f"What {escaped(purse().written(limit))} a month buys")
    st.caption(f"How many {work.units} each model could do within the limit ({escaped(work.name)}).")
    by_token = [option for option in options if option.kind == "api"]
    purchases = [buys(option, work.units_per_month, limit) for option in by_token]
    st.dataframe(
        [
            {
                "Model": label(p.option),
                "A day": p.per_day,
                "A week": p.per_week,
                "A month": p.per_month,
                "Between": f"{count(p.low_per_month)} and {count(p.high_per_month)} a month",
                "That is": p.cadence,
                "Price is": status_words(p.option.status),
            }
            for p in sorted(purchases, key=lambda p: (-p.per_month, not is_sure(p.option.status)))
        ],
        hide_index=True,
        column_config={n: st.column_config.NumberColumn(format="localized") for n in ("A day", "A week", "A month")},
        alt="How often each model could do the work within the limit",
    )
