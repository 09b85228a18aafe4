"""Why a bill differs from its plan: single causes give that cause alone, and all parts add up exactly."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.decision import Actual, Cause, MonthBill, Planned, month_bills, planned, priced, variance
from estimator.workload import read_statement
from pricing import InputError, catalog
from tests.planned import START, bill, book, growth, plan, task

D = Decimal


def as_planned(usd: str, requests: str = "1000", model: str = "m") -> Planned:
    return Planned(START, f"task {model}", "acme", model, D(requests), D(usd))


def line(usd: str, requests: int = 1000, model: str = "m", computed: str = "") -> Actual:
    return Actual("acme", model, model.upper(), requests, 0, D(computed or usd), D(usd))


def month(*lines: Actual, days: int = 30) -> MonthBill:
    return MonthBill(START, days, lines)


PLAN = [as_planned("10"), as_planned("20", model="n")]


@pytest.mark.parametrize(
    ("today", "billed", "cause", "usd"),
    [
        pytest.param(PLAN, month(line("20", 2000), line("40", 2000, "n")), Cause.VOLUME, "30", id="twice the requests"),
        pytest.param(PLAN, month(line("5", 500), line("30", 1500, "n")), Cause.MIX, "5", id="more of the dearer model"),
        pytest.param(PLAN, month(line("15"), line("30", model="n")), Cause.TOKENS, "15", id="half as many tokens more"),
        pytest.param(PLAN, month(line("9", computed="10"), line("18", model="n", computed="20")), Cause.PRICE, "-3",
                     id="a discount of 10 % on the list"),
        pytest.param([as_planned("20"), as_planned("40", model="n")], month(line("20"), line("40", model="n")),
                     Cause.PRICE, "30", id="list prices that doubled since"),
    ],
)  # fmt: skip
def test_one_cause_gives_that_cause_alone(today: list[Planned], billed: MonthBill, cause: Cause, usd: str) -> None:
    found = variance(PLAN, today, billed)
    assert dict(found.parts) == {each: D(usd) if each is cause else D(0) for each in dict(found.parts)}
    assert found.billed_usd - found.planned_usd == D(usd)


def test_a_bill_as_planned_has_no_difference() -> None:
    found = variance(PLAN, PLAN, month(line("10"), line("20", model="n")))
    assert {usd for _, usd in found.parts} == {D(0)}


def test_two_causes_by_hand() -> None:
    # Twice the requests at twice the price: 10 becomes 40. Alone each adds 10, after the other 20: 15 each.
    found = variance([as_planned("10")], [as_planned("20")], month(line("40", 2000)))
    assert dict(found.parts)[Cause.VOLUME] == dict(found.parts)[Cause.PRICE] == D(15)


def test_a_model_that_came_and_one_that_went_are_a_matter_of_mix() -> None:
    found = variance([as_planned("10")], [as_planned("10")], month(line("25", 1000, "new")))
    assert dict(found.parts)[Cause.MIX] == D(15)
    assert [m.name for m in found.models] == ["NEW", "m"]


def test_nothing_used_is_a_matter_of_volume() -> None:
    found = variance(PLAN, PLAN, month(line("0", 0)))
    assert dict(found.parts)[Cause.VOLUME] == D(-30)


def test_charges_without_use_are_not_known() -> None:
    odd = Actual("", "", "not told by model", 0, 0, None, D(7))
    found = variance([as_planned("10")], [as_planned("10")], month(line("10"), odd))
    assert dict(found.parts) == {c: D(7) if c is Cause.UNKNOWN else D(0) for c in Cause}


money = st.decimals("0.01", 10**6, places=2)
counts = st.integers(1, 10**9)
sides = st.lists(st.tuples(money, counts, money, money, counts, money), min_size=1, max_size=5)


@given(sides, st.integers(1, 30))
def test_the_parts_add_up_exactly(rows: list[tuple[D, int, D, D, int, D]], days: int) -> None:
    then = [as_planned(str(usd), str(n), f"m{i}") for i, (usd, n, *_) in enumerate(rows)]
    today = [as_planned(str(moved), str(n), f"m{i}") for i, (_, n, moved, *_) in enumerate(rows)]
    lines = [line(str(usd), n, f"m{i}", str(c)) for i, (_, _, _, usd, n, c) in enumerate(rows)]
    found = variance(then, today, month(*lines, days=days))
    assert sum(usd for _, usd in found.parts) == found.billed_usd - found.planned_usd


@pytest.mark.parametrize(
    ("start", "days", "share"),
    [
        pytest.param(date(2026, 11, 1), 30, 1, id="a whole month"),
        pytest.param(date(2026, 11, 1), 27, 1, id="its last days without work"),
        pytest.param(date(2026, 11, 1), 26, Fraction(26, 30), id="a part of it"),
        pytest.param(date(2028, 2, 1), 26, 1, id="a leap February"),
        pytest.param(date(2028, 2, 1), 25, Fraction(25, 29), id="a part of one"),
    ],
)
def test_a_part_of_a_month_stands_beside_a_part_of_the_plan(start: date, days: int, share: Fraction | int) -> None:
    made = MonthBill(start, days, (line("10"),))
    assert float(made.share) == pytest.approx(float(share))
    plan_ = [Planned(start, "t", "acme", "m", D(1000), D(10))]
    assert float(variance(plan_, plan_, made).planned_usd) == pytest.approx(10 * float(share))


def test_a_month_that_is_not_planned_or_not_priced_is_said() -> None:
    with pytest.raises(InputError, match="plans nothing in December 2026"):
        variance(PLAN, PLAN, bill("1", date(2026, 12, 1)))
    gone = [Planned(START, "chat", "acme", "m", D(1), None, "M is on sale until today.")]
    with pytest.raises(InputError, match=r"chat has no planned cost in November 2026: M is on sale"):
        variance(gone, gone, bill("1"))


def test_what_is_planned_is_the_typical_volume() -> None:
    made = plan(task(growth=growth("0", "0.1", "0.2")), months=2)
    first, second = planned(made, priced(made, book()))
    assert [first.requests, first.usd, second.requests, second.usd] == [D(1000), D(3), D(1100), D("3.3")]


USAGE = "start_time_iso,model,num_model_requests,input_tokens,output_tokens,input_cached_tokens\n"
COSTS = "start_time,end_time,amount_value,amount_currency,line_item\n"


def exports(first: date, days: int, requests: int = 100, *, factor: float = 1.0) -> list[tuple[str, bytes]]:
    """A day's usage of GPT-5.4 and its cost by the list ($2.50 in, $15 out a million), times `factor`."""
    usage, costs = USAGE, COSTS
    for i in range(days):
        day = first + timedelta(days=i)
        noon = f"{day}T00:00:00Z"
        usd = requests * (1000 * 2.5 + 100 * 15) / 1e6 * factor
        usage += f"{noon},gpt-5.4,{requests},{1000 * requests},{100 * requests},0\n"
        costs += f'{_unix(day)},{_unix(day + timedelta(days=1))},{usd:.6f},usd,"gpt-5.4, total"\n'
    return [("usage.csv", usage.encode()), ("costs.csv", costs.encode())]


def _unix(day: date) -> int:
    return (day - date(1970, 1, 1)).days * 86400


@pytest.mark.parametrize(
    ("first", "days", "months"),
    [
        pytest.param(date(2026, 10, 1), 31, [31], id="a month"),
        pytest.param(date(2026, 10, 31), 2, [1, 1], id="over a month's end"),
        pytest.param(date(2026, 6, 20), 20, [11, 9], id="parts of two"),
    ],
)
def test_bills_by_month(first: date, days: int, months: list[int]) -> None:
    found = month_bills(read_statement(exports(first, days), catalog().sizes), catalog())
    assert [b.days for b in found] == months
    assert [float(b.billed_usd) for b in found] == pytest.approx([0.4 * n for n in months])
    assert all(b.lines[0].model == "gpt-5.4" and b.lines[0].requests == 100 * b.days for b in found)


def test_a_discount_on_the_bill_is_a_matter_of_price() -> None:
    (found,) = month_bills(read_statement(exports(date(2026, 10, 1), 31, factor=0.5), catalog().sizes), catalog())
    assert float(found.lines[0].computed_usd or 0) == pytest.approx(12.4)
    plan_ = [Planned(date(2026, 10, 1), "t", "openai", "gpt-5.4", D(3100), D("12.4"))]
    parts = dict(variance(plan_, plan_, found).parts)
    assert float(parts[Cause.PRICE]) == pytest.approx(-6.2)
    assert max(abs(float(usd)) for cause, usd in parts.items() if cause is not Cause.PRICE) < 1e-5
