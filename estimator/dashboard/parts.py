"""What several pages show: the chart of costs, the table, what stands behind a figure, and the report."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from typing import Any

import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import streamlit as st

from estimator.dashboard import charts_cost
from estimator.dashboard.chart import draw
from estimator.dashboard.purse import Purse, purse
from estimator.decision import Comparison, NoPrice, Option, Saving, hosted_plans
from estimator.report import Terms, decimals, is_sure, item_words, pdf, report, status_words
from estimator.report.cells import safe_cell
from pricing import Catalog, InputError, PricingError, catalog
from pricing.errors import Failed
from pricing.facts import Source

_NAMED = 4
# Streamlit looks for some signs after escapes are gone. This one shows as nothing, and parts them.
_NOTHING = "\u2060"
_MEANT = re.compile(r":(?=material|streamlit|//)|www(?=\.)|@|(?<!\S)[-<>~](?=(?:->|[-=>])(?!\S))", re.IGNORECASE)
_TOKENS = (
    "Input is what you send, output what the model writes. Both are billed by the token, about three quarters of an "
    "English word: 1M tokens are about 750,000 words."
)
_KINDS = {"api": "by the token", "selfhost": "own GPUs"}


@contextmanager
def told() -> Iterator[None]:
    """What cannot be done, as one sentence on the page."""
    try:
        yield
    except (InputError, PricingError, Failed) as error:
        said = str(error)
        st.error(escaped(said[:1].upper() + said[1:]))


@st.fragment
def fold(label: str, key: str, inside: Callable[[], None]) -> None:
    """A closed fold whose inside is made when it is opened; the rest of the page stays as it is meanwhile."""
    part = st.expander(label, key=key, on_change="rerun")
    if part.open:
        with part:
            inside()


def seller(option: Option, book: Catalog | None = None) -> str:
    """Who sells it; `book` saves asking anew for the catalog of today."""
    providers = (book or catalog()).providers
    return providers[option.provider].name if option.provider in providers else option.provider


def cost_chart(options: Sequence[Option], key: str, mine: Purse) -> None:
    if options:
        draw(charts_cost.cost_chart(options, mine), key)


def cost_table(options: Sequence[Option], mine: Purse) -> None:
    """Every option as a row, with what its price is worth."""
    st.dataframe(_rows(options, mine), **_form(options, mine))


def pick(options: Sequence[Option], mine: Purse, key: str) -> Option:
    """The same table, and the option whose row is chosen in it; until one is, the first."""
    chosen = st.dataframe(
        _rows(options, mine), **_form(options, mine), key=key, on_select="rerun", selection_mode="single-row-required"
    )
    row = next(iter(chosen["selection"]["rows"]), 0)
    return options[min(row, len(options) - 1)]


def _rows(options: Sequence[Option], mine: Purse) -> pa.Table:
    places, book = decimals((o.low_usd for o in options), mine.exchange), catalog()
    return pa.table(
        {
            "Model": [safe_cell(o.name) for o in options],
            "From": [safe_cell(seller(o, book)) for o in options],
            "How": [safe_cell(o.detail) or _KINDS[o.kind] for o in options],
            "A month": [mine.rounded(o.usd, places) for o in options],
            "At least": [mine.rounded(o.low_usd, places) for o in options],
            "At most": [mine.rounded(o.high_usd, places) for o in options],
            "Price is": [status_words(o.status) for o in options],
            "Source": [", ".join(dict.fromkeys(line.source for line in o.lines)) for o in options],
            "Checked": [max((line.checked_on for line in o.lines), default="") for o in options],
        }
    )


def _form(options: Sequence[Option], mine: Purse) -> dict[str, Any]:
    """How that table is shown: amounts as the browser writes numbers, for a thousand written here would be slow."""
    places = decimals((o.low_usd for o in options), mine.exchange)
    written = {0: "localized", 2: "accounting"}.get(places, f"%,.{places}f")
    amounts = {
        name: st.column_config.NumberColumn(f"{name} ({mine.symbol})", format=written)
        for name in ("A month", "At least", "At most")
    }
    alt = "Monthly cost of each option with its source and date"
    return {"hide_index": True, "alt": alt, "height": 400, "column_config": amounts}


def table(
    rows: Sequence[dict[str, object]], written: Mapping[str, Callable[[Decimal], str]], alt: str, height: int = 400
) -> None:
    """Rows whose numeric columns sort as numbers and read as `written`; an unknown figure is a dash."""
    frame = pd.DataFrame(rows).astype(dict.fromkeys(written, float))
    shown = frame.style.format({name: _writer(write) for name, write in written.items()})
    st.dataframe(shown, hide_index=True, alt=alt, placeholder="–", height=height)


def _writer(write: Callable[[Decimal], str]) -> Callable[[object], str]:
    return lambda value: write(Decimal(str(value))) if value == value else ""  # noqa: PLR0124 - NaN is unknown


def behind(options: Sequence[Option], mine: Purse, book: Catalog | None = None, *, open_: bool = False) -> None:
    """One fold for each option: its lines, what was taken for granted, and who says so (in `book`, if not today's)."""
    for option in options:
        where = option.detail or seller(option)
        amounts = f"{mine.written(option.usd)} a month ({mine.span(option.low_usd, option.high_usd)})"
        with st.expander(escaped(f"{option.name} · {amounts} · {where}"), expanded=open_):
            _lines(option, mine, book or catalog())


def _lines(option: Option, mine: Purse, book: Catalog) -> None:
    if not is_sure(option.status):
        st.warning("Nobody sells at this price: it is a claim, shown so that you can compare.", icon="⚠️")
    st.table(
        [
            {
                "What": escaped(", ".join(filter(None, (item_words(line.name, book.items), line.applies)))),
                "How much": escaped(f"{mine.count(line.quantity)} {line.unit}"),
                "Price": escaped(mine.price(line.rate_usd, line.per)),
                "A month": escaped(mine.written(line.usd)),
                "Price is": escaped(status_words(line.status)),
                "Source": escaped(line.source),
                "Checked": escaped(line.checked_on),
            }
            for line in option.lines
        ]
    )
    if option.kind == "api":
        st.caption(_TOKENS)
    if option.saving:
        _saving(option.saving, mine)
    if option.assumptions:
        st.markdown("**Taken for granted**")
        st.markdown("\n".join(f"- {escaped(a.text)} *({status_words(a.status)})*" for a in option.assumptions))
    sources(option.sources, book)


def _saving(saving: Saving, mine: Purse) -> None:
    amounts = f"{mine.written(saving.usd)} a month ({mine.span(saving.low_usd, saving.high_usd)})"
    about = saving.assumption
    st.markdown(
        f"**Saved by caching: {escaped(amounts)}**, already taken off above. "
        f"{escaped(about.text)} *({status_words(about.status)})*"
    )


def sources(ids: Sequence[str], book: Catalog) -> None:
    st.markdown("**Sources**")
    st.markdown("\n".join(f"- {source_line(book.sources[id_])}" for id_ in ids))


def source_line(s: Source) -> str:
    """Title, linked where it is a page, publisher and the day it was read, in Markdown."""
    is_page = re.fullmatch(r"https?://[^\s<>\\]+", s.locator)
    where = f"[{escaped(s.title)}](<{s.locator}>)" if is_page else escaped(f"{s.title}, {s.locator}")
    version = escaped(f" {s.version}") if s.version else ""
    return f"{where}{version}. {escaped(s.publisher)}, read {purse().day(s.accessed_on)}"


def escaped(text: str) -> str:
    """Text as it is, in Markdown and in the label of anything: in one line, without links, icons, arrows or lists."""
    parted = _MEANT.sub(rf"\g<0>{_NOTHING}", re.sub(r"\s+", " ", text))
    signs = "".join(f"\\{c}" if c in "\\`*_{}[]<>#|~$:&" else c for c in parted)
    return re.sub(r"^( ?\d*)([-+=]|[.)](?= |$))", r"\1\\\2", signs)


def without_price(missing: Sequence[NoPrice]) -> None:
    if missing:
        names = list(dict.fromkeys(m.name for m in missing))
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        with st.expander(escaped(f"Without an honest figure: {', '.join(names[:_NAMED])}{more}")):
            st.markdown("\n".join(f"- **{escaped(m.name)}**: {escaped(m.reason)}" for m in missing))


def report_button(comparison: Comparison, key: str, book: Catalog | None = None) -> None:
    """The same figures as a PDF, with the sources of `book`, if not today's."""
    st.download_button(
        "Download the report (PDF)",
        data=partial(_pdf, comparison, book or catalog(), purse().exchange.currency),  # Made when asked for.
        file_name="breakeven-report.pdf",
        mime="application/pdf",
        icon=":material/download:",
        key=key,
        on_click="ignore",
    )


def _pdf(comparison: Comparison, book: Catalog, currency: str) -> bytes:
    has_own = any(option.kind == "selfhost" for option in comparison.options)
    plans = hosted_plans(comparison.workload, book) if has_own else ()
    return pdf(report(comparison, book, plans, Terms(currency=currency)))
