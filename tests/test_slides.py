"""What the deck holds: eight slides in the client's look, with native charts of the report's own figures."""

import io
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook  # type: ignore[import-untyped]
from pptx import Presentation

from estimator.decision import NoPrice
from estimator.report import Brand, Report
from estimator.report.slides import slides
from estimator.report.slides.deck import deck as empty_deck
from estimator.report.slides.deck import fitting
from tests.made_up import AT, option
from tests.reported import BRAND, made_up, support


def deck_of(made: Report) -> Any:
    return Presentation(io.BytesIO(slides(made)))


@cache
def support_deck() -> Any:
    return deck_of(support())


def charts_of(deck: Any) -> Iterator[Any]:
    return (shape.chart for slide in deck.slides for shape in slide.shapes if shape.has_chart)


def chart(number: int) -> Any:
    return next(s.chart for s in support_deck().slides[number - 1].shapes if s.has_chart)


def values(number: int) -> dict[str, list[float]]:
    return {series.name: list(series.values) for plot in chart(number).plots for series in plot.series}


def euros(*amounts: Decimal) -> list[float]:
    return [float(usd * support().exchange.per_usd) for usd in amounts]


def texts(slide: Any) -> str:
    cells = [c.text for s in slide.shapes if s.has_table for row in s.table.rows for c in row.cells]
    return "\n".join([*(s.text_frame.text for s in slide.shapes if s.has_text_frame), *cells])


def test_there_are_eight_slides_with_titles_of_their_own_numbers_and_notes() -> None:
    deck = support_deck()
    assert (deck.slide_width, deck.slide_height) == (12191695, 6858000)
    titles = [slide.shapes.title.text_frame.text for slide in deck.slides]
    assert len(titles) == len(set(titles)) == 8
    assert all(titles)
    for slide in deck.slides:
        assert slide.element.xpath(".//a:fld[@type='slidenum']")
        assert slide.notes_slide.notes_text_frame.text


def test_nothing_is_left_empty() -> None:
    for deck in (support_deck(), deck_of(made_up())):
        for slide in deck.slides:
            for shape in slide.placeholders:
                assert not shape.has_text_frame or shape.text_frame.text, (slide.slide_id, shape.name)
                assert shape.has_text_frame or shape.has_chart or shape.has_table, shape.name


def test_every_shape_of_a_slide_has_an_id_of_its_own() -> None:
    for slide in support_deck().slides:
        ids = slide.element.xpath(".//p:cNvPr/@id")
        assert len(ids) == len(set(ids))


def test_the_look_is_the_clients_and_stands_in_the_theme() -> None:
    theme = next(r.target_part for r in support_deck().slide_master.part.rels.values() if r.reltype.endswith("/theme"))
    found = dict(re.findall(r'<a:(\w+)><a:srgbClr val="(\w+)"', theme.blob.decode()))
    assert (found["accent1"], found["accent2"], found["dk2"]) == ("8A1C3C", "E0B020", "8A1C3C")
    first = support_deck().slides[0]
    assert all(part in texts(first) for part in ("Example Ltd", "A. Consultant", "Confidential"))
    assert any(shape.shape_type is not None and "PICTURE" in str(shape.shape_type) for shape in first.shapes)


def test_what_is_seen_can_be_heard() -> None:
    for slide in support_deck().slides:
        for shape in slide.shapes:
            if not shape.has_text_frame:
                assert shape._element.xpath(".//p:cNvPr/@descr")[0], shape.name


def test_the_bars_of_options_are_what_they_cost() -> None:
    own = support().hosting
    assert own is not None
    shown = support().options[:12]
    shown = shown if own.option in shown else (*shown[:11], own.option)
    assert values(3) == {"A typical month": pytest.approx(euros(*(o.usd for o in shown)))}
    labels = list(chart(3).plots[0].categories)
    assert [label.partition(" from ")[0].partition(" [")[0] for label in labels] == [o.name for o in shown]


def test_claims_are_hatched_and_said_to_be_claims() -> None:
    categories = list(chart(3).plots[0].categories)
    hatched = chart(3)._chartSpace.xpath(".//c:dPt[.//a:pattFill]/c:idx/@val")
    assert {int(i) for i in hatched} == {i for i, label in enumerate(categories) if label.endswith(", a claim")}
    assert hatched


def test_the_bars_of_ranges_end_where_the_ranges_do() -> None:
    low, middle, high = values(4).values()
    shown = support().sure[:6]
    assert low == pytest.approx(euros(*(o.low_usd for o in shown)))
    assert [a + b for a, b in zip(low, middle, strict=True)] == pytest.approx(euros(*(o.usd for o in shown)))
    ends = [a + b + c for a, b, c in zip(low, middle, high, strict=True)]
    assert ends == pytest.approx(euros(*(o.high_usd for o in shown)))


def test_the_curves_are_those_of_the_engine() -> None:
    own = support().hosting
    assert own is not None
    assert own.watched is not None
    drawn = {c.option: c for c in own.curves}
    shown = values(5)
    assert shown["gpt-oss-120b on own GPUs"] == pytest.approx(euros(*(p.usd for p in drawn[own.option].points)))
    crossed = own.watched.against.usd * own.watched.typical / 100_000  # type: ignore[operator]
    assert shown[f"Crossing with {own.watched.against.name} from Anthropic"] == pytest.approx(euros(crossed))


def test_the_columns_are_the_months_and_the_line_is_the_limit() -> None:
    spending = support().spending
    assert spending is not None
    assert values(6) == {
        "Typical month": pytest.approx(euros(*(m.usd for m in spending.months))),
        "Heavy month": pytest.approx(euros(*(m.high_usd for m in spending.months))),
        "Limit a month": pytest.approx(euros(*[Decimal(25)] * 12)),
    }


def test_the_bars_of_what_moves_the_cost_end_where_it_does() -> None:
    low, middle, high = values(7).values()
    shown = support().effects[:8]
    assert low == pytest.approx(euros(*(min(e.low_usd, e.high_usd) for e in shown)))
    ends = [a + b + c for a, b, c in zip(low, middle, high, strict=True)]
    assert ends == pytest.approx(euros(*(max(e.low_usd, e.high_usd) for e in shown)))


def test_the_notes_name_every_option_its_lines_and_their_sources() -> None:
    notes = support_deck().slides[2].notes_slide.notes_text_frame.text
    for each in support().options:
        assert f"{each.name} (" in notes
        for line in each.lines:
            assert f"{support().money(line.usd)} [{support().number(line.source)}, " in notes


def test_the_last_slides_notes_have_every_assumption_and_source() -> None:
    notes = support_deck().slides[7].notes_slide.notes_text_frame.text
    for assumed in support().assumptions:
        assert assumed.text in notes
    for number, source in enumerate(support().sources, 1):
        assert f"[{number}] {source.title}. {source.publisher}. {source.locator}" in notes


CASES = {
    "nothing is priced": (made_up(), ("Nothing here has a listed price", "No option could be priced")),
    "only a claim": (made_up(option("1", status="claimed")), ("Nothing here has a listed price", "a claim")),
    "no own GPUs, no limit": (made_up(option("2", "1", "3")), ("Own GPUs were not computed", "a month comes to")),
    "no price": (made_up(option("2"), unpriced=(NoPrice("n", "acme", "N", "why"),)), ("1 more has no price",)),
}


@pytest.mark.parametrize(("made", "said"), CASES.values(), ids=CASES)
def test_what_was_not_computed_is_said_in_words(made: Report, said: tuple[str, ...]) -> None:
    deck = deck_of(made)
    assert len(deck.slides) == 8
    told = "\n".join(map(texts, deck.slides)) + "".join(c for x in charts_of(deck) for c in x.plots[0].categories)
    for words in said:
        assert words in told


def test_of_forty_options_with_long_names_the_cheapest_are_drawn_and_the_rest_counted() -> None:
    many = [option(str(n), name="Wide model " * 20 + str(n), provider="acme", model="m") for n in range(1, 41)]
    deck = deck_of(made_up(*many))
    drawn = list(next(charts_of(deck)).plots[0].categories)
    assert len(drawn) == 12
    assert "28 more options are in the notes only" in texts(deck.slides[2])
    assert max(map(len, drawn)) <= 60
    assert "Wide model 40" in deck.slides[2].notes_slide.notes_text_frame.text


HOSTILE = '=HYPERLINK("http://x")<b>&\x00\x1f\ud800]]>{{7*7}}'


def test_what_a_client_types_is_text_and_no_formula() -> None:
    brand = replace(BRAND, client=HOSTILE, prepared_by=HOSTILE, confidentiality=HOSTILE)
    made = made_up(option("1", name=HOSTILE), option("2", name="@SUM(A1)"), brand=brand)
    deck = deck_of(replace(made, title=HOSTILE))
    assert deck.slides[0].shapes.title.text_frame.text.startswith('=HYPERLINK("http://x")<b>&')
    for each in charts_of(deck):
        book = load_workbook(io.BytesIO(each.part.chart_workbook.xlsx_part.blob))
        assert {cell.data_type for row in book.active for cell in row} <= {"s", "n"}


def test_a_deck_is_made_in_less_than_a_second() -> None:
    support()
    begun = time.process_time()
    slides(support())
    assert time.process_time() - begun < 1


@pytest.mark.parametrize(
    ("texts", "box", "size", "fitted"),
    [
        pytest.param(["short"], (100, 100), 20, ["short"], id="as large as asked"),
        pytest.param(["a" * 18], (200, 24), 20, ["a" * 18], id="just fits a line"),
        pytest.param(["a" * 19], (200, 24), 19, ["a" * 19], id="one letter more is set smaller"),
        pytest.param(["one two three four five"], (55, 12), 10, ["one two…"], id="cut at the smallest"),
        pytest.param(["漢字漢字漢字"], (120, 20), 16, ["漢字漢字漢字"], id="wide letters take twice the room"),
    ],
)
def test_text_is_as_large_as_fits(texts: list[str], box: tuple[float, float], size: int, fitted: list[str]) -> None:
    assert fitting(texts, *box, 20) == (size, fitted)


@given(st.lists(st.text(max_size=200), min_size=1, max_size=6), st.integers(40, 800), st.integers(12, 400))
def test_fitted_text_begins_as_it_was_and_lies_within_the_sizes(texts: list[str], width: int, height: int) -> None:
    size, fitted = fitting(texts, width, height, 20)
    assert 10 <= size <= 20
    assert 1 <= len(fitted) <= len(texts)


@settings(max_examples=15)
@given(st.text(max_size=120), st.text(max_size=120))
def test_any_name_makes_a_deck(client: str, name: str) -> None:
    assert len(deck_of(made_up(option("1", name=name), brand=Brand(client=client))).slides) == 8


LAYOUTS = {  # By name: the numbers of the placeholders that text, charts and tables go into.
    "Title": {0, 1, 11, 12},
    "Text and table": {0, 1, 11, 12, 14, 15},
    "Chart": {0, 1, 11, 12, 13, 15},
    "Chart and table": {0, 1, 11, 12, 13, 14, 15},
    "Two texts": {0, 1, 2, 11, 12, 15},
}


def test_the_template_has_the_places_that_the_slides_fill() -> None:
    layouts: Any = empty_deck(Brand(), "", AT.date()).slide_layouts
    assert {each.name: {p.placeholder_format.idx for p in each.placeholders} for each in layouts} == LAYOUTS
