"""Budget: does it fit, and until when; what the money could buy; why a bill was higher; what to be told about."""

import streamlit as st

from estimator.dashboard.affording import show_affordable
from estimator.dashboard.billed import show_alerts, show_bill
from estimator.dashboard.chart import draw
from estimator.dashboard.charts_budget import budget_chart
from estimator.dashboard.parts import table, told
from estimator.dashboard.planning import draft, this_month
from estimator.dashboard.purse import Purse, purse
from estimator.dashboard.summaries import budget as summary
from estimator.decision import BudgetPlan
from estimator.report import chance_words
from estimator.workload import Workload
from estimator.workspace import Look, SavedBudget, look, saved_budget
from pricing import catalog, now

_METHOD = (
    "Of 5,000 draws: growth, size of requests, cached share and prices each between their ends, half on each side of "
    "the typical value; and the volume up to a quarter more or less until six of your own months are on record. "
    "Prices of each month at its dates, months in UTC."
)


def show(work: Workload) -> None:
    made = draft(work)
    mine = purse()
    found = _looked_at(made.plan, made.opened.budget if made.opened else None)
    _answer(made.plan, found, mine)
    st.caption(_METHOD)
    if made.plan.period != "month":
        _months(found, mine)
    per_month = made.plan.limit_usd / (1 if made.plan.period == "month" else 12)
    with told():
        show_affordable(work, per_month)
    with told():
        show_bill(made, found)
    with told():
        show_alerts(made, found)


@st.cache_resource(max_entries=64, show_spinner="Working it out …", hash_funcs={SavedBudget: hash, BudgetPlan: hash})
def _looked_at(plan: BudgetPlan, saved: SavedBudget | None) -> Look:
    """The plan as it stands on the page, with the bills and the planned months of the saved one."""
    begun = saved or saved_budget(plan, catalog(), now().date())
    return look(SavedBudget(plan, begun.planned, begun.priced_on, begun.rules, begun.bills), catalog(), this_month())


def _answer(plan: BudgetPlan, found: Look, mine: Purse) -> None:
    made = found.forecast
    short = summary.show(plan, made, mine)
    question = "Does a month" if plan.period == "month" else "Does the year"
    alt = f"{short}: the next {plan.months} months against a limit of {mine.written(plan.limit_usd)} a {plan.period}"
    draw(budget_chart(made.running, f"{question} stay below the limit?", alt, mine), "months")


def _months(found: Look, mine: Purse) -> None:
    with st.expander("Month by month"):
        rows: list[dict[str, object]] = [
            {
                "Month": f"{band.month:%b %Y}",
                "In half at most": band.p50,
                "In 1 of 10 below": band.p10,
                "In 1 of 10 above": band.p90,
                "Chance to pass": chance_words(band.chance) if band.limit_usd else "",
                "": "as billed" if band.is_known else "" if band.is_whole else "without what has no price",
            }
            for band in found.forecast.months
        ]
        names = ("In half at most", "In 1 of 10 below", "In 1 of 10 above")
        table(rows, dict.fromkeys(names, mine.written), "Cost of each month")
