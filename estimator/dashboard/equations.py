"""Every equation behind a figure of own GPUs, with its terms, shown as the code that computes it."""

import streamlit as st

from estimator.dashboard.parts import escaped
from estimator.report.equations import Equation, chapters


def show() -> None:
    st.subheader("Every equation")
    number = sum(len(chapter.equations) for chapter in chapters())
    st.caption(
        f"{number} equations in the order in which they build on each other, each shown as the code that computes it. "
        "Names that end in _s are seconds; those of w are at the rates of the data sheets, and c holds what was fitted."
    )
    for tab, chapter in zip(st.tabs([c.title for c in chapters()]), chapters(), strict=True):
        with tab:
            for equation in chapter.equations:
                with st.expander(f"`{equation.name}`: {escaped(equation.gives)}"):
                    _equation(equation)


def _equation(equation: Equation) -> None:
    if equation.more:
        st.markdown(escaped(equation.more))
    if equation.terms:
        rows = [
            {"Term": f"`{t.name}`", "What it is": escaped(t.meaning), "Value": escaped(t.value)} for t in equation.terms
        ]
        st.table(rows, hide_index=True)
    st.code(equation.code, language="python", wrap_lines=True)
