"""What several pages show: the chart of costs, the table, what stands behind a figure, and the report."""

from collections.abc import Sequence

import streamlit as st

from estimator.dashboard.charts import cost_bars
from estimator.decision import Comparison, NoPrice, Option
from estimator.report import count, is_sure, pdf, rate, status_words, usd, usd_range
from pricing import Catalog, catalog

QUIET = {"displayModeBar": False}
_KINDS = {"api": "by the token", "selfhost": "own GPUs"}


def seller(option: Option) -> str:
    providers = catalog().providers
    return providers[option.provider].name if option.provider in providers else option.provider


def cost_chart(options: Sequence[Option], key: str) -> None:
    if options:
        first = options[0]
        alt = f"Monthly cost of {len(options)} ways to do this work, cheapest {first.name} at {usd(first.usd)}"
        st.plotly_chart(cost_bars(options), config=QUIET, alt=alt, key=key)


def cost_table(options: Sequence[Option]) -> None:
    """Every option as a row, with what its price is worth."""
    st.dataframe(
        [
            {
                "Model": o.name,
                "From": seller(o),
                "How": o.detail or _KINDS[o.kind],
                "A month": float(o.usd),
                "At least": float(o.low_usd),
                "At most": float(o.high_usd),
                "Price is": status_words(o.status),
                "Source": ", ".join(dict.fromkeys(line.source for line in o.lines)),
                "Checked": max((line.checked_on for line in o.lines), default=""),
            }
            for o in options
        ],
        hide_index=True,
        column_config={
            name: st.column_config.NumberColumn(format="dollar") for name in ("A month", "At least", "At most")
        },
        alt="Monthly cost of each option with its source and date",
    )


def behind(options: Sequence[Option]) -> None:
    """One fold for each option: its lines, what was taken for granted, and who says so."""
    for option in options:
        title = f"{option.name} · {usd(option.usd)} a month ({usd_range(option.low_usd, option.high_usd)})"
        with st.expander(title.replace("$", r"\$")):
            _lines(option)


def _lines(option: Option) -> None:
    book = catalog()
    if not is_sure(option.status):
        st.warning("Nobody sells at this price: it is a claim, shown so that you can compare.", icon="⚠️")
    st.table(
        [
            {
                "What": book.items[line.name].name if line.name in book.items else line.name,
                "How much": f"{count(line.quantity)} {line.unit}",
                "Price": rate(line.rate_usd, line.per).replace("$", r"\$"),
                "A month": usd(line.usd).replace("$", r"\$"),
                "Price is": status_words(line.status),
                "Checked": line.checked_on,
            }
            for line in option.lines
        ]
    )
    if option.assumptions:
        st.markdown("**Taken for granted**")
        st.markdown("\n".join(f"- {escaped(a.text)} *({status_words(a.status)})*" for a in option.assumptions))
    sources(option.sources, book)


def sources(ids: Sequence[str], book: Catalog) -> None:
    st.markdown("**Sources**")
    st.markdown("\n".join(f"- {_source(id_, book)}" for id_ in ids))


def _source(id_: str, book: Catalog) -> str:
    s = book.sources[id_]
    where = (
        f"[{escaped(s.title)}]({s.locator})" if s.locator.startswith("http") else f"{escaped(s.title)}, `{s.locator}`"
    )
    version = f" {s.version}" if s.version else ""
    return f"{where}{version}. {escaped(s.publisher)}, read {s.accessed_on:%-d %B %Y}"


def escaped(text: str) -> str:
    """Text as it is, in Markdown."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#|~$:" else c for c in text)


def without_price(missing: Sequence[NoPrice]) -> None:
    if missing:
        with st.expander(f"{len(missing)} models without an honest figure"):
            st.markdown("\n".join(f"- **{escaped(m.name)}**: {escaped(m.reason)}" for m in missing))


def report_button(comparison: Comparison, key: str) -> None:
    """The same figures as a PDF."""
    st.download_button(
        "Download the report (PDF)",
        data=pdf(comparison, catalog()),
        file_name="breakeven-report.pdf",
        mime="application/pdf",
        icon=":material/download:",
        key=key,
        on_click="ignore",
    )
