"""When growth passes a monthly limit: months worked out by hand."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.decision import by_token, first_over, months_ahead
from pricing import InputError
from tests.made_up import AT, option

RISING = by_token(option("100", "80", "125"))
money = st.decimals("0.01", 10**6, places=2)


def test_months_by_hand() -> None:
    ahead = months_ahead(RISING, Fraction(1000), Decimal(121), Decimal("0.1"), start=AT, months=4)
    # 100 × 1.1, 1.21, 1.331: the third month costs what the limit allows, the fourth more.
    assert [m.usd for m in ahead] == [Decimal("100"), Decimal("110"), Decimal("121"), Decimal("133.1")]
    assert [m.requests for m in ahead] == [1000, 1100, 1210, 1331]
    assert [m.low_usd for m in ahead] == [Decimal("80"), Decimal("88"), Decimal("96.8"), Decimal("106.48")]
    assert [m.over for m in ahead] == [False, False, False, True]
    assert [m.may_be_over for m in ahead] == [True, True, True, True]
    assert first_over(ahead) == ahead[3]


def test_months_are_calendar_months_also_over_new_year() -> None:
    late = datetime(2026, 11, 30, 15, 30, 5, 7, tzinfo=UTC)
    ahead = months_ahead(RISING, Fraction(1), Decimal(1), Decimal(0), start=late, months=4)
    assert [m.month for m in ahead] == [
        datetime(2026, 11, 1, tzinfo=UTC),
        datetime(2026, 12, 1, tzinfo=UTC),
        datetime(2027, 1, 1, tzinfo=UTC),
        datetime(2027, 2, 1, tzinfo=UTC),
    ]


def test_a_year_by_default() -> None:
    assert len(months_ahead(RISING, Fraction(1), Decimal(1), Decimal(0), start=AT)) == 12


@pytest.mark.parametrize(
    ("limit", "over", "may_be_over"),
    [
        pytest.param("99.99", True, True, id="typical above"),
        pytest.param("100", False, True, id="typical at the limit"),
        pytest.param("124.99", False, True, id="high above"),
        pytest.param("125", False, False, id="high at the limit"),
    ],
)
def test_a_limit_is_passed_only_above_it(limit: str, over: bool, may_be_over: bool) -> None:
    (month,) = months_ahead(RISING, Fraction(1), Decimal(limit), Decimal(0), start=AT, months=1)
    assert (month.over, month.may_be_over) == (over, may_be_over)


def test_within_the_limit_no_month_is_over() -> None:
    assert first_over(months_ahead(RISING, Fraction(1), Decimal(100), Decimal(0), start=AT)) is None


@given(money, st.integers(1, 36))
def test_without_growth_all_months_are_alike(cost: Decimal, months: int) -> None:
    ahead = months_ahead(by_token(option(str(cost))), Fraction(7), cost, Decimal(0), start=AT, months=months)
    assert {(m.requests, m.low_usd, m.usd, m.high_usd, m.over) for m in ahead} == {
        (Decimal(7), cost, cost, cost, False)
    }


@given(st.decimals("-0.99", 2, places=2), st.integers(2, 24))
def test_months_rise_with_growth_and_fall_with_shrinking(growth: Decimal, months: int) -> None:
    costs = [m.usd for m in months_ahead(RISING, Fraction(1), Decimal(1), growth, start=AT, months=months)]
    assert costs == sorted(costs, reverse=growth < 0)


@pytest.mark.parametrize("growth", ["-1", "-1.5"])
def test_work_cannot_shrink_to_nothing(growth: str) -> None:
    with pytest.raises(InputError, match="leaves no work: give more than -100 %"):
        months_ahead(RISING, Fraction(1), Decimal(1), Decimal(growth), start=AT)
