"""The article, checked: each claim with what is known today, our computation with its numbers open, and the verdict."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from decimal import Decimal
from itertools import groupby

import streamlit as st

from estimator.dashboard.answers import half_hour
from estimator.dashboard.parts import escaped, sources
from estimator.decision.checking import judge, usual_inputs
from estimator.decision.claims import Claim, ClaimInput, Evidence, Finding, Verdict, claims, inputs_of
from pricing import catalog
from pricing.facts import sources as all_sources

_COLOURS = {Verdict.TRUE: "green", Verdict.PARTLY: "orange", Verdict.FALSE: "red", Verdict.UNKNOWN: "gray"}
_BEARS = {True: "for it", False: "against it", None: "beside it"}


def show() -> None:
    st.markdown(
        "An article of 11 March 2026 told what DeepSeek V4, then unreleased, would be and cost. Here are its "
        "claims that can be checked, in our words. Open one to see the figures behind its verdict and to change them."
    )
    at = _day()
    summary = st.empty()
    found: list[Finding] = []
    for topic, among in groupby(claims(), key=lambda claim: claim.topic):
        st.subheader(topic)
        found += [_claim(claim, at) for claim in among]
    counts = {verdict: sum(f.verdict is verdict for f in found) for verdict in Verdict}
    told = ", ".join(f"**{n}** {verdict}" for verdict, n in counts.items())
    summary.markdown(f"Of {len(found)} claims: {told}.")
    st.subheader("Who said it")
    sources(tuple(dict.fromkeys(f.case.claim.said_by for f in found)), catalog())


def _day() -> datetime:
    day = st.date_input("Prices of", value="today", key="claims-day", width=200, bind="query-params")
    today = half_hour()
    return today if day == today.date() else datetime.combine(day, time(12), tzinfo=UTC)


def _claim(claim: Claim, at: datetime) -> Finding:
    """The claim and its verdict above, what it was worked out from below."""
    with st.container(border=True):
        head = st.container()
        with st.expander("What we know, and the sum"):
            found = judge(claim, catalog(), at, _changed(claim))
            _evidence(found.evidence)
            sources(found.sources, catalog())
    with head:
        left, right = st.columns((6, 1), vertical_alignment="center")
        left.markdown(f"**{escaped(claim.said)}**")
        right.markdown(f":{_COLOURS[found.verdict]}-badge[{found.verdict.value.capitalize()}]")
        st.markdown(escaped(found.sentence))
        st.caption(f"Newest evidence: {found.as_of:%-d %B %Y}")
    return found


def _changed(claim: Claim) -> Mapping[str, Decimal]:
    """The numbers as the reader has them."""
    asked, usual = inputs_of(claim.id), usual_inputs(claim)
    if not asked:
        return {}
    columns = st.columns(len(asked), vertical_alignment="bottom")
    return {row.name: _number(column, row, usual[row.name]) for column, row in zip(columns, asked, strict=True)}


def _number(column: "st.delta_generator.DeltaGenerator", row: ClaimInput, usual: Decimal) -> Decimal:
    is_whole = all(not bound % 1 for bound in (usual, row.least, row.most))
    kind = int if is_whole else float
    given = column.number_input(
        f"{row.label} ({row.unit})",
        min_value=kind(row.least),
        max_value=kind(row.most),
        value=kind(usual),
        key=f"claim-{row.claim}-{row.name}",
        bind="query-params",
        help=" ".join(filter(None, (row.help, _said(row)))) or None,
    )
    return usual if given == kind(usual) else Decimal(str(given))


def _said(row: ClaimInput) -> str:
    return f"Source: {all_sources()[row.source].title}." if row.source else ""


def _evidence(evidence: tuple[Evidence, ...]) -> None:
    st.table(
        [
            {
                "Of": escaped(each.subject),
                "What is known": escaped(each.figure),
                "Speaks": _BEARS[each.holds],
                "How sure": each.confidence or "worked out here",
                "Source": each.source,
                "As of": f"{each.as_of:%-d %B %Y}",
            }
            for each in evidence
        ]
    )
