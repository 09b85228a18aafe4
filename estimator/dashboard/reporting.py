"""The page of reports: the comparison of the work in the form that it is handed on in, in the client's look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import streamlit as st

from estimator.dashboard.answers import half_hour
from estimator.dashboard.branding import choose_brand
from estimator.dashboard.parts import escaped, told
from estimator.dashboard.purse import purse
from estimator.dashboard.rates import REPORTS, allow
from estimator.dashboard.saving import save_button
from estimator.dashboard.upload_limits import check_uploads
from estimator.decision import Comparison, Scenario, compare, hosted_option, hosted_plans, itemized
from estimator.report import Brand, Report, Terms, report
from estimator.report.focus import focus
from estimator.report.forms import FORMS
from estimator.report.pdf.preview import first_page
from estimator.report.summary import findings, state_words
from estimator.selfhost import Plan
from estimator.workload import Workload, read_statement
from pricing import catalog

_MADE = "report-made"
_PDF = "pdf"


@dataclass(frozen=True)
class _Made:
    """A file, and for which wishes it was made; `picture` is its first page, where it has one."""

    wish: object
    report: Report
    data: bytes
    picture: bytes


def show(work: Workload) -> None:
    asking, shown = st.columns((2, 3), gap="large")
    with asking:
        form, terms = _asked(work)
        wish = (hash(work), form, terms)
        with st.container(horizontal=True):
            is_asked = st.button("Make the report", type="primary", icon=":material/draft:", key="make-report")
            save_button(work, Scenario(half_hour()))
        if is_asked:
            st.session_state[_MADE] = _make(work, form, terms, wish)
    with shown:
        _show_made(form, wish)
    _past_use()


def _asked(work: Workload) -> tuple[str, Terms]:
    form = st.selectbox("As what?", tuple(FORMS), format_func=lambda name: FORMS[name].label, key="report-form")
    title = st.text_input("Title", max_chars=120, placeholder=f"What {work.name} would cost", key="report-title")
    left, right = st.columns(2, vertical_alignment="bottom")
    symbol = purse().symbol
    limit = left.number_input(
        f"A limit ({symbol} a month)", min_value=1, value=None, step=50, placeholder="none", key="report-limit"
    )
    growth = right.number_input(
        "Growth (% a month)",
        min_value=-50,
        max_value=200,
        value=None,
        placeholder="as is usual",
        key="report-growth",
        help="Of the work, for the twelve months that the report looks ahead.",
    )
    brand: Brand = choose_brand()
    return form, Terms(
        brand=brand,
        title=title.strip(),
        currency=purse().exchange.currency,
        limit_usd=None if limit is None else purse().in_usd(int(limit)),
        growth=None if growth is None else Decimal(int(growth)) / 100,
    )


def _make(work: Workload, form: str, terms: Terms, wish: object) -> _Made:
    """Raises TooOften."""
    allow(REPORTS)
    with st.status("Working out the figures …") as status:
        compared, plans = _compared(work, half_hour())
        made = report(compared, catalog(), plans, terms)
        status.update(label="Laying it out …")
        data = FORMS[form].make(made)
        picture = first_page(data) if form == _PDF else b""
        status.update(label="It is made.", state="complete")
    return _Made(wish, made, data, picture)


@st.cache_resource(max_entries=32, show_spinner=False, hash_funcs={Workload: hash})
def _compared(work: Workload, at: datetime) -> tuple[Comparison, tuple[Plan, ...]]:
    """The featured models and own GPUs, at today's standard prices; and the plans of the latter."""
    book, plans = catalog(), hosted_plans(work, catalog())
    featured = [model for model in book.models.values() if model.info.featured]
    return compare(work, book, Scenario(at), featured, [hosted_option(plan) for plan in plans]), plans


def _show_made(form: str, wish: object) -> None:
    made: _Made | None = st.session_state.get(_MADE)
    if made is None:
        st.info("Say what it should be, and make it: what you see here then is what you hand on.")
        return
    if made.wish != wish:
        st.info("Something has changed since: make the report again.")
        return
    st.download_button(
        f"Download the {FORMS[form].extension.upper()}",
        data=made.data,
        file_name=f"breakeven-report-{made.report.made_on}.{FORMS[form].extension}",
        mime=FORMS[form].mime,
        icon=":material/download:",
        type="primary",
        key="get-report",
        on_click="ignore",
    )
    if made.picture:
        with st.container(border=True):
            st.image(made.picture, width="stretch", alt=f"First page of the report: {made.report.title}")
    else:
        _show_findings(made.report)
    st.caption(f"{escaped(state_words(made.report))} It can be made again with the same figures.")


def _show_findings(made: Report) -> None:
    """What it says, where it has no pages."""
    for found in findings(made):
        st.markdown(f"**{escaped(found.title)}.** {escaped(found.text)}")


def _past_use() -> None:
    with st.expander("Past use, for tools of FinOps (FOCUS 1.2)", icon=":material/receipt_long:"), told():
        uploads = st.file_uploader(
            "Usage exports and the cost exports of the same days, several files or their ZIP",
            key="focus-files",
            accept_multiple_files=True,
            help="They are read here and forgotten: nothing is stored or sent anywhere.",
        )
        st.caption(
            "One row a day, model, kind of token and price tier. What was billed stands there as billed; use without "
            "a bill is estimated at list prices, and says so. Forecasts never go in."
        )
        if uploads:
            check_uploads(uploads)
            _focus_button([(upload.name, upload.getvalue()) for upload in uploads])


def _focus_button(files: Sequence[tuple[str, bytes]]) -> None:
    parts = itemized(read_statement(files, catalog().sizes, billed=False), catalog())
    estimated = sum(part.basis != "bill" for part in parts)
    st.markdown(f"{len(parts):,} charges, {estimated:,} of them estimated.")
    st.download_button(
        "Download as FOCUS (CSV)",
        data=focus(parts, catalog()),
        file_name="focus-1.2.csv",
        mime="text/csv",
        icon=":material/download:",
        key="get-focus",
        on_click="ignore",
    )
