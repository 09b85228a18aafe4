"""Why a bill differs from its plan: single causes give that cause alone, and all parts add up exactly."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.decision import Actual, Cause, MonthBill, Planned, month_bills, planned, priced, variance
from estimator.workload import Charge, Statement, Used, read_statement
from pricing import STANDARD, InputError, Usage, catalog
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


SHANGHAI = timezone(timedelta(hours=8))


def a_day(at: datetime, *charges: tuple[str, str], used: tuple[tuple[str, int], ...] = ()) -> Statement:
    """A day from `at` on: dollars by model, and the millions of tokens that each read, a thousand in each request."""
    end = at + timedelta(days=1)
    return Statement(
        tuple(
            Used(at, end, "OpenAI", "openai", name, STANDARD, Usage(uncached_input_tokens=n * 10**6), n * 1000, None)
            for name, n in used
        ),
        tuple(Charge(at, end, "OpenAI", "openai", name, "", D(usd)) for name, usd in charges),
    )


@pytest.mark.parametrize(
    ("at", "month"),
    [
        pytest.param(datetime(2026, 11, 1, tzinfo=SHANGHAI), date(2026, 11, 1), id="November in Shanghai"),
        pytest.param(datetime(2026, 10, 31, tzinfo=SHANGHAI), date(2026, 10, 1), id="the last day there"),
        pytest.param(datetime(2028, 2, 29, tzinfo=UTC), date(2028, 2, 1), id="a leap day"),
    ],
)
def test_a_day_belongs_to_the_month_that_its_bill_says(at: datetime, month: date) -> None:
    told = a_day(at, ("gpt-5.4", "5"), used=(("gpt-5.4", 2),))
    (found,) = month_bills(told, catalog())
    assert (found.month, found.days, found.lines[0].requests) == (month, 1, 2000)


def test_the_total_of_a_day_is_shared_out_by_what_models_come_to() -> None:
    # At $2.50 and $0.75 a million: 2 and 1 million are $5 and $0.75, of $11.50 that were billed.
    told = a_day(datetime(2026, 11, 1, tzinfo=UTC), ("", "11.50"), used=(("gpt-5.4", 2), ("gpt-5.4-mini", 1)))
    (found,) = month_bills(told, catalog())
    assert {each.model: float(each.billed_usd) for each in found.lines} == {"gpt-5.4": 10, "gpt-5.4-mini": 1.5}
    assert found.billed_usd == D("11.50")


def test_what_is_not_on_record_is_kept_and_not_known() -> None:
    told = a_day(datetime(2026, 11, 1, tzinfo=UTC), ("gpt-0", "3"), ("gpt-5.4", "5"), used=(("gpt-5.4", 2),))
    (found,) = month_bills(told, catalog())
    odd = next(each for each in found.lines if each.name == "gpt-0")
    assert (odd.provider, odd.computed_usd, odd.billed_usd) == ("", None, D(3))
    plan_ = [Planned(START, "t", "openai", "gpt-5.4", D(60), D(150))]
    assert dict(variance(plan_, plan_, found).parts)[Cause.UNKNOWN] == D(3)


def test_a_total_without_any_use_is_not_known() -> None:
    (found,) = month_bills(a_day(datetime(2026, 11, 1, tzinfo=UTC), ("", "3")), catalog())
    assert [(each.name, each.computed_usd, each.billed_usd) for each in found.lines] == [
        ("not told by model", None, D(3))
    ]


def test_a_discount_on_the_bill_is_a_matter_of_price() -> None:
    (found,) = month_bills(read_statement(exports(date(2026, 10, 1), 31, factor=0.5), catalog().sizes), catalog())
    assert float(found.lines[0].computed_usd or 0) == pytest.approx(12.4)
    plan_ = [Planned(date(2026, 10, 1), "t", "openai", "gpt-5.4", D(3100), D("12.4"))]
    parts = dict(variance(plan_, plan_, found).parts)
    assert float(parts[Cause.PRICE]) == pytest.approx(-6.2)
    assert max(abs(float(usd)) for cause, usd in parts.items() if cause is not Cause.PRICE) < 1e-5
