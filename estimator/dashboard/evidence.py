"""How well models do, as evidence: published scores with their limits, and the person's own."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from estimator.dashboard.parts import escaped, sources
from estimator.decision.quality import (
    OWN,
    SETTINGS,
    Floor,
    OwnScore,
    benchmark_name,
    benchmarks,
    checked_scores,
    floors_for,
    grounds,
    own_scores,
    scores_of,
)
from estimator.report.cells import safe_cell
from estimator.tokens import read_text
from pricing import catalog

_COLUMNS = ("Model", "Right", "Of")


def own_asked() -> tuple[OwnScore, ...]:
    """The person's own scores, typed or uploaded; they stay in this session."""
    st.markdown("**Your own test** goes before all published scores: 30 to 50 of your own cases, marked blind.")
    upload = st.file_uploader("A CSV with the columns model, right and of", type=["csv"], key="own-file")
    if upload is not None:
        return own_scores(read_text(upload.getvalue(), upload.name), "your file", catalog())
    names = sorted({model.info.name for model in catalog().models.values()})
    typed = st.data_editor(
        pd.DataFrame(
            {"Model": pd.Series(dtype=str), "Right": pd.Series(dtype="Int64"), "Of": pd.Series(dtype="Int64")}
        ),
        num_rows="dynamic",
        hide_index=True,
        key="own-scores",
        height=120,
        column_config={
            "Model": st.column_config.SelectboxColumn(options=names, width="medium"),
            "Right": st.column_config.NumberColumn(min_value=0, step=1),
            "Of": st.column_config.NumberColumn(min_value=1, step=1),
        },
    )
    full = typed.dropna()
    rows = ((f"row {n}", *map(str, row)) for n, row in enumerate(full[list(_COLUMNS)].itertuples(index=False), 1))
    return checked_scores(((place, model, right, of) for place, model, right, of in rows), catalog())


def floor_asked(name: str, own: Sequence[OwnScore]) -> Floor | None:
    """The floor under quality: at first where the present model stands, on the benchmark that shows most."""
    usual = floors_for(name, catalog(), own)
    choices = grounds(own)
    left, right = st.columns(2, vertical_alignment="bottom")
    ground = left.selectbox(
        "Quality is measured by",
        choices,
        index=choices.index((usual[0].benchmark, usual[0].setting)) if usual else None,
        placeholder=f"{name} is not rated: choose a benchmark",
        format_func=lambda g: f"{benchmark_name(g[0])}, {SETTINGS[g[1]]}",
        key=f"ground-{name}-{bool(own)}",
        bind="query-params",
        help="A score counts only under the same setting: with thinking a model writes many more tokens.",
    )
    if ground is None:
        return None
    stands = next((floor.value for floor in usual if (floor.benchmark, floor.setting) == ground), 50.0)
    least = right.slider(
        "At least (percent)",
        0.0,
        100.0,
        round(stands, 1),
        0.5,
        key=f"floor-{name}-{ground[0]}-{ground[1]}",
        bind="query-params",
    )
    return Floor(*ground, least)


def evidence(names: Sequence[str], own: Sequence[OwnScore]) -> None:
    """Every score of these models, the person's own first; who has none is said to be not rated."""
    rows = [_own_row(score) for score in own if score.name in names] + [row for name in names for row in _rows(name)]
    if rows:
        st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Scores of the models, with settings, days and sources")
    unrated = [name for name in names if not any(row["Model"] == name for row in rows)]
    if unrated:
        st.markdown(f"**Not rated**: {escaped(', '.join(unrated))}. That says nothing of how good they are.")
    shown = {row["Test"] for row in rows}
    for benchmark in benchmarks().values():
        if benchmark.name in shown:
            st.caption(f"**{escaped(benchmark.name)}**: {escaped(benchmark.measures)} {escaped(benchmark.limits)}")
    ids = dict.fromkeys(str(row["Source"]) for row in rows if row["Source"])
    if ids:
        sources(tuple(ids), catalog())


def _own_row(score: OwnScore) -> dict[str, object]:
    low, high = score.interval
    return {
        "Model": safe_cell(score.name),
        "Test": benchmark_name(OWN),
        "Score": round(score.value, 1),
        "Setting": f"{score.right} of {score.of}: between {low:.0f} and {high:.0f}, 19 times in 20",
        "Who ran it": "you",
        "Day": "",
        "Source": "",
    }


def _rows(name: str) -> list[dict[str, object]]:
    return [
        {
            "Model": name,
            "Test": benchmarks()[score.benchmark].name,
            "Score": score.value,
            "Setting": f"{SETTINGS[score.setting]} ({score.effort})",
            "Who ran it": "an independent tester"
            if benchmarks()[score.benchmark].independent
            else "its maker: claimed",
            "Day": score.measured_on,
            "Source": score.source,
        }
        for score in scores_of(name, catalog())
    ]
