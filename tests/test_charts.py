"""The charts: what is drawn, in which colours, what is said of it, and the table with the same figures."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from estimator.dashboard.chart import _csv, _short
from estimator.dashboard.charts import ACCENT, Bar, Chart, End, Row, apart, bars, beside, pale
from estimator.dashboard.charts_accuracy import LOOKS
from estimator.dashboard.charts_budget import variance_chart
from estimator.dashboard.charts_cost import cost_chart
from estimator.dashboard.charts_hosting import fleet_chart, swing_chart
from estimator.dashboard.charts_prices import price_chart
from estimator.dashboard.purse import purse
from estimator.decision import Cause, Option, Scenario, Swing, compare
from estimator.report import palette
from estimator.selfhost import Fleet
from estimator.workload import from_template, templates
from pricing import catalog

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
PURSE = purse(AT.date())
LIGHT, DARK = "#ffffff", "#10171d"  # As .streamlit/config.toml has them.
COLORS = {
    "accent": ACCENT,
    "own GPUs": palette.HOSTED,
    "limit": palette.LIMIT,
    "quiet": palette.QUIET,
    **{color: color for color, _ in LOOKS},
    **{parts[0]: color for parts, color in palette._MAKERS},
}


def luminance(color: str) -> float:
    """As WCAG 2.2 has it."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("color", COLORS.values(), ids=COLORS)
@pytest.mark.parametrize("ground", [LIGHT, DARK])
def test_a_colour_stands_out_from_both_grounds(color: str, ground: str) -> None:
    assert contrast(color, ground) >= 3


@pytest.fixture(scope="module")
def compared() -> list[Option]:
    """A month of support chat on two models, as listed."""
    book = catalog()
    chat = from_template(templates()["support-chat"], 1000, book.sizes, start=AT.replace(day=1))
    models = [book.find(name) for name in ("gpt-5.4", "claude-sonnet-4-6")]
    return [option for option in compare(chat, book, Scenario(AT), models).options if option.status == "listed"]


def test_the_chart_of_costs_says_the_answer_and_has_its_figures(compared: list[Option]) -> None:
    chart = cost_chart(compared, PURSE)
    # 1,000 conversations of 5 calls, each 1,800 tokens in at $2.50 and 240 out at $15 per million.
    expected = 5_000 * (1_800 * 2.5 + 240 * 15) / 1e6
    row = next(row for row in chart.rows() if row["Model"] == "GPT-5.4")
    assert row["A month ($)"] == pytest.approx(expected)
    assert chart.answer.startswith("Monthly cost of 2 ways to do this work: cheapest GPT-5.4 at $40.50, dearest Claude")
    solid = chart.figure["data"][1]
    assert list(solid["x"]) == [r["A month ($)"] for r in chart.rows()]
    assert chart.figure["layout"]["annotations"][0]["text"] == "GPT-5.4  <b>$40.50</b>"


def test_a_model_has_the_colour_of_its_maker_wherever_it_stands(compared: list[Option]) -> None:
    gpt, claude = compared
    both, alone = cost_chart([gpt, claude], PURSE), cost_chart([claude], PURSE)
    assert both.figure["data"][1]["marker"]["color"][1] == alone.figure["data"][1]["marker"]["color"][0]
    assert both.figure["data"][1]["marker"]["color"][0] != both.figure["data"][1]["marker"]["color"][1]


def test_claims_are_hatched_and_called_claims(compared: list[Option]) -> None:
    gpt, claude = compared
    claimed = cost_chart([gpt, replace(claude, status="claimed")], PURSE)
    assert claimed.figure["data"][1]["marker"]["pattern"]["shape"] == ["", "/"]
    assert "(claimed)" in claimed.figure["layout"]["annotations"][1]["text"]
    assert "Hatched: a claim" in claimed.reading
    assert "Hatched" not in cost_chart([gpt, claude], PURSE).reading


@pytest.mark.parametrize(("many", "drawn"), [(30, 30), (31, 30)])
def test_a_chart_holds_thirty_bars_and_its_table_all(compared: list[Option], many: int, drawn: int) -> None:
    chart = cost_chart([compared[0]] * many, PURSE)
    assert len(chart.figure["data"][1]["x"]) == drawn
    assert len(chart.rows()) == many
    assert ("the 30 cheapest of 31" in chart.question) == (many > drawn)


@pytest.mark.parametrize(("amount", "is_cut"), [(100.0, False), (100.5, True)])
def test_a_bar_beyond_the_axis_says_so(amount: float, is_cut: bool) -> None:
    figure = bars([Bar("a", "$1", amount, amount, amount, ACCENT)], 100, "$")
    assert (figure["layout"]["annotations"][-1]["text"] == "off the chart ▸") == is_cut


SIZES = st.lists(st.tuples(st.floats(0, 100), st.floats(0.5, 5)), min_size=1, max_size=15)


@given(SIZES)
def test_names_beside_lines_stay_in_order_apart_and_above_the_bottom(found: list[tuple[float, float]]) -> None:
    ordered = sorted(found, reverse=True)
    places, sizes = [p for p, _ in ordered], [s for _, s in ordered]
    moved = apart(places, sizes, (0, 100))
    edges = [(place + size / 2, place - size / 2) for place, size in zip(moved, sizes, strict=True)]
    assert all(low >= high - 1e-9 for (_, low), (high, _) in pairwise(edges))
    assert edges[-1][1] >= -1e-9
    if sum(sizes) <= 100:
        assert edges[0][0] <= 100 + 1e-9


def test_names_that_have_room_stay_where_their_lines_end() -> None:
    assert apart([80, 50, 20], [5, 5, 5], (0, 100)) == [80, 50, 20]


def test_a_long_name_is_broken_and_the_margin_holds_its_longest_line() -> None:
    notes, margin = beside([End("DeepSeek-V4-Flash on own GPUs", 1, ACCENT)], (0, 2), 400)
    lines = notes[0]["text"].split("</span> ")[1].split("<br>   ")
    assert lines == ["DeepSeek-V4-Flash", "on own GPUs"]
    assert margin >= 6 * len(lines[0])


def test_a_colour_seen_through() -> None:
    assert pale("#4a86e8", 0.16) == "rgba(74,134,232,0.16)"


def test_from_the_plan_to_the_bill_each_bar_begins_where_the_one_above_ends() -> None:
    parts = [(Cause.VOLUME, Decimal(30)), (Cause.PRICE, Decimal(-10))]
    chart = variance_chart(Decimal(100), parts, PURSE)
    solid = chart.figure["data"][1]
    assert list(solid["base"]) == [0, 100, 120, 0]
    assert list(solid["x"]) == [100, 30, 10, 120]
    assert [row["Amount ($)"] for row in chart.rows()] == [100, 30, -10, 120]
    assert chart.answer.startswith("Planned $100, billed $120: ")


def test_an_input_that_never_pays_is_a_cross_at_the_end_of_the_axis() -> None:
    chart = swing_chart([Swing("Staff", "$1", "$9", Decimal(1000), None)], Decimal(2000), Decimal(10**9))
    low, high = chart.figure["data"]
    assert (low["marker"]["symbol"], high["marker"]["symbol"]) == (["circle"], ["x"])
    assert high["x"] == [1e9]
    assert chart.answer == "Staff moves it most: $1, from 1,000; $9, never."


def test_the_hours_of_a_week_have_names_and_the_busiest_is_said() -> None:
    arrivals = [0.1] * 167 + [0.5]
    chart = fleet_chart(arrivals, Fleet((1,) * 167 + (2,), 8, 0.3))
    assert chart.answer == "At the busiest, Sun 23:00, 30 requests a minute; at most 2 copies are kept."
    assert chart.rows()[0] == {"Hour": "Mon 00:00", "Requests a minute": pytest.approx(6), "Copies kept": 1}


def test_claimed_prices_are_dotted_and_those_of_peak_hours_dashed() -> None:
    model = catalog().find("deepseek-v4-pro")
    listed = next(r for r in model.rules if r.item == "input" and r.status == "listed" and not r.window)
    named = [
        ("Input", listed),
        ("Input, claimed", listed.model_copy(update={"status": "claimed"})),
        ("Input, peak hours", listed.model_copy(update={"window": "deepseek-peak"})),
    ]
    chart = price_chart(model, named, AT - timedelta(days=300), AT)
    assert [line["line"]["dash"] for line in chart.figure["data"]] == ["solid", "dot", "dash"]
    assert len({line["line"]["color"] for line in chart.figure["data"]}) == 1
    assert chart.reading == "Dashed: at peak hours. Dotted: claimed, never listed."


@pytest.mark.parametrize(
    ("value", "expected"),
    [(5543.0142, 5543.01), (0.003625, 0.0036), (1.005, 1.0), (-20.456, -20.46), (0.0, 0.0), (12, 12), ("a", "a")],
)
def test_figures_in_a_table_are_as_long_as_they_are_read(value: object, expected: object) -> None:
    assert _short(value) == expected


def _drawn(chart: "Chart") -> None:
    from estimator.dashboard.chart import draw  # noqa: PLC0415 - the body of a script that Streamlit runs

    draw(chart, "some")


def test_the_table_under_a_chart_is_made_when_it_is_opened() -> None:
    asked: list[Row] = []

    def rows() -> list[Row]:
        asked.append({"Model": "=GPT", "A month ($)": 40.123456})
        return asked

    chart = Chart(
        "What does it cost?", {"data": [{"type": "bar", "x": [40], "y": [0]}], "layout": {}}, "Forty.", rows, "Solid."
    )
    page = AppTest.from_function(_drawn, kwargs={"chart": chart}).run()
    assert not page.exception
    assert not asked
    assert page.markdown[0].value == "#### What does it cost?"
    assert page.caption[0].value == "Solid."
    page.session_state["some-figures"] = True
    page.run()
    assert not page.exception
    assert asked
    assert page.dataframe[0].value.to_dict("records") == [{"Model": "=GPT", "A month ($)": 40.12}]


def test_a_file_of_figures_is_whole_and_holds_no_formula() -> None:
    data = _csv(pd.DataFrame([{"Model": "=GPT", "A month ($)": 40.123456}]))
    assert data.decode("utf-8-sig").splitlines() == ["Model,A month ($)", "'=GPT,40.123456"]
