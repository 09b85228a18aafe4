"""What moves the break-even most, on one plan."""

from decimal import Decimal
from fractions import Fraction
from functools import cache

import pytest

from estimator.decision import (
    BreakEven,
    Swing,
    break_even,
    by_gpus,
    hosted_plans,
    hosting,
    tornado,
    volumes_in_view,
    worth_watching,
)
from estimator.decision.breakeven import crossing
from estimator.selfhost import Plan, Tenure
from estimator.workload import Workload, from_template, templates
from pricing import Usage, catalog
from tests.made_up import AT, option, work

CHAT = Usage(uncached_input_tokens=2000, output_tokens=300)
API = option("2000")  # a month of a million requests


@cache
def chats() -> Workload:
    return work(CHAT, requests_per_month=1_000_000, sizes=catalog().sizes)


@cache
def hosted(tenure: Tenure = "rent") -> Plan:
    return hosting("gpt-oss-120b", "h100", chats(), catalog()).held(tenure)


@cache
def swings(tenure: Tenure = "rent") -> tuple[Swing, ...]:
    return tornado(hosted(tenure), API, chats().requests_per_month, volumes_in_view(hosted()))


@pytest.mark.parametrize(
    ("tenure", "hardware"), [pytest.param("rent", "Rent of the GPUs"), pytest.param("buy", "Price of the GPUs")]
)
def test_every_input_is_there(tenure: Tenure, hardware: str) -> None:
    others = {"Staff", "Speed of the engine", "Hours of the week", "Busiest minutes", "Tokens of a request"}
    assert {swing.name for swing in swings(tenure)} == {hardware, "Price by the token", *others}


def test_what_moves_most_comes_first() -> None:
    widths = [swing.width for swing in swings()]
    assert widths == sorted(widths, reverse=True)


def test_the_cheap_end_pays_no_later() -> None:
    never = Decimal("Infinity")
    for swing in swings():
        if swing.name != "Tokens of a request":  # More tokens make both dearer.
            assert (swing.low or never) <= (swing.high or never), swing


def test_todays_tokens_and_todays_costs_are_the_break_even_itself() -> None:
    found = break_even(by_gpus(hosted()), API, chats().requests_per_month, volumes_in_view(hosted()))
    tokens = next(swing for swing in swings() if swing.name == "Tokens of a request")
    assert tokens.at_low == "1 × today's"
    assert found.typical is not None
    assert tokens.low == pytest.approx(found.typical, rel=Decimal("1e-6"))


def test_a_bill_twice_as_large_by_hand() -> None:
    factor = crossing(by_gpus(hosted()), 2 * API.usd, volumes_in_view(hosted()))
    prices = next(swing for swing in swings() if swing.name == "Price by the token")
    assert factor is not None
    assert float(prices.low or 0) == pytest.approx(float(chats().requests_per_month * factor))


@pytest.mark.parametrize(
    ("low", "high", "width"),
    [
        pytest.param(100, 100, 0, id="no difference"),
        pytest.param(100, 271.828, 1, id="e times"),
        pytest.param(271.828, 100, 1, id="downwards"),
        pytest.param(None, None, 0, id="never at both ends"),
        pytest.param(100, None, float("inf"), id="never at one"),
    ],
)
def test_width(low: float | None, high: float | None, width: float) -> None:
    ends = (None if v is None else Decimal(str(v)) for v in (low, high))
    assert Swing("", "", "", *ends).width == pytest.approx(width, rel=1e-4)


def test_the_first_that_ever_pays_is_worth_watching() -> None:
    never, pays = (BreakEven(API, None, v, None) for v in (None, Decimal(5)))
    assert worth_watching([never, pays]) is pays
    assert worth_watching([never]) is never


def test_volumes_are_of_requests_a_month() -> None:
    top = float(volumes_in_view(hosted())[-1] * Fraction(1_000_000))
    assert all(float(v) <= top for swing in swings() for v in (swing.low, swing.high) if v is not None)


def test_where_longer_requests_cannot_be_answered_in_time_own_gpus_never_pay() -> None:
    talks = from_template(templates()["transcription-summary"], Fraction(20_000), catalog().sizes, start=AT)
    found = (
        swing
        for own in hosted_plans(talks, catalog())
        for swing in tornado(own, API, talks.requests_per_month, volumes_in_view(own))
    )
    assert any(swing.high is None for swing in found if swing.name == "Tokens of a request")
