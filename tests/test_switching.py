"""What a switch saves and until when it holds, and how much dearer a plan may come: worked out by hand."""

from decimal import Decimal
from fractions import Fraction

import pytest

from estimator.decision import forecast, priced
from estimator.decision.headroom import headroom
from estimator.decision.switching import switch
from tests.made_up import option
from tests.planned import START, book, growth, plan, task

OLD = option("40", "20", "100")


def test_a_switch_between_two_bills_by_the_token() -> None:
    found = switch(OLD, option("10", "8", "50", model="n"))
    assert (found.usd, found.low_usd, found.high_usd) == (Decimal(30), Decimal(12), Decimal(50))
    assert (found.from_share, found.until_times) == (None, Decimal(4))


def test_a_switch_that_costs_more_saves_less_than_nothing() -> None:
    found = switch(OLD, option("50", "30", "90", model="n"))
    assert (found.usd, found.low_usd, found.high_usd) == (Decimal(-10), Decimal(-10), Decimal(10))


def test_what_costs_nothing_holds_at_any_price() -> None:
    assert switch(OLD, option("0", model="n")).until_times is None


@pytest.mark.parametrize(
    ("rent", "share"),
    [
        pytest.param("10", 0.25, id="a quarter of the volume still pays the rent"),
        pytest.param("39", 0.975, id="hardly any room"),
        pytest.param("0.1", 0.01, id="the least in view"),
    ],
)
def test_own_gpus_pay_while_the_volume_is_enough(rent: str, share: float) -> None:
    # A fixed rent against 40 USD at today's volume: they are equal at rent / 40 of it.
    usd = Decimal(rent)
    found = switch(OLD, option(rent, kind="selfhost"), lambda _: (usd, usd, usd))
    assert found.from_share is not None
    assert float(found.from_share) == pytest.approx(share, rel=0.001)
    assert isinstance(found.from_share, Fraction)


def room(limit: str) -> Decimal | None:
    made = plan(task(growth=growth("0")), limit_usd=Decimal(limit))
    return headroom(made, forecast(made, priced(made, book())))


@pytest.mark.parametrize(
    ("limit", "multiple"),
    [pytest.param("6", 2, id="half used"), pytest.param("1.5", 0.5, id="twice as much as may be")],
)
def test_room_in_months_alike(limit: str, multiple: float) -> None:
    # The task costs 3 USD a month; the draws' median lies within a few percent of it.
    found = room(limit)
    assert found is not None
    assert float(found) == pytest.approx(multiple, rel=0.03)


def test_room_in_a_year_leaves_what_was_billed_as_it_is() -> None:
    first = START.replace(month=1)
    made = plan(task(growth=growth("0"), start=first), limit_usd=Decimal(60), period="year", start=first, months=12)
    found = headroom(made, forecast(made, priced(made, book()), {first: Decimal(27)}))
    # 33 USD are left for eleven months of 3.
    assert found is not None
    assert float(found) == pytest.approx(1, rel=0.03)


def test_nothing_to_come_has_no_room() -> None:
    made = plan(task(growth=growth("0")), months=1)
    assert headroom(made, forecast(made, priced(made, book()), {START: Decimal(3)})) is None
