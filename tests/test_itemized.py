"""Usage and bills in their parts: what each is counted, what it costs at list price, and its share of the bill."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.decision import Part, itemized
from estimator.workload import Charge, Statement, Used
from pricing import Catalog, InputError, Mode, Usage
from tests.made_up import NIGHT, PLAIN, model, rule, sold
from tests.test_reconcile import DAY, ONE, charge, used

MIXED = (*PLAIN, rule("cache_read", "1"), rule("web_search", "10", per=1000))
USE = Usage(uncached_input_tokens=1_000_000, cache_read_tokens=500_000, output_tokens=100_000)  # $2, $0.50 and $1


def parts(charges: Sequence[Charge], *uses: Used, rules: tuple[Any, ...] = MIXED) -> list[Part]:
    return list(itemized(Statement(uses or (used(USE),), tuple(charges)), sold(model(*rules))))


def told(found: Sequence[Part]) -> list[tuple[str, int, str, str]]:
    return [(part.item, part.quantity, f"{part.cost.normalize():f}", part.basis) for part in found]


def test_a_bill_of_the_model_is_shared_out_by_list_price() -> None:
    found = parts([charge("7")])
    assert told(found) == [
        ("input", 1_000_000, "4", "bill"),
        ("cache_read", 500_000, "1", "bill"),
        ("output", 100_000, "2", "bill"),
    ]
    assert [part.list_usd for part in found] == [Decimal(2), Decimal("0.5"), Decimal(1)]


def test_a_charge_for_an_item_goes_to_that_alone_and_what_is_not_listed_cost_nothing() -> None:
    found = parts([charge("2.10", item="input"), charge("1", item="output")])
    assert told(found) == [
        ("input", 1_000_000, "2.1", "bill"),
        ("cache_read", 500_000, "0", "bill"),
        ("output", 100_000, "1", "bill"),
    ]
    assert [part.why for part in found] == ["", "the bill of that day has no line of it.", ""]


def test_use_of_a_day_without_a_bill_stands_at_list_prices() -> None:
    found = parts([charge("7")], used(USE), used(USE, start=DAY + ONE))
    later = [part for part in found if part.start == DAY + ONE]
    assert {part.basis for part in later} == {"list"}
    assert [part.cost for part in later] == [Decimal(2), Decimal("0.5"), Decimal(1)]
    assert sum(part.cost for part in found if part.basis == "bill") == 7


def test_use_that_the_bill_of_its_day_leaves_out_cost_nothing() -> None:
    book = sold(model(*PLAIN), model(*PLAIN, id="n"))
    statement = Statement((used(USE_PLAIN), used(USE_PLAIN, model="n")), (charge("3"),))
    found = [part for part in itemized(statement, book) if part.name == "N"]
    assert {(part.basis, part.cost, part.why) for part in found} == {
        ("bill", Decimal(0), "the bill of that day has no line of it.")
    }


USE_PLAIN = Usage(uncached_input_tokens=1_000_000, output_tokens=100_000)


@pytest.mark.parametrize(
    ("charged", "use", "why"),
    [
        pytest.param({"item": "code interpreter"}, {}, "no price list has an item called code interpreter.", id="item"),
        pytest.param({"model": "x"}, {"model": "x"}, "no price list has a model called x.", id="model"),
        pytest.param({"item": "output_audio"}, {}, "the usage given counts none of it.", id="no use"),
    ],
)
def test_what_has_no_count_or_no_price_is_a_part_of_its_own(
    charged: dict[str, Any], use: dict[str, Any], why: str
) -> None:
    found = [part for part in parts([charge("3", **charged)], used(USE, **use)) if part.rule is None]
    assert [(part.cost, part.quantity, part.why) for part in found] == [(Decimal(3), 0, why)]


def test_use_without_a_price_and_without_a_bill_is_refused() -> None:
    with pytest.raises(InputError, match=r"^6 October 2026: no price list has a model called mystery. Add the cost"):
        parts([charge("7")], used(USE), used(USE, start=DAY + ONE, model="mystery"))


def test_a_day_at_two_prices_is_divided_by_their_hours_and_says_so() -> None:
    rules = (rule("input", "2"), rule("input", "1", window=NIGHT.id))  # The night is 6 of 24 hours.
    found = parts([charge("7")], used(Usage(uncached_input_tokens=1_000)), rules=rules)
    assert sorted((part.quantity, part.spread, part.rule.usd) for part in found if part.rule) == [
        (250, True, Decimal(1)),
        (750, True, Decimal(2)),
    ]
    assert sum(part.cost for part in found) == 7


def test_a_tier_and_a_mode_are_parts_of_their_own() -> None:
    rules = (*PLAIN, rule("input", "4", min_input_tokens=200_000), rule("input", "1", processing="batch"))
    usage = Usage(uncached_input_tokens=1_000_000)
    uses = (
        used(usage, floor=0),
        used(usage, floor=200_001),
        used(usage, mode=Mode(processing="batch"), floor=0),
    )
    found = parts([charge("7")], *uses, rules=rules)
    assert sorted(f"{part.mode} {part.rule.usd} {part.cost}" for part in found if part.rule) == [
        "processing batch 1 1.000000000",
        "standard 2 2.000000000",
        "standard 4 4.000000000",
    ]


def test_a_bill_that_tells_the_mode_puts_all_its_use_there() -> None:
    rules = (*PLAIN, rule("input", "1", processing="batch"))
    use = used(Usage(uncached_input_tokens=1_000_000))
    (found,) = parts([charge("0.9", mode=Mode(processing="batch"))], use, rules=rules)
    assert (str(found.mode), found.list_usd, found.cost) == ("processing batch", Decimal(1), Decimal("0.9"))


def test_where_a_bill_tells_modes_apart_a_charge_goes_to_the_parts_of_its_own() -> None:
    rules = (rule("input", "2"), rule("input", "1", processing="batch"))
    usage, batch = Usage(uncached_input_tokens=1_000_000), Mode(processing="batch")
    charges = [charge("2", item="input"), charge("1.1", item="input", mode=batch)]
    found = parts(charges, used(usage), used(usage, mode=batch), rules=rules)
    assert {str(part.mode): part.cost for part in found} == {"standard": Decimal(2), "processing batch": Decimal("1.1")}


def test_what_a_gateway_worked_out_is_not_called_billed() -> None:
    found = parts([charge("7", by="LiteLLM")], used(USE, by="LiteLLM"))
    assert {part.basis for part in found} == {"gateway"}


def test_what_a_key_of_ones_own_paid_is_not_on_the_gateways_bill() -> None:
    found = parts([charge("7", own_key=Decimal(5))])
    assert {basis: sum(part.cost for part in found if part.basis == basis) for basis in ("bill", "gateway")} == {
        "bill": 2,
        "gateway": 5,
    }


def test_amounts_stay_in_the_currency_of_the_bill() -> None:
    found = parts([charge("70", currency="CNY", per_usd=Decimal(7))])
    assert {(part.currency, part.per_usd) for part in found} == {("CNY", Decimal(7))}
    assert sum(part.cost for part in found) == 70
    with pytest.raises(InputError, match="Acme bills m in two currencies"):
        parts([charge("70", currency="CNY", per_usd=Decimal(7)), charge("7")])


AMOUNTS = st.decimals(min_value=-1000, max_value=1000, places=7)
COUNTS = st.integers(min_value=0, max_value=10**9)


@given(
    amounts=st.lists(st.tuples(AMOUNTS, st.sampled_from(["", "input", "output", "other"])), min_size=1, max_size=4),
    counts=st.tuples(COUNTS, COUNTS, COUNTS),
)
def test_parts_add_up_to_the_bill_and_to_the_use(
    amounts: list[tuple[Decimal, str]], counts: tuple[int, int, int]
) -> None:
    usage = Usage(uncached_input_tokens=counts[0], cache_read_tokens=counts[1], output_tokens=counts[2])
    charges = tuple(charge(str(amount), item=item) for amount, item in amounts)
    found = itemized(Statement((used(usage),), charges), BOOK)
    assert sum(part.cost for part in found) == sum(amount for amount, _ in amounts)
    assert {item: n for item, n in zip(("input", "cache_read", "output"), counts, strict=True) if n} == {
        part.item: part.quantity for part in found if part.rule
    }


BOOK: Catalog = sold(model(*MIXED))


def test_times_are_those_of_the_bill() -> None:
    (first, *_) = parts([charge("7")])
    assert (first.start, first.end) == (datetime(2026, 10, 5, tzinfo=UTC), datetime(2026, 10, 6, tzinfo=UTC))
