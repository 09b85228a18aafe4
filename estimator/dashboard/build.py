"""Work described by a few numbers, for people with nothing to upload."""

from datetime import datetime

import streamlit as st

from estimator.dashboard.often import asked_often
from estimator.dashboard.parts import escaped
from estimator.report import status_words
from estimator.workload import (
    Built,
    Parameter,
    Workload,
    built,
    edited,
    from_built,
    kinds,
    load_template,
    parameters,
    template_json,
)
from pricing import catalog, now

_ASKED_FIRST = 4  # More numbers than these are in a fold.


def build() -> Workload | None:
    """The work that the person describes, or that of a template's file."""
    upload = st.file_uploader("Numbers that you saved before (optional)", type="json", key="template")
    if upload is not None:
        template = load_template(upload.getvalue(), upload.name)
        st.caption(f"**{escaped(template.name)}**: {template.units:,} {kinds()[template.kind].units}.")
    else:
        template = _asked()
    _told(template)
    return _of(template_json(template), now().replace(day=1, hour=0, minute=0, second=0, microsecond=0))


def _asked() -> Built:
    kind = st.selectbox(
        "What kind of work is it?",
        tuple(kinds()),
        format_func=lambda id_: kinds()[id_].name,
        key="kind",
        bind="query-params",
    )
    st.caption(kinds()[kind].description)
    template = _how_often(built(kind))
    first, *rest = _rows(tuple(parameters(kind).values()))
    changes = _row(first)
    if rest:
        with st.expander("More numbers"):
            for row in rest:
                changes |= _row(row)
    return edited(template, changes)


def _rows(asked: tuple[Parameter, ...]) -> list[tuple[Parameter, ...]]:
    return [asked[i : i + _ASKED_FIRST] for i in range(0, len(asked), _ASKED_FIRST)]


def _row(asked: tuple[Parameter, ...]) -> dict[str, object]:
    """What the person changed in a row of numbers. A number that is left as it is keeps its range."""
    changes: dict[str, object] = {}
    row = st.container(horizontal=True, vertical_alignment="bottom")
    for known in asked:
        usual = f"{known.low:,} to {known.high:,}, {status_words(known.status)}"
        given = row.number_input(
            known.name,
            min_value=known.least,
            max_value=known.most,
            value=known.typical,
            key=f"{known.kind}-{known.parameter}",
            bind="query-params",
            width=230,
            help=f"{known.help} Usual are {usual}.".strip(),
        )
        if given != known.typical:
            changes[known.parameter] = (int(given),) * 3
    return changes


def _how_often(template: Built) -> Built:
    units = kinds()[template.kind].units
    many, per = asked_often(f"built-{template.kind}", template.units, template.period, f"How many {units}?")
    return edited(template, {"units": many, "period": per})


def _told(template: Built) -> None:
    """Where the numbers come from, and the button that keeps them."""
    titles = {s: catalog().sources[s].title for s in dict.fromkeys(a.source for a in template.parameters.values()) if s}
    guesses = sum(amount.status == "guess" for amount in template.parameters.values())
    guessed = f"{guesses} of {len(template.parameters)} numbers are our guess." if guesses else ""
    named = f"The rest is yours or from: {'; '.join(titles.values())}."
    st.caption(escaped(" ".join(filter(None, (kinds()[template.kind].advice, guessed, named)))))
    st.download_button(
        "Keep these numbers (JSON)",
        data=template_json(template),
        file_name=f"breakeven-{template.kind}.json",
        mime="application/json",
        icon=":material/download:",
        key="keep-template",
        on_click="ignore",
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def _of(template: str, start: datetime) -> Workload:
    """By the template's JSON, which can be a key where a template cannot."""
    made = load_template(template.encode(), "template")
    return from_built(made, made.units_per_month, catalog().sizes, start=start)
