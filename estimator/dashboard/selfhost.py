"""Run it yourself? Does the model fit, how fast is it, how many are needed, and from which volume on it pays."""

from decimal import Decimal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from estimator.dashboard.answers import ANY_DEVICE, Rivalry, half_hour, planned, rivalry
from estimator.dashboard.charts import break_even_lines
from estimator.dashboard.parts import QUIET, behind, escaped, seller
from estimator.dashboard.purse import purse
from estimator.decision import (
    Option,
    hosted_option,
    per_million_output_usd,
)
from estimator.report import count, status_words
from estimator.selfhost import Architecture, Plan, architectures, devices
from estimator.workload import Workload
from pricing import InputError

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
        (ANY_DEVICE, *devices()),
        format_func=lambda i: devices()[i].name if i else "The cheapest data-centre GPUs",
        key="device",
        bind="query-params",
    )
    gpus = 0 if device == ANY_DEVICE else _how_many(right)
    model = models[weights]
    _about(model)
    try:
        plan = planned(work, weights, device, gpus or None)
    except InputError as error:
        st.error(f"**No.** {escaped(str(error))}")
        return
    _verdict(plan, work)
    _figures(plan)
    _break_even(plan, work, rivalry(work, weights, device, gpus or None, half_hour()))
    st.subheader("Behind the figures")
    behind([hosted_option(plan)], purse())


def _how_many(place: DeltaGenerator) -> int:
    return place.selectbox(
        "How many for each copy",
        _GPUS,
        format_func=lambda n: str(n) if n else "As many as it takes",
        key="gpus",
        persist_state="session",
    )


def _about(model: Architecture) -> None:
    total, active = count(model.total_parameters or 0), count(model.active_parameters)
    text = f"{escaped(model.name)}: {total} parameters, {active} of them at work on each token"
    licence = f", licence {escaped(model.licence)}" if model.licence else ""
    st.caption(f"{text}{licence}. {escaped(model.note)}")
    if not model.is_complete:
        st.warning(f"{escaped(model.name)} is {status_words(model.status)}: what is not known is left out.")


def _verdict(plan: Plan, work: Workload) -> None:
    deployment, fleet, mine = plan.deployment, plan.fleet, purse()
    copies = "one copy" if fleet.peak_replicas == 1 else f"{fleet.peak_replicas} copies"
    on = f"{deployment.gpus} × {plan.device.name}"
    st.markdown(
        f"### {escaped(mine.written(plan.usd))} a month, between {escaped(mine.written(plan.low_usd))} and "
        f"{escaped(mine.written(plan.high_usd))}"
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


def _break_even(plan: Plan, work: Workload, found: Rivalry) -> None:
    st.subheader("From which volume on does it pay?")
    st.plotly_chart(
        break_even_lines([(_named(c.option), c) for c in found.curves], work.requests_per_month, purse()),
        config=QUIET,
        alt=f"Monthly cost over volume: own GPUs and {len(found.break_evens)} models bought by the token",
        key="break-even",
    )
    st.table(
        [
            {
                "Instead of": escaped(_named(be.against)),
                "pays from (requests a month)": _from(be.typical),
                "at the earliest": _from(be.earliest),
                "at the latest": _from(be.latest),
                "by the token, today": escaped(purse().written(be.against.usd)),
            }
            for be in found.break_evens
        ]
    )
    each = per_million_output_usd(plan, work)
    if each is not None:
        st.caption(
            escaped(
                f"At today's volume the GPUs cost {purse().written(each)} for each million tokens that they write, "
                "mostly because they wait. Prices and rents are those of today at every volume."
            )
        )


def _named(option: Option) -> str:
    return option.name if option.kind == "selfhost" else f"{option.name} at {seller(option)}"


def _from(requests: Decimal | None) -> str:
    return "never" if requests is None else count(requests)
