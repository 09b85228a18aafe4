"""What prices did: changes since a date, and what a vendor's bill should have done."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import streamlit as st

from estimator.dashboard.answers import half_hour, moved_since
from estimator.dashboard.parts import escaped, table
from estimator.dashboard.purse import purse
from estimator.decision import Moved, median_ratio, should_cost
from estimator.report import change, times, usd
from estimator.workload import Workload
from pricing import catalog
from pricing.timeline import Step, steps

_HALF_A_YEAR = timedelta(days=184)
_ANNOUNCED = timedelta(days=366)
_FIRST = ("deepseek", "deepseek-v4-pro")


def since(key: str) -> datetime:
    """A day to look back to; half a year ago unless chosen."""
    today = half_hour().date()
    day = st.date_input("Since", value=today - _HALF_A_YEAR, max_value=today, key=key, bind="query-params")
    return datetime.combine(day if isinstance(day, date) else today, time(), tzinfo=UTC)


def show_changes() -> None:
    """Every change of a list price since a day, and those announced."""
    found = steps(catalog(), since("changed-since"), half_hour() + _ANNOUNCED)
    if not found:
        st.info("No list price on record changed since then.")
        return
    st.caption(
        "US dollars per million tokens: standard service, short prompts, off-peak. What is announced comes first."
    )
    st.dataframe([_row(step) for step in found], hide_index=True, height=520, alt="Changes of list prices")


def _row(step: Step) -> dict[str, object]:
    book = catalog()
    return {
        "From": step.at.date(),
        "Model": step.model.info.name,
        "Seller": book.providers[step.model.provider].name,
        "What": book.items[step.item].name,
        "Before": purse().price(step.before.typical, step.before.per) if step.before else "new",
        "After": purse().price(step.after.typical, step.after.per),
        "Change": change(step.ratio, purse().locale),
        "": "announced" if step.at > half_hour() else "",
        "Source": step.after.source,
        "Checked": step.after.checked_on,
    }


def show_then_and_now(work: Workload) -> None:
    """The user's own work at the prices of both dates, and the vendor question."""
    then = since("then")
    moved = moved_since(work, then, half_hour())
    both = [m for m in moved if m.ratio is not None]
    fell, rose = [m for m in both if (m.ratio or 0) < 1], [m for m in both if (m.ratio or 0) > 1]
    typical = median_ratio(moved)
    if typical is None:
        st.info("No model on record has a price at both dates.")
        return
    st.markdown(
        f"### {len(fell)} lowered, {len(rose)} raised, {len(both) - len(fell) - len(rose)} left their price\n"
        f"{escaped(work.name)}, at the list prices of {purse().day(then)} and of today. The typical model: "
        f"**{change(typical)}**. Prices are as far back as they are on record."
    )
    table(
        [
            {
                "Model": m.name,
                "Seller": catalog().providers[m.provider].name,
                "Then, a month": m.then_usd,
                "Now, a month": m.now_usd,
                "Change": change(m.ratio),
                "A dollar buys": times(m.same_dollar_buys),
            }
            for m in (*fell, *rose[::-1], *(m for m in both if m.ratio == 1))
        ],
        {"Then, a month": purse(then.date()).written, "Now, a month": purse().written},
        "The work on each model then and now",
    )
    _vendor(moved, typical, then)


def _vendor(moved: tuple[Moved, ...], typical: Decimal, then: datetime) -> None:
    st.subheader("Should my vendor's bill have moved?")
    models = {(m.provider, m.model): m for m in moved if m.ratio is not None}
    left, right = st.columns(2, vertical_alignment="bottom")
    key = left.selectbox(
        "The vendor's product runs on",
        tuple(models),
        index=tuple(models).index(_FIRST) if _FIRST in models else 0,
        format_func=lambda k: f"{models[k].name} · {catalog().providers[k[0]].name}",
        key="vendor-model",
        bind="query-params",
    )
    spent = purse()
    paid = spent.in_usd(
        right.number_input(
            f"You paid then, {spent.symbol} a month",
            min_value=1,
            max_value=10**9,
            value=100,
            key="vendor-paid",
            bind="query-params",
        )
    )
    model = models[key]
    expected = should_cost(model, paid)
    if expected is None or model.then_usd is None or model.now_usd is None:
        return
    before, after = (usd(amount, spent.locale) for amount in (model.then_usd, model.now_usd))
    st.markdown(
        escaped(
            f"If the vendor passes on what {model.name} costs, {spent.written(paid)} then would be "
            f"{spent.written(expected)} now ({change(model.ratio)})."
        )
    )
    st.markdown(
        escaped(
            f"How: in dollars, this work cost {before} a month at the list prices of {purse().day(then)} and costs "
            f"{after} today; {spent.written(paid)} × {after} ÷ {before} = {spent.written(expected)}. The typical "
            f"model's cost of it: {change(typical)}. The vendor's own work, margin and discounts are not in it: ask "
            "which part of the bill is the model."
        )
    )
