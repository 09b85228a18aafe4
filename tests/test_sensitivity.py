"""What moves the cost of a month, worked out by hand for an invented seller."""

from decimal import Decimal

from estimator.decision import Scenario, by_token, compare, sensitivity
from estimator.decision.sensitivity import Effect
from pricing import Mode, Usage
from pricing.values import PriceRule
from tests.made_up import AT, PLAIN, model, rule, sold, work

# 1,000 requests a month of 1,000 tokens in at $2 and 100 out at $10 a million: $2 and $1.
WORK = work(Usage(uncached_input_tokens=1_000, output_tokens=100))


def effects(*rules: PriceRule, mode: Mode | None = None) -> dict[str, Effect]:
    book = sold(model(*rules))
    scenario = Scenario(AT, mode or Mode())
    option = compare(WORK, book, scenario).options[0]
    return {effect.name: effect for effect in sensitivity(option, by_token(option), WORK, book, scenario)}


def test_volume_and_prices_move_a_bill_in_proportion() -> None:
    found = effects(*PLAIN)
    volume, prices = found["Requests a month"], found["The seller's prices"]
    assert (volume.low_usd, volume.high_usd) == (Decimal("1.5"), Decimal(6))
    assert (prices.at_low, prices.low_usd, prices.at_high, prices.high_usd) == (
        "× 0.5",
        Decimal("1.5"),
        "× 2",
        Decimal(6),
    )


def test_what_does_not_change_the_cost_is_left_out() -> None:
    assert set(effects(*PLAIN)) == {"Requests a month", "The seller's prices"}


def test_waiting_a_day_is_priced_where_the_seller_lists_it() -> None:
    batch = (rule("input", "1", processing="batch"), rule("output", "5", processing="batch"))
    found = effects(*PLAIN, *batch)["Time to answer"]
    assert (found.low_usd, found.high_usd) == (Decimal("1.5"), Decimal(3))
