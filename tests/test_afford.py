"""What an amount buys: counts worked out by hand, and what has come within reach."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.decision import buys, come_within_reach
from estimator.decision.afford import DAYS_PER_MONTH, cadence
from estimator.workload import templates
from pricing import InputError, catalog
from tests.made_up import model, option, rule, sold

money = st.decimals("0.01", 10**6, places=2)
CHAT = templates()["support-chat"]  # 1,000 a month of 5 calls, each 1,800 tokens in and 240 out.
THEN, TODAY = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC)


def test_a_purchase_by_hand() -> None:
    # 200 units for 50 USD (40 to 80): 100 USD buy 400 (250 to 500); a month has 30.4375 days.
    bought = buys(option("50", "40", "80"), Fraction(200), Decimal(100))
    assert (bought.per_month, bought.low_per_month, bought.high_per_month) == (400, 250, 500)
    assert (bought.per_week, bought.per_day) == (91, 13)  # 91.99 and 13.14
    assert bought.per_hour == 0
    assert bought.cadence == "every day"


def test_by_the_hour_and_by_the_customer() -> None:
    # A million for $50: $100 buy two million, 65,708 a day and 2,737 an hour.
    bought = buys(option("50"), Fraction(10**6), Decimal(100))
    assert (bought.per_day, bought.per_hour) == (65_708, 2_737)
    assert [bought.per_customer(n) for n in (1, 300, 3 * 10**6)] == [2_000_000, 6_666, 0]


def test_customers_are_counted_from_one() -> None:
    with pytest.raises(InputError, match="from 1 on"):
        buys(option("50"), Fraction(1), Decimal(1)).per_customer(0)


@pytest.mark.parametrize(
    ("limit", "per_month"),
    [
        pytest.param("0", 0, id="no money"),
        pytest.param("0.2999", 0, id="just short of one"),
        pytest.param("0.3", 1, id="just one"),
        pytest.param("0.5999", 1, id="just short of two"),
    ],
)
def test_only_whole_units_count(limit: str, per_month: int) -> None:
    assert buys(option("3"), Fraction(10), Decimal(limit)).per_month == per_month


def test_work_that_costs_nothing_is_bought_as_often_as_asked() -> None:
    assert buys(option("0"), Fraction(21, 2), Decimal(5)).per_month == 10


@given(money, money, money, money)
def test_what_is_bought_fits_the_limit_and_one_more_would_not(
    a: Decimal, b: Decimal, c: Decimal, limit: Decimal
) -> None:
    low, usd, high = sorted([a, b, c])
    units = Fraction(1000)
    bought = buys(option(str(usd), str(low), str(high)), units, limit)
    assert bought.low_per_month <= bought.per_month <= bought.high_per_month
    assert bought.per_month * Fraction(usd) / units <= Fraction(limit) < (bought.per_month + 1) * Fraction(usd) / units


@pytest.mark.parametrize(
    ("per_month", "name"),
    [
        pytest.param(0, "less than once a month", id="none"),
        pytest.param(1, "every month", id="one"),
        pytest.param(4, "every month", id="a week short"),
        pytest.param(5, "every week", id="weeks: 4.35 a month"),
        pytest.param(30, "every week", id="a day short"),
        pytest.param(31, "every day", id="days: 30.4375 a month"),
        pytest.param(730, "every day", id="an hour short"),
        pytest.param(731, "every hour", id="hours: 730.5 a month"),
        pytest.param(43_829, "every hour", id="a minute short"),
        pytest.param(43_830, "every minute", id="minutes a month"),
    ],
)
def test_cadence(per_month: int, name: str) -> None:
    assert cadence(per_month) == name


def test_a_mean_month() -> None:
    assert Fraction("365.25") == DAYS_PER_MONTH * 12


def falling(to: str = "1", at: str = "2026-06-01T00:00:00Z") -> list[object]:
    """Input at $10 a million until a day, and at `to` since: a month of chats costs $90, then $9."""
    return [rule("input", "10", valid_to=at), rule("input", to, valid_from=at), rule("output", "0")]


@pytest.mark.parametrize(
    ("limit", "is_news"),
    [
        pytest.param("8.99", False, id="still too dear"),
        pytest.param("9", True, id="just within the limit"),
        pytest.param("89.99", True, id="just above it before"),
        pytest.param("90", False, id="within it before"),
    ],
)
def test_what_has_come_within_reach(limit: str, is_news: bool) -> None:
    m = model(*falling())  # type: ignore[arg-type]
    found = come_within_reach([CHAT], Decimal(limit), sold(m), [m], then=THEN, today=TODAY)
    assert bool(found) == is_news
    if found:
        assert [found[0].was.usd, found[0].now.usd] == [Decimal(90), Decimal(9)]


@pytest.mark.parametrize(
    "at", [pytest.param("2025-12-31T00:00:00Z", id="fell before"), pytest.param("2027-01-01T00:00:00Z", id="will fall")]
)
def test_only_what_fell_in_between_is_news(at: str) -> None:
    m = model(*falling(at=at))  # type: ignore[arg-type]
    assert come_within_reach([CHAT], Decimal(50), sold(m), [m], then=THEN, today=TODAY) == ()


def test_a_day_to_come_is_no_past() -> None:
    with pytest.raises(InputError, match="is not in the past"):
        come_within_reach([CHAT], Decimal(1), catalog(), [], then=TODAY, today=THEN)


def test_what_a_real_fall_of_price_brought() -> None:
    # GPT-5.6 Luna fell to a fifth on 30 July 2026: a month of chats from $16.20 to $3.24.
    luna = catalog().models["openai", "gpt-5.6-luna"]
    then = datetime(2026, 7, 1, tzinfo=UTC)
    (found,) = come_within_reach([CHAT], Decimal(10), catalog(), [luna], then=then, today=TODAY)
    assert (found.was.usd, found.now.usd) == (Decimal("16.2"), Decimal("3.24"))
