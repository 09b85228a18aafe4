"""Would it run on this? The answer for one machine, in every format, beside what was measured."""

import streamlit as st

from estimator.dashboard.parts import escaped
from estimator.dashboard.purse import purse
from estimator.report import fit_answer, offload_words
from estimator.selfhost import Feasibility, devices, measured_offloads

_GB = 1e9


def show(found: Feasibility, *, expanded: bool) -> None:
    first = found.tried[0]
    with st.expander(f"Would it run on {first.count} × {first.device.name}?", expanded=expanded):
        st.markdown(escaped(fit_answer(found, purse().written)))
        st.table(
            [
                {
                    "Format": escaped(fit.precision) + ("" if fit.is_real else " (nominal)"),
                    "Weights": f"{fit.weights_bytes / _GB:,.0f} GB",
                    "Fits": "yes" if fit.fits else "no",
                    "With experts in the host's memory": escaped(offload_words(fit)) or "no",
                }
                for fit in found.tried
            ]
        )
        for run in measured_offloads():
            if run.model == first.architecture.id:
                st.caption(
                    escaped(
                        f"Measured: {run.tokens_per_s:g} tokens/s on {devices()[run.device].name} with {run.host} "
                        f"({run.precision}; {run.source}, {run.as_of:%-d %B %Y}). {run.note}"
                    )
                )
