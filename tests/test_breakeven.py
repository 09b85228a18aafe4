"""Where own GPUs become cheaper: crossings worked out by hand, and the laws of curves."""

from decimal import Decimal
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.decision import break_even, by_token, curve, months_until
from estimator.decision.breakeven import Cost, CostAt, volumes
from pricing import InputError
from tests.made_up import option

REQUESTS = Fraction(100)
IN_VIEW = volumes(Fraction(10))
API = option("50")  # a month of 100 requests, so 0.50 USD each
CLOSE = Decimal("0.001")


def flat(low: int, typical: int, high: int) -> CostAt:
    return lambda _: (Decimal(low), Decimal(typical), Decimal(high))


def in_steps(factor: Fraction) -> Cost:
    """100 USD for each replica, which serves three times today's volume."""
    usd = Decimal(100 * ceil(factor / 3))
    return usd, usd, usd


def test_flat_costs_cross_a_rising_bill_once() -> None:
    # 0.50 USD a request reach 50, 100 and 200 USD at 100, 200 and 400 requests.
    found = break_even(flat(50, 100, 200), API, REQUESTS, IN_VIEW)
    assert found.against is API
    assert found.earliest == pytest.approx(Decimal(100), rel=CLOSE)
    assert found.typical == pytest.approx(Decimal(200), rel=CLOSE)
    assert found.latest == pytest.approx(Decimal(400), rel=CLOSE)


def test_what_becomes_dearer_again_has_not_yet_broken_even() -> None:
    # Cheaper from 200 requests on, dearer again with the second replica from 301, cheaper for good from 400 on.
    assert break_even(in_steps, API, REQUESTS, IN_VIEW).typical == pytest.approx(Decimal(400), rel=CLOSE)


def test_a_step_between_two_volumes_looked_at_is_seen() -> None:
    # 200 USD are reached at 400 requests of 0.50 USD. Above 424 they are 216 USD, which are reached at 432.
    def cost(factor: Fraction) -> Cost:
        usd = Decimal(200) if factor <= Fraction(424, 100) else Decimal(216)
        return usd, usd, usd

    assert not any(424 < factor * REQUESTS < 432 for factor in IN_VIEW)
    assert break_even(cost, API, REQUESTS, IN_VIEW).typical == pytest.approx(Decimal(432), rel=Decimal("1e-6"))


@pytest.mark.parametrize(
    ("fixed", "expected"),
    [
        pytest.param(500, 1000, id="at the last volume in view"),
        pytest.param(501, None, id="beyond it"),
        pytest.param(0, 1, id="always cheaper: from the least volume in view"),
    ],
)
def test_ends_of_the_view(fixed: int, expected: int | None) -> None:
    typical = break_even(flat(fixed, fixed, fixed), API, REQUESTS, IN_VIEW).typical
    assert typical is None if expected is None else typical == pytest.approx(Decimal(expected), rel=CLOSE)


def test_where_each_request_costs_more_it_never_breaks_even() -> None:
    dearer = by_token(option("50.01"))
    assert break_even(dearer, API, REQUESTS, IN_VIEW).typical is None


def test_equal_costs_count_as_broken_even() -> None:
    assert break_even(by_token(API), API, REQUESTS, IN_VIEW).typical == 1


@given(st.integers(1, 400), st.integers(0, 9))
def test_the_crossing_lies_where_the_costs_cross(fixed: int, per_today: int) -> None:
    def cost(factor: Fraction) -> Cost:
        usd = fixed + Decimal(per_today) * factor.numerator / factor.denominator
        return usd, usd, usd

    # fixed + per_today × f = 50 × f
    expected = max(Fraction(fixed, 50 - per_today), IN_VIEW[0]) * REQUESTS
    found = break_even(cost, API, REQUESTS, IN_VIEW).typical
    if expected > IN_VIEW[-1] * REQUESTS:
        assert found is None
    else:
        assert found is not None
        assert float(found) == pytest.approx(float(expected), rel=1e-3)


@pytest.mark.parametrize(
    ("volume", "growth", "months"),
    [
        pytest.param("100", "0.05", 0, id="now"),
        pytest.param("99", "0", 0, id="passed, without growth"),
        pytest.param("105", "0.05", 1, id="after a month to the request"),
        pytest.param("105.01", "0.05", 2, id="just after it"),
        pytest.param("200", "0.05", 15, id="doubled: 1.05 to the 15th is 2.08"),
        pytest.param("101", "0", None, id="never, without growth"),
        pytest.param("101", "-0.1", None, id="never, shrinking"),
        pytest.param(None, "0.15", None, id="never at any volume"),
    ],
)
def test_months_until_a_volume(volume: str | None, growth: str, months: int | None) -> None:
    assert months_until(volume and Decimal(volume), REQUESTS, Decimal(growth)) == months  # type: ignore[arg-type]


def test_work_that_shrinks_to_nothing_is_an_error() -> None:
    with pytest.raises(InputError, match="leaves no work"):
        months_until(Decimal(1), REQUESTS, Decimal(-1))


@given(st.lists(st.integers(1, 600), min_size=3, max_size=3).map(sorted))
def test_dearer_gpus_never_break_even_sooner(fixed: list[int]) -> None:
    found = break_even(flat(*fixed), API, REQUESTS, IN_VIEW)
    crossings = [v if v is not None else Decimal("Infinity") for v in (found.earliest, found.typical, found.latest)]
    assert crossings == sorted(crossings)


@pytest.mark.parametrize("top", [10, 1000, 5000])
def test_volumes_run_from_a_hundredth_over_todays_to_the_top(top: int) -> None:
    at = volumes(Fraction(top))
    assert at[0] == Fraction(1, 100)
    assert 1 in at
    assert top <= at[-1] <= top * Fraction(11, 10)
    assert list(at) == sorted(set(at))


@given(st.fractions(0, 1000))
def test_a_bill_by_the_token_follows_the_volume(factor: Fraction) -> None:
    low, usd, high = by_token(option("50", "40", "80"))(factor)
    assert [float(a) for a in (low, usd, high)] == pytest.approx([float(a * factor) for a in (40, 50, 80)])
    assert low <= usd <= high


def test_a_curve_by_hand() -> None:
    found = curve(API, in_steps, REQUESTS, [Fraction(1, 2), Fraction(3), Fraction(4)])
    assert found.option is API
    assert [p.requests_per_month for p in found.points] == [50, 300, 400]
    assert [(p.low_usd, p.usd, p.high_usd) for p in found.points] == [
        flat(usd, usd, usd)(Fraction(1)) for usd in (100, 100, 200)
    ]
