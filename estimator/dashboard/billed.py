"""Last month's bill against the budget, what to be told about, and saving both."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import streamlit as st

from estimator.dashboard.chart import draw
from estimator.dashboard.charts_budget import variance_chart
from estimator.dashboard.parts import escaped, table
from estimator.dashboard.planning import Draft, choose_budget, my_budgets, place_of
from estimator.dashboard.purse import Purse, purse
from estimator.dashboard.saving import say_anew, show_news
from estimator.dashboard.signed import ask_to_sign_in
from estimator.dashboard.upload_limits import check_uploads
from estimator.decision import MonthBill, Planned, Variance, month_bills, planned, priced, variance
from estimator.report import cause_words, variance_headline
from estimator.workload import read_statement
from estimator.workspace import MOST_SIGNS, Look, Rules, SavedBudget, StaleBudget, alerts, saved_budget
from pricing import catalog, now

_STALE = "budget-stale"


def show_bill(made: Draft, found: Look) -> None:
    st.subheader("Why was the bill higher?")
    uploads = st.file_uploader(
        "Last month's usage and cost exports, several files or their ZIP",
        key="budget-bill",
        accept_multiple_files=True,
        help="They are read here and forgotten; only sums by month and model are kept, and only if you save them.",
    )
    if uploads:
        check_uploads(uploads)
        files = [(upload.name, upload.getvalue()) for upload in uploads]
        bills = month_bills(read_statement(files, catalog().sizes), catalog())
    else:
        bills = found.saved.bills
    if not bills:
        st.info("Choose the exports of a month, to see it against this budget, cause by cause.")
        return
    bill = st.selectbox("Month", bills[::-1], format_func=lambda b: f"{b.month:%B %Y}", key=f"bill-month-{len(bills)}")
    _against_plan(made, found, bill)
    if uploads and made.opened is not None and st.button("Keep it in this budget", key="keep-bill", type="primary"):
        _save(made.opened.client, made.opened.name, found.saved.with_bills(bills), made.opened.number)


def _against_plan(made: Draft, found: Look, bill: MonthBill) -> None:
    money = purse(bill.month)
    seen = variance(*_plans(made, found, bill), bill)
    st.markdown(f"### {escaped(variance_headline(seen, money.exchange, money.locale))}")
    if bill.month not in made.plan.calendar:
        st.caption("That month lies outside this budget: it is set beside its work, as it stands above, at its prices.")
    if seen.share < 1:
        st.caption(f"The files cover {bill.days} days of the month, and so much of the plan is set beside them.")
    draw(variance_chart(seen.planned_usd, seen.parts, money), "variance")
    _causes(seen, money)


def _plans(made: Draft, found: Look, bill: MonthBill) -> tuple[Sequence[Planned], Sequence[Planned]]:
    """As planned then and by today's price list; for a month before the plan, its work as it stands on the page."""
    if bill.month in made.plan.calendar:
        kept = found.saved.planned
        return (kept if any(p.month == bill.month for p in kept) else found.planned), found.planned
    tasks = tuple(replace(task, start=bill.month, end=bill.month) for task in made.plan.tasks)
    before = replace(made.plan, tasks=tasks, projects=(), start=bill.month, months=1)
    plan = planned(before, priced(before, catalog()))
    return plan, plan


def _causes(seen: Variance, money: Purse) -> None:
    parts = sorted(((cause, usd) for cause, usd in seen.parts if usd), key=lambda part: -abs(part[1]))
    if parts:
        table(
            [{"Because of": cause_words(cause, usd), "Cause": str(cause), "Difference": usd} for cause, usd in parts],
            {"Difference": lambda usd: ("−" if usd < 0 else "+") + money.written(abs(usd))},
            "The difference by cause",
            height=38 * (len(parts) + 1),
        )
    with st.expander("By model"):
        table(
            [
                {
                    "Model": each.name,
                    "Planned": each.planned_usd,
                    "Billed": each.billed_usd,
                    "Requests planned": money.count(each.planned_requests),
                    "Requests": money.count(each.requests),
                }
                for each in seen.models
            ],
            dict.fromkeys(("Planned", "Billed"), money.written),
            "Planned and billed for each model",
            height=38 * (len(seen.models) + 1),
        )
    st.caption(
        "Each cause is what changing it alone makes, in the mean over all orders of changing the four; they add up to "
        "the difference. A price above or below the list, such as a discount, counts as price."
    )


def show_alerts(made: Draft, found: Look) -> None:
    st.subheader("Keep it, and be told")
    show_news()
    standing = alerts(found, now().date())
    if standing:
        st.warning("\n".join(f"- {escaped(alert.words)}" for alert in standing), icon=":material/notifications:")
    else:
        st.success("Nothing about this budget needs you today.")
    st.caption(
        "A saved budget can be watched, and tell you by e-mail: ask whoever runs this server.",
        help="`python -m estimator watch --notify` tells by webhook and e-mail, and ends with 3 if there was news.",
    )
    if my_budgets() is None:
        ask_to_sign_in()
        return
    _show_stale()
    _form(made, found)


def _form(made: Draft, found: Look) -> None:
    before, place = made.opened, place_of(made.opened)
    rules = _rules(found.saved.rules, place)
    client, name = (before.client, before.name) if before else ("", "")
    left, right = st.columns(2)
    client = left.text_input(
        "Budget for which client?", value=client, max_chars=MOST_SIGNS, key=f"budget-client-{place}"
    )
    name = right.text_input("Name of the budget", value=name, max_chars=MOST_SIGNS, key=f"budget-name-{place}")
    if st.button("Save this budget", key="save-budget", type="primary", icon=":material/bookmark_add:"):
        is_same = before is not None and (before.client, before.name) == (client, name)
        fresh = saved_budget(made.plan, catalog(), now().date(), rules)
        _save(client, name, fresh.with_bills(found.saved.bills), before.number if before and is_same else 0)


def _rules(rules: Rules, place: str) -> Rules:
    left, middle, right = st.columns(3, vertical_alignment="bottom")
    percents = sorted({50, 80, 100, *(int(share * 100) for share in rules.shares)})
    shares = left.multiselect(
        "Tell at % of the limit", percents, [int(share * 100) for share in rules.shares], key=f"alert-shares-{place}"
    )
    percent = int(rules.chance * 100)
    chance = middle.number_input(
        "… at a chance to pass it of (%)", min_value=1, max_value=100, value=percent, key=f"alert-chance-{place}"
    )
    effect = right.number_input(
        "… when prices move a month by ($)", min_value=1, value=int(rules.price_effect_usd), key=f"alert-effect-{place}"
    )
    return Rules(tuple(Decimal(share) / 100 for share in shares), Decimal(chance) / 100, Decimal(effect))


def _save(client: str, name: str, budget: SavedBudget, base: int) -> None:
    kept = my_budgets()
    if kept is None:
        return
    try:
        version = kept.save(client, name, budget, base)
    except StaleBudget as stale:
        st.session_state[_STALE] = stale
        st.rerun()
    st.session_state.pop(_STALE, None)
    choose_budget(version)
    say_anew(f"The budget {version.name} of {version.client} is saved, version {version.number}.")


def _show_stale() -> None:
    """Where somebody saved in between, the choice between both."""
    stale: StaleBudget | None = st.session_state.get(_STALE)
    if stale is None:
        return
    st.warning(f"**Not saved yet.** {escaped(str(stale))}")
    left, right = st.columns(2)
    if left.button(f"Keep mine as version {stale.theirs.number + 1}", key="keep-my-budget"):
        _save(stale.mine.client, stale.mine.name, stale.mine.budget, stale.theirs.number)
    if right.button("Keep what is there", key="keep-their-budget"):
        del st.session_state[_STALE]
        choose_budget(stale.theirs)
        st.rerun()
