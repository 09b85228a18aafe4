"""Which rule applies to a request, and that a bill is the sum of its lines. Prices here are invented."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing import BILLABLE, CLAIMS, STANDARD, InputError, InvalidUsage, Mode, Model, PriceRule, Unpriced, Usage, price
from pricing.catalog import ModelInfo
from pricing.windows import Window

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)  # a Monday
NIGHT = datetime(2026, 11, 23, 2, tzinfo=UTC)
BATCH = Mode(processing="batch")
PEAK = Window(id="peak", timezone="UTC", weekdays="12345", hours="01:00-04:00", source="s")
MTOK = 1_000_000


def rule(item: str, usd: str | None, **fields: object) -> PriceRule:
    row = {"provider": "acme", "model": "m", "item": item, "usd": usd, "per": MTOK, "status": "listed"}
    return PriceRule.model_validate(row | {"source": "s", "checked_on": "2026-11-23"} | fields)


def model(*rules: PriceRule) -> Model:
    info = ModelInfo(provider="acme", model="m", name="M", tokenizer="unknown", source="s")
    return Model(info, rules, (PEAK,), frozenset({"web_search", "request"}))


PLAIN = (rule("input", "2"), rule("output", "10"))
TIERED = (
    *PLAIN,
    rule("cache_read", "0.2"),
    rule("input", "4", min_input_tokens=1000),
    rule("cache_read", "0.4", min_input_tokens=1000),
    rule("output", "15", min_input_tokens=1000),
)


@pytest.mark.parametrize(
    ("usage", "usd"),
    [
        pytest.param(Usage(uncached_input_tokens=1000, output_tokens=1), "0.00201", id="at the threshold"),
        pytest.param(Usage(uncached_input_tokens=1001, output_tokens=1), "0.004019", id="above, output too"),
        pytest.param(
            Usage(uncached_input_tokens=1, cache_read_tokens=1000, output_tokens=1),
            "0.000419",
            id="cached input counts",
        ),
    ],
)
def test_a_tier_applies_to_every_token_by_total_input(usage: Usage, usd: str) -> None:
    assert price(model(*TIERED), usage, NOON).usd == Decimal(usd)


def test_tiers_apply_to_each_request_not_to_their_sum() -> None:
    month = Usage(uncached_input_tokens=500_000, output_tokens=1000)
    assert price(model(*TIERED), month, NOON, requests=500).usd == Decimal("1.01")  # 1000 tokens each
    assert price(model(*TIERED), month, NOON, requests=499).usd == Decimal("2.015")  # a little more than 1000
    assert price(model(*TIERED), month, NOON, requests=499, size=1000).usd == Decimal("1.01")


@pytest.mark.parametrize(
    ("at", "usd"),
    [
        pytest.param("2026-06-30T23:59:59Z", "1", id="last second of the old price"),
        pytest.param("2026-07-01T00:00:00Z", "2", id="first of the new"),
    ],
)
def test_periods_are_half_open(at: str, usd: str) -> None:
    turn = "2026-07-01T00:00:00Z"
    sold = model(rule("input", "1", valid_to=turn), rule("input", "2", valid_from=turn))
    assert price(sold, Usage(uncached_input_tokens=MTOK), datetime.fromisoformat(at)).usd == Decimal(usd)


def test_an_open_window_goes_before_the_price_of_any_hour() -> None:
    sold = model(rule("input", "1"), rule("input", "2", window="peak"))
    usage = Usage(uncached_input_tokens=MTOK)
    assert price(sold, usage, NOON).usd == 1
    assert price(sold, usage, NIGHT).usd == 2
    assert price(sold, usage, NOON, when=NIGHT).usd == 2


def test_a_mode_has_its_own_prices_and_no_other() -> None:
    sold = model(*PLAIN, rule("input", "1", processing="batch"))
    assert price(sold, Usage(uncached_input_tokens=MTOK), NOON, mode=BATCH).usd == 1
    with pytest.raises(Unpriced, match="no processing batch price for output of acme/m"):
        price(sold, Usage(output_tokens=1), NOON, mode=BATCH)


def test_fees_by_call_are_the_same_in_every_mode() -> None:
    sold = model(rule("input", "1", processing="batch"), rule("web_search", "10", per=1000))
    bill = price(sold, Usage(uncached_input_tokens=MTOK, web_searches=5), NOON, mode=BATCH)
    assert bill.usd == Decimal("1.05")


def test_a_fee_for_each_request_needs_no_counter() -> None:
    sold = model(*PLAIN, rule("request", "5", per=1000))
    bill = price(sold, Usage(uncached_input_tokens=MTOK), NOON, requests=20)
    assert [(line.item, line.quantity, line.usd) for line in bill.lines] == [
        ("input", MTOK, Decimal(2)),
        ("request", 20, Decimal("0.1")),
    ]


def test_reasoning_is_billed_once_within_output() -> None:
    bill = price(model(*PLAIN), Usage(output_tokens=MTOK, reasoning_tokens=900_000), NOON)
    assert bill.usd == 10


def test_nothing_used_costs_nothing() -> None:
    assert price(model(*PLAIN), Usage(), NOON).lines == ()


@pytest.mark.parametrize(
    ("rules", "usage", "message"),
    [
        pytest.param(PLAIN, Usage(cache_read_tokens=1), "no price for cache_read of acme/m is on record", id="item"),
        pytest.param(
            (rule("input", "1", status="projected"),),
            Usage(uncached_input_tokens=1),
            "only a projected price for input",
            id="claims alone",
        ),
        pytest.param(
            (rule("input", "1", status="cancelled"),),
            Usage(uncached_input_tokens=1),
            "only a cancelled price for input",
            id="cancelled alone",
        ),
        pytest.param(
            (rule("input", "1", valid_from="2027-01-01T00:00:00Z"),),
            Usage(uncached_input_tokens=1),
            "no standard price for input of acme/m was in force on 2026-11-23",
            id="not yet",
        ),
        pytest.param(
            (rule("input", "1", window="peak"),),
            Usage(uncached_input_tokens=1),
            "was in force",
            id="window closed",
        ),
    ],
)
def test_no_rule_is_unpriced_with_its_reason(rules: tuple[PriceRule, ...], usage: Usage, message: str) -> None:
    with pytest.raises(Unpriced, match=message):
        price(model(*rules), usage, NOON)


def test_claims_are_billed_only_when_asked_for() -> None:
    claimed = rule("input", None, usd_low="0.1", usd_high="0.3", status="projected")
    bill = price(model(*PLAIN, claimed), Usage(uncached_input_tokens=MTOK), NOON, statuses=CLAIMS)
    assert (bill.low_usd, bill.usd, bill.high_usd) == (Decimal("0.1"), Decimal("0.2"), Decimal("0.3"))
    assert price(model(*PLAIN, claimed), Usage(uncached_input_tokens=MTOK), NOON, statuses=BILLABLE).usd == 2


@pytest.mark.parametrize("requests", [pytest.param(0, id="none"), pytest.param(-1, id="negative")])
def test_a_bill_needs_a_request(requests: int) -> None:
    with pytest.raises(InvalidUsage, match="at least 1"):
        price(model(*PLAIN), Usage(), NOON, requests=requests)


def test_times_without_a_zone_are_refused() -> None:
    naive = NOON.replace(tzinfo=None)
    with pytest.raises(InputError, match="no time zone"):
        price(model(*PLAIN), Usage(), naive)
    with pytest.raises(InputError, match="no time zone"):
        price(model(*PLAIN), Usage(), NOON, when=naive)


@pytest.mark.parametrize(
    ("year", "refused"),
    [
        pytest.param(1999, True, id="1999"),
        pytest.param(2000, False, id="2000"),
        pytest.param(2199, False, id="2199"),
        pytest.param(2200, True, id="2200"),
    ],
)
def test_times_beyond_reason_are_refused(year: int, refused: bool) -> None:
    if refused:
        with pytest.raises(InvalidUsage, match=f"the year {year}"):
            price(model(*PLAIN), Usage(), NOON.replace(year=year))
    else:
        assert price(model(*PLAIN), Usage(), NOON.replace(year=year)).usd == 0


@given(st.integers(0, 1000), st.integers(0, 10**6), st.integers(0, 1000), st.integers(0, 10**6))
def test_below_a_tier_the_bill_of_two_is_the_sum_of_their_bills(a: int, x: int, b: int, y: int) -> None:
    sold = model(*TIERED)
    one, two = Usage(uncached_input_tokens=a, output_tokens=x), Usage(uncached_input_tokens=b, output_tokens=y)
    together = price(sold, one + two, NOON, mode=STANDARD, requests=2)
    assert together.usd == price(sold, one, NOON).usd + price(sold, two, NOON).usd


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_more_input_never_costs_less(a: int, b: int) -> None:
    few, many = sorted((a, b))
    sold = model(*TIERED)
    bills = [price(sold, Usage(uncached_input_tokens=n, output_tokens=10), NOON).usd for n in (few, many)]
    assert bills[0] <= bills[1]


def test_what_was_found_once_holds_for_that_moment_alone() -> None:
    sold = model(*TIERED, rule("input", "1", window="peak"), rule("input", "0.5", processing="batch"))
    usage = Usage(uncached_input_tokens=MTOK)
    asked = [(NOON, 10, STANDARD), (NIGHT, 10, STANDARD), (NOON, 2000, STANDARD), (NOON, 10, BATCH)]
    for _ in range(2):
        found = [price(sold, usage, at, size=size, mode=mode).usd for at, size, mode in asked]
        assert found == [Decimal(2), Decimal(1), Decimal(4), Decimal("0.5")]
        with pytest.raises(Unpriced, match="batch price for output of acme/m"):
            price(sold, Usage(output_tokens=1), NOON, size=10, mode=BATCH)
