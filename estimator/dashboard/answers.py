"""What the pages ask the engine, kept until a price may change. Values are frozen, so all sessions share them."""

from datetime import datetime

import streamlit as st

from estimator.dashboard.rates import SEARCHES, allow
from estimator.decision import (
    Comparison,
    Moved,
    Option,
    Rivalry,
    Scenario,
    beside,
    cheapest_hosting,
    compare,
    hosted_options,
    hosting,
    longest_context,
    moves,
    rivalry,
)
from estimator.report import is_sure
from estimator.selfhost import Feasibility, Plan, Tenure, feasible, find_architecture, find_device
from estimator.workload import Workload
from pricing import catalog, now
from pricing.windows import SLOT_MINUTES

_HOSTED = 2
_COMPARISONS = 48  # Of a thousand models each takes two megabytes.


def half_hour() -> datetime:
    """Now, to the half hour: no price changes in between."""
    at = now()
    return at.replace(minute=at.minute - at.minute % SLOT_MINUTES, second=0, microsecond=0)


def everything(work: Workload) -> Comparison:
    """The work on every model and on own GPUs, at today's standard prices."""
    return compared(work, Scenario(half_hour()), tuple(catalog().models), hosted=True)


def compared(work: Workload, scenario: Scenario, models: tuple[tuple[str, str], ...], *, hosted: bool) -> Comparison:
    """The work on these models, each a provider and an id, and on own GPUs if asked for."""
    bought = _bought(work, scenario, models)
    return beside(bought, _hosted(work)) if hosted else bought


@st.cache_resource(
    max_entries=_COMPARISONS, show_spinner="Working it out …", hash_funcs={Workload: hash, Scenario: hash, tuple: hash}
)
def _bought(work: Workload, scenario: Scenario, models: tuple[tuple[str, str], ...]) -> Comparison:
    book = catalog()
    return compare(work, book, scenario, [book.models[key] for key in models])


@st.cache_resource(max_entries=128, show_spinner=False, hash_funcs={Workload: hash})
def _hosted(work: Workload) -> tuple[Option, ...]:
    allow(SEARCHES)
    return hosted_options(work, catalog())


def worth_showing(options: tuple[Option, ...]) -> tuple[Option, ...]:
    """The models that people ask for, and the cheapest on own GPUs; no claims."""
    sure = [o for o in options if is_sure(o.status)]
    bought = [o for o in sure if o.kind == "api"]
    own = [o for o in sure if o.kind == "selfhost"][:_HOSTED]
    models = catalog().models
    chosen = {id(o) for o in (*own, *(o for o in bought if models[o.provider, o.model].info.featured))}
    return tuple(o for o in options if id(o) in chosen)


ANY_DEVICE = ""


@st.cache_resource(max_entries=128, show_spinner="Working it out …", hash_funcs={Workload: hash})
def planned(work: Workload, weights: str, device: str, gpus: int | None, tenure: Tenure = "rent") -> Plan:
    """The work on an open model, on `device` or the cheapest, with `gpus` for each copy or as many as it takes.

    Raises TooOften for whoever asks for many.
    """
    allow(SEARCHES)
    if device == ANY_DEVICE:
        return cheapest_hosting(weights, work, catalog(), tenure)
    return hosting(weights, device, work, catalog(), gpus=gpus).held(tenure)


@st.cache_resource(max_entries=128, show_spinner=False, hash_funcs={Workload: hash})
def fits(work: Workload, weights: str, device: str, count: int) -> Feasibility:
    """Whether the model runs on so many devices for all but the longest of these requests."""
    return feasible(find_architecture(weights), find_device(device), count, longest_context(work, weights))


@st.cache_resource(max_entries=128, show_spinner="Looking for where it pays …", hash_funcs={Workload: hash})
def rivalry_of(work: Workload, weights: str, device: str, gpus: int | None, *, tenure: Tenure, at: datetime) -> Rivalry:
    """The plan against the models that people ask for, and the cheapest seller of the same weights."""
    plan = planned(work, weights, device, gpus, tenure)
    return rivalry(plan, _rivals(work, weights, at), work.requests_per_month)


def _rivals(work: Workload, weights: str, at: datetime) -> tuple[Option, ...]:
    book = catalog().models
    usual = [key for key, m in book.items() if m.info.rival]
    models = (*usual, *(key for key, m in book.items() if m.info.weights == weights and key not in usual))
    sure = [o for o in compared(work, Scenario(at), models, hosted=False).options if is_sure(o.status)]
    same = [o for o in sure if o.weights == weights][:1]
    return (*same, *(o for o in sure if (o.provider, o.model) in usual and o not in same))


@st.cache_resource(max_entries=32, show_spinner="Looking back …", hash_funcs={Workload: hash})
def moved_since(work: Workload, then: datetime, today: datetime) -> tuple[Moved, ...]:
    """The work on each model at the prices of then and of today."""
    return moves(work, catalog(), then, today)
