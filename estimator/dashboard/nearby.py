"""The measured systems most like a plan, and how well they were predicted."""

import streamlit as st

from estimator.dashboard.parts import escaped
from estimator.dashboard.purse import purse
from estimator.report.measured import address, date_words, errors_of, load_words, source_words, system_words
from estimator.selfhost import Plan
from estimator.selfhost.accuracy import Neighbour, nearest


def show(plan: Plan) -> None:
    asked = plan.levels[1].asked
    found = nearest(plan.deployment, asked.isl, asked.osl, plan.throughput.concurrency)
    st.markdown(escaped(_closeness(plan, found)))
    st.table([_row(each) for each in found], hide_index=True)
    st.caption(
        "Tokens a second that each GPU writes. Each was predicted by a fit without all measurements of its group of "
        "sources. Nearest is least unlike in model, GPU, number of GPUs, format and load."
    )


def _closeness(plan: Plan, found: tuple[Neighbour, ...]) -> str:
    asked = f"{plan.architecture.name} on {plan.deployment.gpus} × {plan.device.name}"
    load = (
        f"with {plan.levels[1].asked.isl:,.0f} tokens in, {plan.levels[1].asked.osl:,.0f} out and up to "
        f"{plan.throughput.concurrency:,.0f} requests at once"
    )
    rows = [each.point.measurement for each in found]
    if any((row.model, row.device) == (plan.architecture.id, plan.device.id) for row in rows):
        return f"Yours is {asked}, {load}. The same model was measured on the same GPUs."
    if any(row.model == plan.architecture.id for row in rows):
        return f"Yours is {asked}, {load}. Nobody on record measured that; the model was measured on other GPUs."
    return f"Yours is {asked}, {load}. Nobody on record measured this model on anything like it."


def _row(near: Neighbour) -> dict[str, str]:
    row, point = near.point.measurement, near.point
    page = address(row.source)
    source = escaped(source_words(row))
    return {
        "System": escaped(system_words(row)),
        "Load": escaped(load_words(row)),
        "Measured": purse().count(point.measured),
        "Predicted": purse().count(point.predicted or 0),
        "Error": escaped(errors_of(point)),
        "Source": f"[{source}]({page})" if page else source,
        "Date": date_words(row),
        "Note": escaped(row.note),
    }
