"""Run it yourself? Does the model fit, how fast is it, how many are needed, and from which volume on it pays."""

from collections.abc import Sequence
from decimal import Decimal

import streamlit as st

from estimator.dashboard.charts import break_even_lines
from estimator.dashboard.parts import QUIET, behind, escaped, seller
from estimator.dashboard.work import half_hour
from estimator.decision import (
    Option,
    Scenario,
    break_even,
    by_gpus,
    by_token,
    cheapest_hosting,
    compare,
    curve,
    hosted_option,
    hosting,
    per_million_output_usd,
    volumes_in_view,
)
from estimator.report import count, is_sure, status_words, usd
from estimator.selfhost import Architecture, Plan, architectures, devices
from estimator.workload import Workload
from pricing import InputError, catalog

_ANY = "The cheapest data-centre GPUs"
_DEFAULT = "deepseek-v4-flash"
_GPUS = (0, 1, 2, 4, 8, 16, 32)  # 0: as many as it takes
_GB = 1e9


def show(work: Workload) -> None:
    models = architectures()
    left, middle, right = st.columns(3, vertical_alignment="bottom")
    weights = left.selectbox(
        "Open model",
        tuple(models),
        index=tuple(models).index(_DEFAULT),
        format_func=lambda i: models[i].name,
        key="weights",
        bind="query-params",
    )
    device = middle.selectbox(
        "On",
        (_ANY, *devices()),
        format_func=lambda i: i if i == _ANY else devices()[i].name,
        key="device",
        bind="query-params",
    )
    gpus = right.selectbox(
        "How many for each copy",
        _GPUS,
        format_func=lambda n: str(n) if n else "As many as it takes",
        key="gpus",
        persist_state="session",
        disabled=device == _ANY,
    )
    model = models[weights]
    _about(model)
    try:
        plan = _plan(work, model, device, gpus)
    except InputError as error:
        st.error(f"**No.** {escaped(str(error))}")
        return
    _verdict(plan, work)
    _figures(plan)
    _break_even(plan, work)
    st.subheader("Behind the figures")
    behind([hosted_option(plan)])


def _plan(work: Workload, model: Architecture, device: str, gpus: int) -> Plan:
    if device == _ANY:
        return cheapest_hosting(model.id, work, catalog())
    return hosting(model.id, device, work, catalog(), gpus=gpus or None)


def _about(model: Architecture) -> None:
    total, active = count(model.total_parameters or 0), count(model.active_parameters)
    text = f"{escaped(model.name)}: {total} parameters, {active} of them at work on each token"
    licence = f", licence {escaped(model.licence)}" if model.licence else ""
    st.caption(f"{text}{licence}. {escaped(model.note)}")
    if not model.is_complete:
        st.warning(f"{escaped(model.name)} is {status_words(model.status)}: what is not known is left out.")


def _verdict(plan: Plan, work: Workload) -> None:
    deployment, fleet = plan.deployment, plan.fleet
    copies = "one copy" if fleet.peak_replicas == 1 else f"{fleet.peak_replicas} copies"
    on = f"{deployment.gpus} × {plan.device.name}"
    st.markdown(
        f"### {escaped(usd(plan.usd))} a month, between {escaped(usd(plan.low_usd))} and {escaped(usd(plan.high_usd))}"
    )
    st.markdown(
        f"{copies.capitalize()} of the model on **{escaped(on)}** would carry "
        f"{count(work.requests_per_month)} requests a month and be busy **{_percent(fleet.utilisation)}** of the time."
    )


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.01 else "less than 1 %"


def _figures(plan: Plan) -> None:
    one, speed, fleet = plan.memory, plan.throughput, plan.fleet
    columns = st.columns(4)
    columns[0].metric(
        "Memory it needs",
        f"{one.weights_bytes / _GB:,.0f} GB",
        f"of {one.total_bytes / _GB:,.0f} GB",
        delta_color="off",
        delta_arrow="off",
        help=f"The model's weights. What is left holds up to {count(one.sequences)} requests being worked on.",
        border=True,
    )
    if speed.tpot_ms and speed.out_tok_s_per_gpu:
        columns[1].metric(
            "Speed of one answer",
            f"{1000 / speed.tpot_ms.typical:,.0f} tokens/s",
            f"{1000 / speed.tpot_ms.high:,.0f} to {1000 / speed.tpot_ms.low:,.0f}",
            delta_color="off",
            delta_arrow="off",
            help="While the copies are as full as they may be. People read about 5 to 7 tokens a second.",
            border=True,
        )
        columns[2].metric(
            "A full copy writes",
            f"{speed.out_tok_s_per_gpu.typical * plan.deployment.gpus:,.0f} tokens/s",
            f"first word after {speed.ttft_ms.typical / 1000:,.1f} s" if speed.ttft_ms else "",
            delta_color="off",
            delta_arrow="off",
            help="All answers together, with the longest queue that keeps the speed.",
            border=True,
        )
    columns[3].metric(
        "Copies at the busiest hour",
        f"{fleet.peak_replicas}",
        f"busy {_percent(fleet.utilisation)} of the time",
        delta_color="off",
        delta_arrow="off",
        help="From your requests of each hour. How busy they are comes out; it is never put in.",
        border=True,
    )


def _break_even(plan: Plan, work: Workload) -> None:
    st.subheader("From which volume on does it pay?")
    rivals = _rivals(plan, work)
    hosted, rate, view = by_gpus(plan), work.requests_per_month, volumes_in_view(plan)
    mine = hosted_option(plan)
    curves = [curve(mine, hosted, rate, view), *(curve(o, by_token(o), rate, view) for o in rivals)]
    st.plotly_chart(
        break_even_lines([(_named(c.option), c) for c in curves], rate),
        config=QUIET,
        alt=f"Monthly cost over volume of {mine.name} and of {len(rivals)} models bought by the token",
        key="break-even",
    )
    st.table(
        [
            {
                "Instead of": escaped(_named(be.against)),
                "pays from (requests a month)": _from(be.typical),
                "at the earliest": _from(be.earliest),
                "at the latest": _from(be.latest),
                "by the token, today": escaped(usd(be.against.usd)),
            }
            for be in (break_even(hosted, rival, rate, view) for rival in rivals)
        ]
    )
    each = per_million_output_usd(plan, work)
    if each is not None:
        st.caption(
            escaped(
                f"At today's volume the GPUs cost {usd(each)} for each million tokens that they write, mostly because "
                "they wait. Prices and rents are those of today at every volume."
            )
        )


def _rivals(plan: Plan, work: Workload) -> Sequence[Option]:
    """The models people ask for, and the cheapest seller of these weights."""
    book = catalog()
    models = [m for m in book.models.values() if m.info.featured or m.info.weights == plan.architecture.id]
    options = [o for o in compare(work, book, Scenario(at=half_hour()), models).options if is_sure(o.status)]
    same = [o for o in options if o.weights == plan.architecture.id][:1]
    names = ("gpt-5.4", "claude-sonnet-4-6", "gemini-2.5-flash", "deepseek-v4-pro")
    return [*same, *(o for o in options if o.model in names and o not in same)]


def _named(option: Option) -> str:
    return option.name if option.kind == "selfhost" else f"{option.name} at {seller(option)}"


def _from(requests: Decimal | None) -> str:
    return "never" if requests is None else count(requests)
