"""The one way in which a page shows a chart: its question, the picture with its answer in words, and its figures."""

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from estimator.dashboard.charts import Chart
from estimator.dashboard.purse import purse
from estimator.report.cells import safe_cell

_QUIET = {"displayModeBar": False}
_TABLE_PX, _ROW_PX = 420, 36


def draw(chart: Chart, key: str) -> None:
    """The question as a heading, the picture, and below it a closed fold with the same figures."""
    st.markdown(f"#### {chart.question}".replace("$", r"\$"))
    layout = chart.figure["layout"] | {"separators": purse().separators}
    st.plotly_chart(chart.figure | {"layout": layout}, config=_QUIET, alt=chart.answer, key=key)
    if chart.reading:
        st.caption(chart.reading)
    _figures(chart, key)


@st.fragment
def _figures(chart: Chart, key: str) -> None:
    """Made when the fold is opened; the page then stays as it is."""
    fold = st.expander("The figures as a table", key=f"{key}-figures", on_change="rerun", icon=":material/table:")
    if not fold.open:
        return
    with fold:
        frame = pd.DataFrame(chart.rows())
        st.dataframe(
            frame.map(_short),
            hide_index=True,
            alt=chart.question,
            placeholder="–",
            column_config=_columns(frame),
            height=min(_TABLE_PX, _ROW_PX * (len(frame) + 1) + 2),
        )
        st.download_button(
            "Download as CSV",
            _csv(frame),
            file_name=f"{key}.csv",
            mime="text/csv",
            icon=":material/download:",
            key=f"{key}-csv",
            on_click="ignore",
        )


def _columns(frame: pd.DataFrame) -> dict[str, ColumnConfig]:
    """Numbers as the reader's browser writes them; what leads to a page as a link."""
    numbers = {str(name): st.column_config.NumberColumn(format="localized") for name in frame.select_dtypes("number")}
    return numbers | {"Page": st.column_config.LinkColumn(display_text="open")}


def _short(value: object) -> object:
    """A figure as it is read: cents, or two digits where it is smaller."""
    if not isinstance(value, float) or value != value or not value:  # noqa: PLR0124 - NaN is unknown
        return value
    return round(value, 2) if abs(value) >= 1 else float(f"{value:.2g}")


def _csv(frame: pd.DataFrame) -> bytes:
    safe = frame.map(lambda value: safe_cell(value) if isinstance(value, str) else value)
    return safe.to_csv(index=False).encode("utf-8-sig")  # The mark tells spreadsheets the encoding.
