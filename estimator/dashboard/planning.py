"""The budget that is being made on the page: the work, its model and growth, more work, projects, the limit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, get_args

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from estimator.dashboard.answers import everything, worth_showing
from estimator.dashboard.charts import label
from estimator.dashboard.parts import escaped
from estimator.dashboard.purse import purse
from estimator.dashboard.signed import mine, owner
from estimator.decision import BudgetPlan, Option, Period, Project, Task, month_after, month_of
from estimator.decision.spending import SELFHOST
from estimator.selfhost import service_facts
from estimator.workload import Workload
from estimator.workspace import MOST_SIGNS, Budgets, BudgetVersion, Entry, with_sizes
from pricing import InputError, Mode, catalog, now

_FIRST = "gpt-5.4"
_FOREVER = date(2099, 12, 1)
_LONGEST = MOST_SIGNS - 10  # A number may have to stand behind a name.
_CHOSEN, _SET = "budget-chosen", "budget-set"


@dataclass(frozen=True)
class Draft:
    """A plan as it stands on the page, and the saved budget that it began as, if any."""

    plan: BudgetPlan
    opened: BudgetVersion | None


def my_budgets() -> Budgets | None:
    """None before somebody has signed in."""
    return None if owner() is None else Budgets(mine().url, mine().owner)


def choose_budget(entry: Entry | None) -> None:
    """The budget that the page is about from its next run on; None is a new one."""
    st.session_state[_SET] = entry and (entry.client, entry.name)


def place_of(opened: BudgetVersion | None) -> str:
    """What is typed belongs to the version that is open."""
    return f"{opened.client}/{opened.name}/{opened.number}" if opened else ""


def this_month() -> date:
    return month_of(now())


def draft(work: Workload) -> Draft:
    """What the person asks for. Raises InputError for what no budget can be."""
    opened = _opened()
    place, columns = place_of(opened), st.columns((2, 1, 2, 3), vertical_alignment="bottom")
    limit, period = _limit(opened, columns[:2], place)
    base = opened.budget.plan.tasks if opened else (_present(work, columns[2:]),)
    with st.expander("More in this budget: other work, projects, seasons, months", icon=":material/playlist_add:"):
        start, months = _span(opened, place)
        tasks = _tasks(base, work, start, place, is_new=opened is None)
        projects = _projects(opened.budget.plan.projects if opened else (), start, months, place)
    currency = purse().exchange.currency
    return Draft(BudgetPlan(tasks, projects, limit, period, currency, start, months), opened)


def _opened() -> BudgetVersion | None:
    """The saved budget that was chosen, at its newest version."""
    kept = my_budgets()
    places = [(e.client, e.name) for e in kept.entries()] if kept else []
    if kept is None or not places:
        return None
    if _SET in st.session_state:
        st.session_state[_CHOSEN] = st.session_state.pop(_SET)
    if _CHOSEN in st.session_state and st.session_state[_CHOSEN] not in places:
        st.session_state[_CHOSEN] = None
    chosen = st.selectbox(
        "Which budget?",
        (None, *places),
        format_func=lambda p: " · ".join(p) if p else "A new one",
        key=_CHOSEN,
        bind="query-params",
    )
    return kept.open(*chosen) if chosen else None


def _limit(opened: BudgetVersion | None, columns: Sequence[DeltaGenerator], place: str) -> tuple[Decimal, Period]:
    """The limit of the saved budget until it is changed, to the last digit."""
    left, right = columns
    money, periods = purse(), get_args(Period)
    most: dict[str, Any] = {"label": f"At most ({money.symbol})", "min_value": 1, "max_value": 10**9}
    if opened is None:
        amount = left.number_input(**most, value=100, key="limit", bind="query-params")
        return money.in_usd(amount), right.selectbox("Each", periods, key="limit-period", bind="query-params")
    plan = opened.budget.plan
    value = max(1, round(money.drawn(plan.limit_usd)))
    amount = left.number_input(**most, value=value, key=f"limit-{place}", bind="query-params")
    period = right.selectbox(
        "Each", periods, index=periods.index(plan.period), key=f"period-{place}", bind="query-params"
    )
    return (plan.limit_usd if amount == value else money.in_usd(amount)), period


def _present(work: Workload, columns: Sequence[DeltaGenerator]) -> Task:
    """The work that all pages speak of, on a model, growing."""
    left, right = columns
    growth = left.number_input(
        "It grows by (% a month)", min_value=-50, max_value=200, value=5, key="growth", bind="query-params"
    )
    options = _options(work)
    key = right.selectbox(
        "On which model",
        tuple(options),
        index=next((i for i, o in enumerate(options.values()) if o.model == _FIRST), 0),
        format_func=lambda k: label(options[k]),
        key="budget-model",
        bind="query-params",
    )
    model, grows = _model(options[key]), growth_range(Decimal(growth) / 100)
    return Task(work.name[:_LONGEST], work, model, grows, this_month(), _FOREVER)


def growth_range(typical: Decimal) -> tuple[Decimal, Decimal, Decimal]:
    """As far around it as the growth of usual work lies around its typical value."""
    fact = service_facts()["volume_growth_per_month"]
    low = max(Decimal("-0.99"), typical + fact.low - fact.typical)
    return low, typical, max(typical, min(Decimal(2), typical + fact.high - fact.typical))


def _options(work: Workload) -> dict[str, Option]:
    return {f"{o.kind}/{o.provider}/{o.model}/{o.status}": o for o in worth_showing(everything(work).options)}


def _model(option: Option) -> tuple[str, str]:
    return (SELFHOST, option.weights) if option.kind == SELFHOST else (option.provider, option.model)


def _span(opened: BudgetVersion | None, place: str) -> tuple[date, int]:
    left, right, *_ = st.columns((2, 2, 3))
    plan, today = (opened.budget.plan if opened else None), this_month()
    first = plan.start if plan else today
    starts = sorted({first, *(month_after(today, i) for i in range(-12, 13))})
    start = left.selectbox(
        "From",
        starts,
        index=starts.index(first),
        format_func=lambda m: f"{m:%B %Y}",
        key=f"budget-start-{place}",
        bind="query-params",
    )
    value = plan.months if plan else 12
    return start, int(
        right.number_input(
            "Months", min_value=1, max_value=60, value=value, key=f"budget-months-{place}", bind="query-params"
        )
    )


def _tasks(base: Sequence[Task], work: Workload, start: date, place: str, *, is_new: bool) -> tuple[Task, ...]:
    """Those of the budget, and those added on the page; the present work on the terms chosen here."""
    if is_new:
        base = tuple(_on_terms(replace(task, start=start)) for task in base)
    key = f"budget-added-{place}"
    added: list[Task] = st.session_state.setdefault(key, [])
    _add_work(added, start, taken={task.name for task in (*base, *added)}, present=None if is_new else work)
    tasks = (*base, *added)
    st.markdown("\n".join(f"- {escaped(_told(task))}" for task in tasks))
    gone = st.multiselect("Leave out", [task.name for task in tasks], key=f"budget-gone-{place}")
    return tuple(task for task in tasks if task.name not in gone)


def _told(task: Task) -> str:
    """A work of the budget in a line."""
    seller, model = task.model
    known = catalog().models.get(task.model)
    where = f"{model} on own GPUs" if seller == SELFHOST else known.info.name if known else model
    low, typical, high = (f"{share * 100:.0f}" for share in task.growth)
    return f"{task.name} on {where}, growing by {typical} % a month ({low} to {high})"


def _on_terms(task: Task) -> Task:
    left, middle, right = st.columns((3, 1, 1), vertical_alignment="bottom")
    seasons = left.text_input(
        "Seasons: % of a usual month, January to December",
        placeholder="100, 100, 100, 100, 100, 100, 60, 60, 100, 120, 150, 180",
        key="budget-seasons",
        help="Where some months are busier than others: 120 is a fifth more than usual, 60 two fifths less.",
        bind="query-params",
    )
    caching = middle.checkbox(
        "Cache repeated text",
        key="budget-caching",
        bind="query-params",
        help="The part of your requests that is the same each time is then billed at a lower rate.",
    )
    batch = right.checkbox(
        "Answers may take a day",
        key="budget-batch",
        bind="query-params",
        help="Sellers call it batch, and often charge half for it.",
    )
    return replace(task, seasons=seasons_of(seasons), caching=caching, mode=Mode(processing="batch" if batch else None))


def seasons_of(text: str) -> tuple[Decimal, ...]:
    """Twelve factors from twelve percentages; none from a blank. Raises InputError."""
    words = text.replace("%", " ").replace(",", " ").split()
    try:
        factors = tuple(Decimal(word) / 100 for word in words)
    except InvalidOperation:
        raise InputError("the seasons have a word that is no number: write twelve percentages with commas.") from None
    if len(factors) not in {0, 12}:
        raise InputError(f"the seasons have {len(factors)} figures: write twelve, from January to December.")
    return factors


def _add_work(added: list[Task], start: date, taken: set[str], present: Workload | None) -> None:
    """Another work into the budget: what was saved, each on a model of its own."""
    works = _saved_works()
    if present is not None:
        works = {f"Your present work: {present.name}": present, **works}
    if not works:
        st.caption("Work that you save on the other pages can be added here.")
        return
    left, middle, grows, right = st.columns((3, 3, 2, 1), vertical_alignment="bottom")
    name = left.selectbox("Add work", tuple(works), key="budget-add-work")
    options = _options(works[name])
    key = middle.selectbox("on model", tuple(options), format_func=lambda k: label(options[k]), key="budget-add-model")
    percent = grows.number_input(
        "growing by (% a month)", min_value=-50, max_value=200, value=5, key="budget-add-growth"
    )
    if right.button("Add", key="budget-add", icon=":material/add:"):
        title, n = name[:_LONGEST], 1
        while title in taken:
            n += 1
            title = f"{name[:_LONGEST]} ({n})"
        growth = growth_range(Decimal(percent) / 100)
        added.append(Task(title, works[name], _model(options[key]), growth, start, _FOREVER))
        st.rerun()


def _saved_works() -> dict[str, Workload]:
    """Of everything that is saved, by client and name."""
    if owner() is None:
        return {}
    entries = mine().entries()[:20]
    return {
        f"{e.client} · {e.name}": with_sizes(mine().open(e.client, e.name).study.workload, catalog().sizes)
        for e in entries
    }


def _projects(kept: Sequence[Project], start: date, months: int, place: str) -> tuple[Project, ...]:
    """What is spent once."""
    added: list[Project] = st.session_state.setdefault(f"budget-projects-{place}", list(kept))
    left, middle, right, last = st.columns((3, 2, 2, 1), vertical_alignment="bottom")
    name = left.text_input("A project, spent once", placeholder="Setting it up", key="project-name")
    usd = middle.number_input(f"Amount ({purse().symbol})", min_value=0, max_value=10**9, key="project-usd")
    among = [month_after(start, i) for i in range(months)]
    month = right.selectbox("In", among, format_func=lambda m: f"{m:%B %Y}", key="project-month")
    if last.button("Add", key="project-add", icon=":material/add:") and name.strip() and usd:
        amount = purse().in_usd(int(usd))
        added.append(Project(" ".join(name.split()), month, (amount, amount, amount)))
    for i, project in enumerate(added):
        left, right = st.columns((6, 1), vertical_alignment="center")
        left.markdown(f"{escaped(project.name)}: {escaped(purse().written(project.usd[1]))} in {project.month:%B %Y}")
        if right.button("Remove", key=f"project-remove-{i}"):
            del added[i]
            st.rerun()
    return tuple(added)
