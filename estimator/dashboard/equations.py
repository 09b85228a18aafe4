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
                with st.expander(f"`{equation.name}`: {_marked(equation.gives)}"):
                    _equation(equation)


def _equation(equation: Equation) -> None:
    terms = [
        f"- `{t.name}`: {_marked(t.meaning)}{f' **{escaped(t.value)}**' if t.value else ''}" for t in equation.terms
    ]
    st.markdown("\n".join([_marked(equation.more), "", *terms]))
    st.code(equation.code, language="python", wrap_lines=True)


def _marked(text: str) -> str:
    """Text whose names between backticks are shown as code."""
    return "".join(f"`{part}`" if place % 2 else escaped(part) for place, part in enumerate(text.split("`")))
