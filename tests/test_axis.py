"""Where amounts stand on a chart: round ends, round ticks, and labels that do not overlap."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.report.axis import Axis, adding, axis_of, multiplying, spread

AMOUNTS = st.lists(st.floats(1e-6, 1e15), min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("axis", "amount", "place"),
    [
        pytest.param(Axis(0, 50, multiplies=False), 0, 0, id="nothing"),
        pytest.param(Axis(0, 50, multiplies=False), 20, 0.4, id="two fifths"),
        pytest.param(Axis(0, 50, multiplies=False), 60, 1, id="beyond the end"),
        pytest.param(Axis(0, 50, multiplies=False), -1, 0, id="before the start"),
        pytest.param(Axis(0.1, 1000, multiplies=True), 0.1, 0, id="first"),
        pytest.param(Axis(0.1, 1000, multiplies=True), 10, 0.5, id="in the middle of four powers of ten"),
        pytest.param(Axis(0.1, 1000, multiplies=True), 1000, 1, id="last"),
        pytest.param(Axis(0.1, 1000, multiplies=True), 0, 0, id="nothing, where steps multiply"),
        pytest.param(Axis(0.1, 1000, multiplies=True), 5000, 1, id="beyond, where steps multiply"),
    ],
)
def test_place(axis: Axis, amount: float, place: float) -> None:
    assert axis.place(amount) == pytest.approx(place)


@pytest.mark.parametrize(
    ("amounts", "multiplies"),
    [
        pytest.param([1, 50], False, id="fifty times"),
        pytest.param([1, 50.1], True, id="more than fifty times"),
        pytest.param([0, 3], False, id="nothing does not count"),
        pytest.param([0, 0], False, id="only nothing"),
        pytest.param([], False, id="none"),
    ],
)
def test_steps_multiply_where_amounts_lie_far_apart(amounts: list[float], multiplies: bool) -> None:
    assert axis_of(amounts).multiplies == multiplies


@pytest.mark.parametrize(
    ("axis", "most", "ticks"),
    [
        pytest.param(adding([100]), 6, (0, 20, 40, 60, 80, 100), id="a hundred"),
        pytest.param(adding([101]), 6, (0, 50, 100, 150), id="a little more"),
        pytest.param(adding([100]), 3, (0, 40, 80), id="every other"),
        pytest.param(adding([0.03]), 6, (0, 0.01, 0.02, 0.03), id="cents"),
        pytest.param(multiplying([15, 400]), 7, (10, 20, 50, 100, 200, 500), id="fine where they fit"),
        pytest.param(multiplying([15, 400]), 5, (10, 100), id="powers of ten where they do not"),
        pytest.param(multiplying([3, 4e6]), 7, (10, 100, 1e3, 1e4, 1e5, 1e6), id="powers of ten"),
        pytest.param(multiplying([3, 4e6]), 4, (10, 1e3, 1e5), id="every other power"),
        pytest.param(multiplying([1, 1]), 7, (1, 2, 5, 10), id="one amount"),
    ],
)
def test_ticks(axis: Axis, most: int, ticks: tuple[float, ...]) -> None:
    assert axis.ticks(most) == pytest.approx(ticks)


@given(AMOUNTS, st.integers(2, 8))
def test_ticks_lie_on_the_axis_and_are_not_too_many(amounts: list[float], most: int) -> None:
    for axis in (adding(amounts), multiplying(amounts)):
        ticks = axis.ticks(most)
        assert 1 <= len(ticks) <= most
        assert list(ticks) == sorted(set(ticks))
        assert all(axis.first <= tick * (1 + 1e-6) and tick <= axis.last * (1 + 1e-6) for tick in ticks)


@given(AMOUNTS)
def test_an_axis_holds_all_amounts_in_their_order(amounts: list[float]) -> None:
    for axis in (adding(amounts), multiplying(amounts), axis_of(amounts)):
        assert axis.last >= max(amounts) * (1 - 1e-6)
        assert axis.first <= min(amounts) * (1 + 1e-6)
        places = [axis.place(amount) for amount in sorted(amounts)]
        assert places == sorted(places)
        assert all(0 <= place <= 1 for place in places)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_labels_do_not_overlap_and_keep_their_order(places: list[float]) -> None:
    moved = spread(places, 0.1)
    order = sorted(range(len(places)), key=places.__getitem__)
    assert all(moved[b] - moved[a] >= 0.1 - 1e-9 for a, b in itertools.pairwise(order))
    assert max(moved) <= 1
    assert min(moved) >= 0 or math.isclose(min(moved), 0, abs_tol=1e-9)


def test_labels_that_have_room_stay() -> None:
    assert spread([0.9, 0.1, 0.5], 0.1) == [0.9, 0.1, 0.5]
