"""Run it yourself? Does it pay, from when on, does it fit, how fast is it, and how many are needed."""

from decimal import Decimal
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from estimator.dashboard import fitting, nearby
from estimator.dashboard.answers import ANY_DEVICE, fits, half_hour, planned, rivalry_of
from estimator.dashboard.chart import draw
from estimator.dashboard.charts_hosting import break_even_chart, fleet_chart, swing_chart
from estimator.dashboard.charts_prices import rent_chart
from estimator.dashboard.parts import behind, escaped, fold
from estimator.dashboard.purse import purse
from estimator.dashboard.summaries import selfhost as summary
from estimator.dashboard.summaries.selfhost import named
from estimator.decision import Rivalry, hosted_option, per_million_output_usd
from estimator.report import status_words
from estimator.selfhost import (
    TENURES,
    Architecture,
    Plan,
    architectures,
    dated_rents,
    devices,
    rent_by_month,
)
from estimator.workload import Workload
from pricing import InputError

_DEFAULT = "deepseek-v4-flash"
_GPUS = (0, 1, 2, 4, 8, 16, 32)  # 0: as many as it takes
_CONSUMER, _PAIR = "rtx-5090", 2  # What people ask about.
_GB = 1e9


def show(work: Workload) -> None:
    models = architectures()
    left, middle, right, last = st.columns((3, 3, 2, 2), vertical_alignment="bottom")
    weights = left.selectbox(
        "Open model",
        tuple(models),
        index=tuple(models).index(_DEFAULT),
        format_func=lambda i: models[i].name,
        key="weights",
        help="A model that anybody may run: its makers give it away, or nearly so, and you bring the machines.",
        bind="query-params",
    )
    device = middle.selectbox(
        "On which GPUs",
        (ANY_DEVICE, *devices()),
        format_func=lambda i: devices()[i].name if i else "The cheapest data-centre GPUs",
        key="device",
        help="GPUs are the processors that models run on. Each kind has its own memory, speed and rent.",
        bind="query-params",
    )
    tenure = right.selectbox(
        "GPUs are", tuple(TENURES), format_func=TENURES.__getitem__, key="tenure", bind="query-params"
    )
    gpus = 0 if device == ANY_DEVICE else _how_many(last)
    try:
        plan = planned(work, weights, device, gpus or None, tenure)
    except InputError as error:
        st.error(f"**No.** {escaped(str(error))}")
        _about(models[weights])
        fitting.show(fits(work, weights, device or _CONSUMER, gpus or _PAIR), expanded=True)
        return
    found = rivalry_of(work, weights, device, gpus or None, tenure=tenure, at=half_hour())
    summary.show(plan, work, found, purse())
    _chart(plan, work, found)
    _details(plan, work, found)
    fitting.show(fits(work, weights, device or _CONSUMER, gpus or _PAIR), expanded=False)
    st.subheader("Behind the figures")
    behind([hosted_option(plan)], purse())


def _how_many(place: DeltaGenerator) -> int:
    return place.selectbox(
        "How many for each copy",
        _GPUS,
        format_func=lambda n: str(n) if n else "As many as it takes",
        key="gpus",
        help="A copy is one instance of the model. A large one is spread over several GPUs that work as one.",
        bind="query-params",
    )


def _about(model: Architecture) -> None:
    total, active = purse().count(model.total_parameters or 0), purse().count(model.active_parameters)
    text = f"{escaped(model.name)}: {total} parameters, {active} of them at work on each token"
    licence = f", licence {escaped(model.licence)}" if model.licence else ""
    st.caption(f"{text}{licence}. {escaped(model.note)}")
    if not model.is_complete:
        st.warning(f"{escaped(model.name)} is {status_words(model.status)}: what is not known is left out.")


def _chart(plan: Plan, work: Workload, found: Rivalry) -> None:
    curves = [(named(c.option), c) for c in found.curves]
    answer = (
        f"Monthly cost over volume: {plan.architecture.name} on own GPUs and {len(found.break_evens)} models bought "
        f"by the token. At today's volume own GPUs cost {purse().written(plan.usd)}."
    )
    draw(break_even_chart(curves, work.requests_per_month, answer, purse()), "break-even")


def _details(plan: Plan, work: Workload, found: Rivalry) -> None:
    with st.expander("Against each model bought by the token"):
        _against(plan, work, found)
    fold("What would change the answer?", "swings-fold", partial(_swings, found))
    with st.expander("How many copies, how fast, hour by hour"):
        _about(plan.architecture)
        _figures(plan)
        _hours(plan, work)
    with st.expander("Rented, leased or bought"):
        _tenures(plan, found)
    fold(f"How the rent of {plan.device.name} moved", "rents-fold", partial(_rents, plan))
    with st.expander("The nearest measured systems to yours"):
        nearby.show(plan)


def _against(plan: Plan, work: Workload, found: Rivalry) -> None:
    st.table(
        [
            {
                "Instead of": escaped(named(be.against)),
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


def _swings(found: Rivalry) -> None:
    if found.watched is None:
        st.caption("Nobody on record sells what this could be held against.")
        return
    against = escaped(named(found.watched.against))
    st.caption(f"Own GPUs instead of {against}: each input at both ends of its range, all else as it is.")
    if any(swing.low is not None or swing.high is not None for swing in found.swings):
        never = max(point.requests_per_month for point in found.curves[0].points)
        draw(swing_chart(found.swings, found.watched.typical, never), "swings")
    else:
        st.markdown("None of them alone would make own GPUs pay at any volume in view.")


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
        help=f"The model's weights. What is left holds up to {purse().count(one.sequences)} requests being worked on.",
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
            f"first word after {plan.levels[1].replica.first_s:,.1f} s",
            delta_color="off",
            delta_arrow="off",
            help="All answers together. The first word comes so soon where nothing else waits.",
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


def _hours(plan: Plan, work: Workload) -> None:
    deployment, fleet, targets = plan.deployment, plan.fleet, plan.targets
    copies = "One copy" if fleet.peak_replicas == 1 else f"{fleet.peak_replicas} copies"
    st.markdown(
        f"{copies} of the model on **{escaped(f'{deployment.gpus} × {plan.device.name}')}** would carry "
        f"{purse().count(work.requests_per_month)} requests a month and be busy **{_percent(fleet.utilisation)}** of "
        f"the time: {targets.share:.0%} get their first word within {targets.ttft_s:g} s, and "
        f"{1000 / targets.tpot_ms:.0f} tokens a second from then on."
    )
    draw(fleet_chart(plan.levels[1].asked.arrivals, fleet), "hours")


def _tenures(plan: Plan, found: Rivalry) -> None:
    mine = purse()
    rows = []
    for tenure, said in TENURES.items():
        try:
            held = plan.held(tenure)
        except InputError as error:
            rows.append({"GPUs": said, "A month": "not on record", "between": escaped(str(error))})
        else:
            span = escaped(mine.span(held.low_usd, held.high_usd))
            rows.append({"GPUs": said, "A month": escaped(mine.written(held.usd)), "between": span})
    same = (be.against for be in found.break_evens if be.against.weights == plan.architecture.id)
    rows += [
        {
            "GPUs": f"somebody else's, by the token: {escaped(named(option))}",
            "A month": escaped(mine.written(option.usd)),
            "between": escaped(mine.span(option.low_usd, option.high_usd)),
        }
        for option in same
    ]
    st.table(rows)
    st.caption(
        "With engineers, disks and traffic; bought ones with power, place, spares and failures, over three years."
    )


def _rents(plan: Plan) -> None:
    months, quotes = rent_by_month(plan.device), dated_rents(plan.device)
    if not months:
        st.caption("No dated quote is on record for it.")
        return
    draw(rent_chart(plan.device.name, months, quotes), "rents")
    st.caption(
        escaped(
            "Each dot is a seller's quote; the shade holds the middle half. "
            f"{len(quotes)} dated quotes on demand, {quotes[0].as_of:%-d %B %Y} to {quotes[-1].as_of:%-d %B %Y}. "
            "Sellers differ from month to month, so look at the dots of one seller too."
        )
    )


def _from(requests: Decimal | None) -> str:
    return "never" if requests is None else purse().count(requests)
