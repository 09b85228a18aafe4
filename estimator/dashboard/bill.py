"""Check a bill: what a seller billed against what its price list comes to."""

import streamlit as st

from estimator.dashboard.parts import escaped, sources, table
from estimator.dashboard.purse import Purse, purse
from estimator.dashboard.upload_limits import check_uploads
from estimator.decision import Reconciliation, reconcile
from estimator.decision.reconcile import COMPARED, Line, Verdict
from estimator.report import as_billed, exact_range, headline, item_words
from estimator.report.cells import safe_cell
from estimator.workload import read_statement
from pricing import catalog
from pricing.currency import rate_words

_VERDICTS = {
    Verdict.AGREES: "✓ agrees",
    Verdict.IN_RANGE: "✓ in range",
    Verdict.EXPLAINED: "≈ explained",
    Verdict.UNEXPLAINED: "✗ not explained",
    Verdict.UNPRICED: "? no price on record",
    Verdict.NO_USAGE: "? no usage given",
    Verdict.NOT_BILLED: "? not billed",
    Verdict.NO_BILL: "no bill given",
}


def show() -> None:
    uploads = st.file_uploader(
        "Usage and cost exports of the same days, several files or their ZIP",
        key="bills",
        accept_multiple_files=True,
        help=(
            "Sellers let you download what you used and what it cost. Those of OpenAI, Anthropic, DeepSeek, Google "
            "Cloud, OpenRouter, LiteLLM and Langfuse are understood. They are read here and forgotten: nothing is "
            "stored or sent anywhere."
        ),
    )
    if not uploads:
        st.info("Choose the files of a usage export and of the costs that belong to it, to see whether they agree.")
        return
    check_uploads(uploads)
    files = [(upload.name, upload.getvalue()) for upload in uploads]
    found = reconcile(read_statement(files, catalog().sizes), catalog())
    _answer(found, purse(max(line.start.date() for line in found.lines)))


def _answer(found: Reconciliation, mine: Purse) -> None:
    st.markdown(f"### {escaped(headline(found, mine.exchange, mine.locale))}")
    _table(found.lines, mine)
    if exchange := rate_words(mine.exchange):
        st.caption(exchange)
    explained = [line for line in found.lines if line.explanations]
    if explained:
        st.subheader("What explains the differences")
        for line in explained:
            _behind(line, mine)
    unchecked = [line for line in found.lines if line.verdict not in COMPARED]
    if unchecked:
        st.subheader("What could not be checked")
        st.markdown(
            "\n".join(f"- **{escaped(_named(line))}**, {_day(line)}: {escaped(line.why)}" for line in unchecked)
        )
    if found.notes:
        st.markdown("**Taken for granted**")
        st.markdown("\n".join(f"- {escaped(note)}" for note in found.notes))
    cited = tuple(dict.fromkeys(id_ for line in found.lines for id_ in line.sources))
    if cited:
        sources(cited, catalog())


def _table(lines: tuple[Line, ...], mine: Purse) -> None:
    rows: list[dict[str, object]] = [
        {
            "Day": _day(line),
            "Model": safe_cell(_named(line)),
            "Billed by": line.by or "nobody",
            "We compute": line.computed.usd if line.computed else None,
            "Between": exact_range(line.computed, mine.exchange, mine.locale) if _is_range(line) else "",
            "Billed": line.billed_usd,
            "As billed": as_billed(line),
            "Apart": line.apart_usd,
            "Verdict": _VERDICTS[line.verdict],
            "Sources": ", ".join(line.sources),
        }
        for line in lines
    ]
    alt = "What was billed for each model and day beside what its price list comes to"
    table(rows, dict.fromkeys(("We compute", "Billed", "Apart"), mine.exact), alt)


def _behind(line: Line, mine: Purse) -> None:
    with st.expander(escaped(f"{_named(line)} · {_day(line)} · {mine.exact(line.apart_usd)} apart")):
        for found in line.explanations:
            st.markdown(f"- It comes to {escaped(mine.exact(found.usd))} if {escaped(found.words)}.")
        if line.parts:
            st.table(
                [
                    {
                        "What": item_words(part.item, catalog().items),
                        "We compute": escaped(mine.exact(part.computed_usd)),
                        "Billed": escaped(mine.exact(part.billed_usd)),
                    }
                    for part in line.parts
                ]
            )


def _is_range(line: Line) -> bool:
    return line.computed is not None and line.computed.low < line.computed.high


def _named(line: Line) -> str:
    return f"{line.name}, {item_words(line.item, catalog().items)}" if line.item else line.name


def _day(line: Line) -> str:
    return f"{line.start:%-d %b %Y}"
