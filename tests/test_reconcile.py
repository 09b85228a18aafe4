"""Bills against usage: hand-made cases of which the truth is known, the laws, the command and the page."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from estimator.__main__ import main
from estimator.decision import reconcile
from estimator.decision.recompute import Spread
from estimator.decision.reconcile import Line, Verdict
from estimator.report import exact, headline
from estimator.workload import Charge, OwnPrice, Statement, Used, read_statement
from pricing import STANDARD, Mode, Usage, catalog
from pricing.currency import rate
from tests.made_up import NIGHT, PLAIN, model, rule, sold

DAY = datetime(2026, 10, 5, tzinfo=UTC)  # A Monday.
ONE = timedelta(days=1)
USD = rate("USD", DAY.date())
MTOK = 1_000_000
BATCH, FLEX, EU = Mode(processing="batch"), Mode(service_tier="flex"), Mode(region="eu")
CHANGE = "2026-10-05T00:00:00Z"

# Input 2, output 10 and cached input 1 as standard; half of it as batch, a fifth as flex, a tenth more in the EU.
MODES = (
    *PLAIN,
    rule("cache_read", "1"),
    rule("input", "1", processing="batch"),
    rule("output", "5", processing="batch"),
    rule("cache_read", "0.5", processing="batch"),
    rule("input", "0.4", service_tier="flex"),
    rule("output", "2", service_tier="flex"),
    rule("cache_read", "0.2", service_tier="flex"),
    rule("input", "2.2", region="eu"),
    rule("output", "11", region="eu"),
    rule("cache_read", "1.1", region="eu"),
)
# Twice as dear until the change.
CHANGED = (
    rule("input", "4", valid_to=CHANGE),
    rule("output", "20", valid_to=CHANGE),
    rule("input", "2", valid_from=CHANGE),
    rule("output", "10", valid_from=CHANGE),
)
# Half of the price from midnight to six.
NIGHTLY = (rule("input", "2"), rule("input", "1", window=NIGHT.id))
TIERED = (rule("input", "2"), rule("input", "4", min_input_tokens=200_000))


def used(usage: Usage, *, start: datetime = DAY, days: float = 1, **fields: Any) -> Used:
    told: dict[str, Any] = {"by": "Acme", "provider": "acme", "model": "m", "mode": STANDARD}
    told |= {"requests": 10, "floor": None} | fields
    return Used(start=start, end=start + days * ONE, usage=usage, **told)


def charge(amount: str, *, start: datetime = DAY, days: float = 1, **fields: Any) -> Charge:
    told: dict[str, Any] = {"by": "Acme", "provider": "acme", "model": "m", "item": "", "rounding": Decimal("0.005")}
    told |= fields
    return Charge(start=start, end=start + days * ONE, amount=Decimal(amount), **told)


def checked(rules: tuple[Any, ...], use: Used, *charges: Charge, own_prices: tuple[OwnPrice, ...] = ()) -> Line:
    """The only line of a day."""
    (line,) = reconcile(Statement((use,), charges, own_prices), sold(model(*rules))).lines
    return line


def flat(usd: str) -> Spread:
    return Spread(Decimal(usd), Decimal(usd), Decimal(usd))


# What makes a bill right


@pytest.mark.parametrize(
    ("billed", "verdict"),
    [
        pytest.param("7.005", Verdict.AGREES, id="half a digit more"),
        pytest.param("6.995", Verdict.AGREES, id="half a digit less"),
        pytest.param("7.0050001", Verdict.UNEXPLAINED, id="a little above the rounding"),
        pytest.param("6.9949999", Verdict.UNEXPLAINED, id="a little below the rounding"),
    ],
)
def test_a_bill_agrees_to_half_of_its_last_digit(billed: str, verdict: Verdict) -> None:
    line = checked(PLAIN, used(Usage(MTOK, output_tokens=MTOK // 2)), charge(billed))
    assert (line.verdict, line.computed) == (verdict, flat("7"))


@pytest.mark.parametrize(
    ("tokens", "billed", "verdict"),
    [
        pytest.param(50 * MTOK, "100.0049", Verdict.AGREES, id="under half a cent of much"),
        pytest.param(50 * MTOK, "100.0050", Verdict.UNEXPLAINED, id="half a cent"),
        pytest.param(5000, "0.010001", Verdict.AGREES, id="a ten-thousandth of little"),
        pytest.param(5000, "0.010002", Verdict.UNEXPLAINED, id="more of little"),
    ],
)
def test_next_to_nothing_is_no_difference(tokens: int, billed: str, verdict: Verdict) -> None:
    line = checked(PLAIN, used(Usage(tokens)), charge(billed, rounding=Decimal(0)))
    assert line.verdict == verdict


CACHED = Usage(MTOK, 3 * MTOK, output_tokens=MTOK)  # As standard 2 + 3 + 10 = 15.


@pytest.mark.parametrize(
    ("told", "billed", "words"),
    [
        pytest.param(STANDARD, "7.50", "all of it ran as batch", id="batch, exported without the flag"),
        pytest.param(STANDARD, "3.00", "all of it ran on the flex tier", id="flex"),
        pytest.param(STANDARD, "16.50", "all of it stayed in region EU", id="region"),
        pytest.param(BATCH, "15.00", "all of it was served as standard", id="standard, though exported as batch"),
        pytest.param(STANDARD, "18.00", "input read from the cache is billed as fresh input", id="no discount"),
        pytest.param(STANDARD, "21.00", "cached tokens stand beside the input of the export, not inside", id="beside"),
        pytest.param(
            STANDARD,
            "9.00",
            "all of it ran as batch and input read from the cache is billed as fresh input",
            id="two at once",
        ),
    ],
)
def test_what_would_make_the_bill_right_is_found_by_computing_it(told: Mode, billed: str, words: str) -> None:
    line = checked(MODES, used(CACHED, mode=told), charge(billed))
    assert line.verdict == Verdict.EXPLAINED
    assert line.explanations[0].words == words
    assert all(found.usd == Decimal(billed) for found in line.explanations)


def test_reasoning_beside_the_output() -> None:
    line = checked(PLAIN, used(Usage(MTOK, output_tokens=MTOK, reasoning_tokens=MTOK // 2)), charge("17"))
    assert [found.words for found in line.explanations] == [
        "reasoning tokens stand beside the output of the export, not inside"
    ]


def test_single_assumptions_go_before_pairs_and_all_that_fit_are_listed() -> None:
    dear = (rule("input", "1", service_tier="flex"), rule("input", "1", processing="batch"), rule("input", "2"))
    line = checked(dear, used(Usage(MTOK)), charge("1"))
    assert [found.words for found in line.explanations] == [
        "all of it ran as batch",
        "all of it ran on the flex tier",
    ]


def test_what_nothing_explains_is_said_with_its_amount() -> None:
    found = reconcile(Statement((used(CACHED),), (charge("17.77"),)), sold(model(*MODES)))
    (line,) = found.lines
    assert (line.verdict, line.apart_usd, found.unexplained_usd) == (
        Verdict.UNEXPLAINED,
        Decimal("2.77"),
        Decimal("2.77"),
    )
    assert "Not explained: $2.77" in headline(found, USD)


# Price changes


@pytest.mark.parametrize(
    ("days", "billed", "words"),
    [
        pytest.param(0, "24", "it was billed at the price before the last change", id="the first new day at the old"),
        pytest.param(-1, "12", "it was billed at the price after the next change", id="the last old day at the new"),
        pytest.param(31, "24", "it was billed at the price before the last change", id="a month late"),
        pytest.param(32, "24", "", id="longer ago"),
    ],
)
def test_a_price_change_applied_late_or_early(days: int, billed: str, words: str) -> None:
    start = DAY + days * ONE
    use = used(Usage(MTOK, output_tokens=MTOK), start=start)
    line = checked(CHANGED, use, charge(billed, start=start))
    assert [found.words for found in line.explanations] == ([words] if words else [])
    assert line.verdict == (Verdict.EXPLAINED if words else Verdict.UNEXPLAINED)


def test_each_day_has_the_price_of_its_own_side_of_a_change() -> None:
    uses = tuple(used(Usage(MTOK), start=DAY + n * ONE) for n in (-1, 0))
    charges = charge("4", start=DAY - ONE), charge("2")
    found = reconcile(Statement(uses, charges), sold(model(*CHANGED)))
    assert [line.verdict for line in found.lines] == [Verdict.AGREES, Verdict.AGREES]


def test_a_month_across_a_change_of_price_is_a_range() -> None:
    use = used(Usage(MTOK), start=DAY - 4 * ONE, days=31)
    line = checked(CHANGED, use, charge("2.31", start=DAY - 4 * ONE, days=31))
    assert line.verdict == Verdict.IN_RANGE
    assert line.computed is not None
    assert [line.computed.low, line.computed.high] == [2, 4]
    assert round(line.computed.usd, 6) == round(Decimal(4 * 4 + 2 * 27) / 31, 6)


# Hours


@pytest.mark.parametrize(
    ("billed", "verdict", "words"),
    [
        pytest.param("1.00", Verdict.EXPLAINED, "all of it ran at the cheaper hours", id="all at night"),
        pytest.param("2.00", Verdict.EXPLAINED, "all of it ran at the dearer hours", id="all by day"),
        pytest.param("1.20", Verdict.IN_RANGE, "", id="some of both"),
        pytest.param("1.75", Verdict.AGREES, "", id="even over the day"),
        pytest.param("2.01", Verdict.UNEXPLAINED, "", id="above both"),
        pytest.param("0.99", Verdict.UNEXPLAINED, "", id="below both"),
    ],
)
def test_a_day_of_a_model_that_is_priced_by_the_hour(billed: str, verdict: Verdict, words: str) -> None:
    line = checked(NIGHTLY, used(Usage(MTOK)), charge(billed, rounding=Decimal("0.0001")))
    assert line.computed == Spread(Decimal(1), Decimal("1.75"), Decimal(2))
    assert (line.verdict, [found.words for found in line.explanations]) == (verdict, [words] if words else [])


def test_requests_whose_hour_is_known_are_priced_exactly() -> None:
    half_hour = {"days": 1 / 48, "requests": 1, "floor": 0}
    night, morning = (used(Usage(MTOK), start=DAY + timedelta(hours=h), **half_hour) for h in (5.5, 6))
    found = reconcile(Statement((night, morning), (charge("3"),)), sold(model(*NIGHTLY)))
    (line,) = found.lines
    assert (line.verdict, line.computed, line.requests) == (Verdict.AGREES, flat("3"), 2)


def test_long_prompts_that_the_mean_does_not_tell() -> None:
    line = checked(TIERED, used(Usage(MTOK)), charge("4"))  # Ten requests of 100,000 tokens on average.
    assert [found.words for found in line.explanations] == ["all prompts were long enough for the dearer tier"]


def test_a_local_day_is_billed_as_one() -> None:
    shanghai = datetime(2026, 10, 6, tzinfo=timezone(timedelta(hours=8)))
    inside = [used(Usage(MTOK), start=at, days=1 / 48, requests=1, floor=0) for at in (shanghai, shanghai + ONE * 0.99)]
    outside = [used(Usage(MTOK), start=at, days=1 / 48, requests=1, floor=0) for at in (shanghai + ONE,)]
    found = reconcile(Statement((*inside, *outside), (charge("4", start=shanghai),)), sold(model(*PLAIN)))
    assert [(line.verdict, line.requests) for line in found.lines] == [(Verdict.AGREES, 2), (Verdict.NO_BILL, 1)]


# What cannot be checked


@pytest.mark.parametrize(
    ("use", "bill", "verdict", "why"),
    [
        pytest.param(
            used(Usage(MTOK), model="gpt-9"),
            charge("2", model="gpt-9"),
            Verdict.UNPRICED,
            "no model called gpt-9 is on record",
            id="unknown model",
        ),
        pytest.param(
            used(Usage(cache_write_1h_tokens=5)),
            charge("2"),
            Verdict.UNPRICED,
            "no price for cache_write_1h of acme/m is on record",
            id="an item without a price",
        ),
        pytest.param(
            used(Usage(MTOK), model="gpt-9"),
            charge("2", model=""),
            Verdict.UNPRICED,
            "no model called gpt-9 is on record",
            id="unknown model in the total of a day",
        ),
        pytest.param(
            used(Usage(MTOK), model=""),
            charge("2", model=""),
            Verdict.UNPRICED,
            "the usage names no model",
            id="no model in the usage",
        ),
    ],
)
def test_what_has_no_price_is_unpriced_and_never_nothing(use: Used, bill: Charge, verdict: Verdict, why: str) -> None:
    found = reconcile(Statement((use,), (bill,)), sold(model(*PLAIN)))
    (line,) = found.lines
    assert (line.verdict, line.computed, line.billed_usd) == (verdict, None, Decimal(2))
    assert why in line.why
    assert (found.checked_share, found.open) == (Decimal(0), (line,))
    assert headline(found, USD) == "Nothing of the $2.00 that was billed could be checked."


def test_what_was_billed_without_usage_used_without_a_line_and_used_without_a_bill() -> None:
    book = sold(model(*PLAIN), model(*PLAIN, id="n"))
    uses = used(Usage(MTOK)), used(Usage(MTOK), start=DAY + ONE)
    found = reconcile(Statement(uses, (charge("9", model="n"), charge("1", item="storage"))), book)
    assert [(line.name, line.item, line.verdict) for line in found.lines] == [
        ("M", "", Verdict.NOT_BILLED),
        ("M", "storage", Verdict.UNPRICED),
        ("N", "", Verdict.NO_USAGE),
        ("M", "", Verdict.NO_BILL),
    ]
    assert len(found.open) == 3


def test_the_share_that_was_checked() -> None:
    charges = charge("2"), charge("6", model="unknown")
    found = reconcile(Statement((used(Usage(MTOK)),), charges), sold(model(*PLAIN)))
    assert (found.checked_share, found.billed_usd, found.all_billed_usd) == (Decimal("0.25"), Decimal(2), Decimal(8))
    assert headline(found, USD) == (
        "We compute $2.00; Acme billed $2.00: the same. That is 25 % of what was billed; the rest could not be checked."
    )


# Items and totals


def test_the_total_of_a_day_is_held_against_all_its_models() -> None:
    book = sold(model(*MODES), model(*MODES, id="n"))
    uses = used(Usage(MTOK)), used(Usage(output_tokens=MTOK), model="n")
    for amount, verdict in (("12", Verdict.AGREES), ("6", Verdict.EXPLAINED), ("7", Verdict.UNEXPLAINED)):
        (line,) = reconcile(Statement(uses, (charge(amount, model=""),)), book).lines
        assert (line.name, line.verdict, line.requests) == ("all models", verdict, 20)


@pytest.mark.parametrize(
    ("billed", "verdict", "words"),
    [
        pytest.param({"input": "2", "output": "10"}, Verdict.AGREES, "", id="item by item"),
        pytest.param({"input": "2"}, Verdict.EXPLAINED, "output stands on another bill", id="a part of it"),
        pytest.param({"input": "12"}, Verdict.EXPLAINED, "hold more than the items", id="one line for all"),
        pytest.param({"input": "1", "output": "5"}, Verdict.EXPLAINED, "ran as batch", id="batch by item"),
        pytest.param({"input": "1"}, Verdict.EXPLAINED, "ran as batch", id="batch, a part of it"),
        pytest.param({"input": "5", "output": "6.5"}, Verdict.UNEXPLAINED, "", id="shifted between items"),
    ],
)
def test_a_bill_by_item(billed: dict[str, str], verdict: Verdict, words: str) -> None:
    charges = [charge(amount, item=item) for item, amount in billed.items()]
    line = checked(MODES, used(Usage(MTOK, output_tokens=MTOK)), *charges)
    assert line.verdict == verdict
    assert words in line.why
    assert [part.item for part in line.parts] == ["input", "output"]


def test_searches_that_a_bill_lists_apart_are_no_part_of_the_models() -> None:
    rules = (*PLAIN, rule("web_search", "10", per=1000))
    use = used(Usage(MTOK, web_searches=300))
    found = reconcile(Statement((use,), (charge("2"), charge("3", model="", item="web_search"))), sold(model(*rules)))
    assert [(line.name, line.item, line.verdict) for line in found.lines] == [
        ("Acme", "web_search", Verdict.AGREES),
        ("M", "", Verdict.AGREES),
    ]
    assert found.computed.usd == found.billed_usd == 5


def test_searches_that_nobody_counted_are_not_checked() -> None:
    charges = charge("2"), charge("3", model="", item="web_search")
    uses = used(Usage(MTOK)), used(Usage(MTOK), model="unknown")
    line, *_ = reconcile(Statement(uses, charges), sold(model(*PLAIN))).lines
    assert (line.verdict, line.computed) == (Verdict.NO_USAGE, None)
    assert "counts none of it" in line.why


def test_a_mode_that_only_the_bill_tells_is_taken_from_it() -> None:
    assert checked(MODES, used(CACHED), charge("3", mode=FLEX)).verdict == Verdict.AGREES
    assert checked(MODES, used(CACHED, mode=BATCH), charge("7.5", mode=FLEX)).verdict == Verdict.AGREES


# Who bills


def test_a_router_and_a_seller_each_bill_the_same_requests_once() -> None:
    use = used(Usage(MTOK), by="Router")
    found = reconcile(Statement((use,), (charge("2", by="Router"), charge("1", by="Acme"))), sold(model(*MODES)))
    assert [(line.by, line.verdict, line.requests) for line in found.lines] == [
        ("Acme", Verdict.EXPLAINED, 10),
        ("Router", Verdict.AGREES, 10),
    ]


def test_a_sellers_own_export_goes_before_the_log_of_another() -> None:
    uses = used(Usage(MTOK)), used(Usage(9 * MTOK), by="")
    found = reconcile(Statement(uses, (charge("2"),)), sold(model(*PLAIN)))
    assert {line.verdict: line.requests for line in found.lines} == {Verdict.AGREES: 10, Verdict.NO_BILL: 10}


@pytest.mark.parametrize(
    ("charged", "words"),
    [
        pytest.param(
            {"amount": "2.10", "own_key": Decimal(2)}, "your own key paid for it and Acme took a fee", id="a fee"
        ),
        pytest.param({"amount": "3.30", "own_key": Decimal("1.3")}, "what your own key paid is counted", id="twice"),
        pytest.param({"amount": "1.50", "own_key": Decimal("1.4")}, "", id="neither"),
    ],
)
def test_keys_of_the_users_own(charged: dict[str, Any], words: str) -> None:
    amount, own_key = charged["amount"], charged["own_key"]
    line = checked(PLAIN, used(Usage(MTOK)), charge(amount, own_key=own_key))
    assert bool(line.explanations) == bool(words)
    assert words in line.why


def test_a_discount_for_cached_input_that_the_bill_tells() -> None:
    # Fresh 4 × 2 + 10 = 18, less a discount of 2.4 where ours would be 3.
    line = checked(MODES, used(CACHED), charge("15.60", cache_discount=Decimal("2.4")))
    assert [found.words for found in line.explanations] == ["the discount for cached input is the one of Acme"]


# Currencies


def test_a_bill_in_yuan_at_the_rate_of_the_day() -> None:
    per_usd = rate("CNY", DAY.date()).per_usd
    line = checked(PLAIN, used(Usage(MTOK)), charge(f"{2 * per_usd:.2f}", currency="CNY"))
    assert (line.verdict, line.currency, line.per_usd) == (Verdict.AGREES, "CNY", per_usd)
    assert line.billed_usd is not None
    assert abs(line.billed_usd - 2) < Decimal("0.001")


def test_the_rate_that_a_bill_tells_goes_before_that_of_the_day() -> None:
    line = checked(PLAIN, used(Usage(MTOK)), charge("16", currency="CNY", per_usd=Decimal(8)))
    assert (line.verdict, line.billed_usd) == (Verdict.AGREES, Decimal(2))


@pytest.mark.parametrize(
    ("own", "words"),
    [
        pytest.param({"input": "14", "output": "70"}, "ours at 7 CNY for a dollar on every item", id="one rate"),
        pytest.param({"input": "24", "output": "60"}, "which are not those on record", id="other prices"),
        pytest.param({"input": "14", "output": "60"}, "", id="prices that do not make up the bill"),
    ],
)
def test_prices_that_the_export_itself_tells(own: dict[str, str], words: str) -> None:
    prices = tuple(OwnPrice(DAY, DAY + ONE, "acme", "m", item, Decimal(amount)) for item, amount in own.items())
    use = used(Usage(MTOK, output_tokens=MTOK))
    line = checked(PLAIN, use, charge("84", currency="CNY"), own_prices=prices)
    assert line.verdict == (Verdict.EXPLAINED if words else Verdict.UNEXPLAINED)
    assert words in line.why


def test_currencies_are_never_mixed_without_a_rate() -> None:
    half = 5 * rate("CNY", DAY.date()).per_usd
    line = checked(PLAIN, used(Usage(5 * MTOK)), charge("5"), charge(f"{half:.4f}", currency="CNY"))
    assert (line.verdict, line.currency, line.billed == line.billed_usd) == (Verdict.AGREES, "USD", True)


# Laws

TOKENS = st.integers(0, 10**9)
USAGES = st.builds(Usage, TOKENS, TOKENS, output_tokens=TOKENS)
EXACTLY = Decimal(0)


@given(USAGES, st.sampled_from([STANDARD, BATCH, FLEX, EU]), st.sampled_from([STANDARD, BATCH, FLEX, EU]))
def test_whatever_mode_was_billed_is_found(usage: Usage, told: Mode, true: Mode) -> None:
    prices = {r.item: r.low for r in MODES if r.mode == true}
    sums = zip(("input", "cache_read", "output"), (usage.counts[0], usage.counts[1], usage.output_tokens), strict=True)
    billed = sum((prices[item] * n / MTOK for item, n in sums), Decimal(0))
    line = checked(MODES, used(usage, mode=told), charge(f"{billed}", rounding=EXACTLY))
    assert line.verdict in {Verdict.AGREES, Verdict.EXPLAINED}
    assert line.computed is not None
    if line.verdict is Verdict.EXPLAINED:
        assert any(abs(found.usd - billed) <= billed / 10_000 for found in line.explanations)
    assert true != told or line.verdict is Verdict.AGREES


MODELS = st.sampled_from(["m", "n", "x"])
DAYS = st.integers(-2, 2).map(lambda n: DAY + n * ONE)
AMOUNTS = st.decimals(-5, 500, places=2).map(str)
ITEMS = st.sampled_from(["", "input", "output", "web_search", "storage"])
USES = st.builds(
    lambda usage, start, name, by: used(usage, start=start, model=name, by=by),
    USAGES, DAYS, MODELS, st.sampled_from(["Acme", "Router", ""]),
)  # fmt: skip
CHARGES = st.builds(
    lambda amount, start, name, item, by: charge(amount, start=start, model=name, item=item, by=by),
    AMOUNTS, DAYS, st.one_of(MODELS, st.just("")), ITEMS, st.sampled_from(["Acme", "Router"]),
)  # fmt: skip


@given(st.lists(USES, max_size=6), st.lists(CHARGES, min_size=1, max_size=8))
def test_every_charge_stands_on_one_line_and_no_use_is_lost(uses: list[Used], charges: list[Charge]) -> None:
    rules = (*MODES, rule("web_search", "10", per=1000))
    found = reconcile(Statement(tuple(uses), tuple(charges)), sold(model(*rules), model(*rules, id="n")))
    assert sum((line.billed for line in found.lines if line.billed is not None), EXACTLY) == sum(
        (each.amount for each in charges), EXACTLY
    )
    by_model = [line for line in found.lines if not line.item]
    assert sum(line.requests for line in by_model) >= sum(use.requests for use in set(uses))
    assert found.checked_share is None or 0 <= found.checked_share <= 1
    for line in found.lines:
        assert (line.verdict is not Verdict.UNPRICED) or line.computed is None
        assert headline(found, USD)


# Words


@pytest.mark.parametrize(
    ("usd", "written"),
    [
        pytest.param("7.9953", "$7.9953", id="below the cent"),
        pytest.param("8", "$8.00", id="whole"),
        pytest.param("-0.0001", "-$0.0001", id="negative"),
        pytest.param("1234567.8", "$1,234,567.80", id="thousands"),
        pytest.param("0.0000004", "$0.00", id="below a millionth"),
    ],
)
def test_amounts_are_written_to_the_millionth(usd: str, written: str) -> None:
    assert exact(Decimal(usd), USD) == written
    assert exact(None, USD) == ""


# The samples


SAMPLES = {
    ("openai_costs.json", "openai_usage_completions.json"): {"GPT-5.4": "explained"},
    ("openai_cost_dashboard.csv", "openai_usage_completions.csv"): {"all models": "agrees", "GPT-5.4 mini": "no bill"},
    ("anthropic_console_cost.csv", "anthropic_console_usage.csv"): {
        "Claude Sonnet 4.6": "explained",
        "Claude Haiku 4.5": "no bill",
    },
    ("anthropic_console_cost.csv", "anthropic_usage_report_messages.json"): {"Claude Sonnet 4.6": "explained"},
    ("deepseek_amount.csv", "deepseek_cost.csv"): {"DeepSeek V4.1-Flash": "explained"},
    ("deepseek_usage_data_2026-10-01_2026-11-01.zip",): {"DeepSeek V4.1-Flash": "explained"},
    ("openrouter_activity.csv",): {"Claude Sonnet 4.6": "not explained", "DeepSeek V4-Pro": "not explained"},
    ("openrouter_activity_api.json",): {"GPT-4.1": "not explained"},
    ("litellm_spend_logs.jsonl",): {"DeepSeek V4-Pro": "not explained"},
    ("langfuse_observations.jsonl",): {"GPT-5.4 mini": "explained"},
    ("gcp_billing_standard.csv",): {"Gemini 2.5 Flash": "agrees"},
}


@pytest.mark.shared
@pytest.mark.parametrize("names", SAMPLES, ids="+".join)
def test_every_sample_with_amounts(shared: Path, names: tuple[str, ...]) -> None:
    folder = shared / "usage_exports"
    book = catalog()
    found = reconcile(read_statement([(n, (folder / n).read_bytes()) for n in names], book.sizes), book)
    assert {line.name: line.verdict.value for line in found.lines} == SAMPLES[names]
    assert found.checked_share == 1


# A real account of October 2025, without its ids. Its usage is complete for three days and missing for one.
# Source: github.com/xavierjflanagan/Guardian, openai-usage-and-cost-report-2025-10-12.md
REAL_COSTS = """start_time\tend_time\tstart_time_iso\tend_time_iso\tamount_value\tamount_currency\tline_item
1759795200\t1759881600\t2025-10-07T00:00:00+00:00\t2025-10-08T00:00:00+00:00\t0.569788\tusd\t
1759881600\t1759968000\t2025-10-08T00:00:00+00:00\t2025-10-09T00:00:00+00:00\t0.5455665000000000\tusd\t
1759968000\t1760054400\t2025-10-09T00:00:00+00:00\t2025-10-10T00:00:00+00:00\t\t\t
1760054400\t1760140800\t2025-10-10T00:00:00+00:00\t2025-10-11T00:00:00+00:00\t0.34090000000000000\tusd\t
1760140800\t1760227200\t2025-10-11T00:00:00+00:00\t2025-10-12T00:00:00+00:00\t0.072054\tusd\t
"""
REAL_USAGE = """start_time\tend_time\tnum_model_requests\tmodel\tbatch\tservice_tier\
\tinput_tokens\toutput_tokens\tinput_cached_tokens
1759795200\t1759881600\t21.0\tgpt-5-mini-2025-08-07\tFALSE\tdefault\t80992.0\t274770.0\t0.0
1759881600\t1759968000\t\t\t\t\t\t\t
1760054400\t1760140800\t11.0\tgpt-5-mini-2025-08-07\tFALSE\tdefault\t124784.0\t154852.0\t0.0
1760140800\t1760227200\t2.0\tgpt-5-mini-2025-08-07\tFALSE\tdefault\t22688.0\t33191.0\t0.0
"""


def test_a_real_bill_agrees_to_the_last_digit() -> None:
    files = [("costs.tsv", REAL_COSTS.encode()), ("usage.tsv", REAL_USAGE.encode())]
    found = reconcile(read_statement(files, catalog().sizes), catalog())
    assert [line.verdict for line in found.lines] == [
        Verdict.AGREES,
        Verdict.NO_USAGE,
        Verdict.AGREES,
        Verdict.AGREES,
    ]
    assert found.computed.usd == found.billed_usd == Decimal("0.982742")


# The command

OPENAI_COSTS = (
    "start_time_iso,end_time_iso,amount_value,amount_currency,line_item,user_email\n"
    '2026-10-05T00:00:00+00:00,2026-10-06T00:00:00+00:00,{},usd,"gpt-5.4-2026-03-05, {}",owner@example.com\n'
)
OPENAI_USAGE = (
    "start_time_iso,end_time_iso,model,num_model_requests,input_tokens,output_tokens,input_cached_tokens\n"
    "2026-10-05T00:00:00Z,2026-10-06T00:00:00Z,gpt-5.4-2026-03-05,1000,2000000,0,0\n"
)


@pytest.fixture
def reconciled(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """The exit code and all that is said of 2,000,000 tokens on GPT-5.4 at $2.50 that were billed so."""

    def run(billed: str, *flags: str, item: str = "input") -> tuple[int, str]:
        costs, usage = tmp_path / "costs.csv", tmp_path / "usage.csv"
        costs.write_text(OPENAI_COSTS.format(billed, item), encoding="utf-8")
        usage.write_text(OPENAI_USAGE, encoding="utf-8")
        code = main(["reconcile", str(costs), str(usage), *flags])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


@pytest.mark.parametrize(
    ("billed", "code", "said"),
    [
        pytest.param("5.00", 0, "We compute $5.00; OpenAI billed $5.00: the same.", id="agrees"),
        pytest.param("2.50", 0, "fits if all of it ran as batch, or if all of it ran on the flex tier", id="explained"),
        pytest.param("4.00", 3, "Not explained: $1.00.", id="not explained"),
    ],
)
def test_the_command_ends_with_three_where_a_person_is_needed(
    reconciled: Callable[..., tuple[int, str]], billed: str, code: int, said: str
) -> None:
    ended, out = reconciled(billed)
    assert ended == code
    assert said in out
    assert "owner" not in out


def test_the_command_in_json(reconciled: Callable[..., tuple[int, str]]) -> None:
    code, out = reconciled("4.00", "--json", "--currency", "EUR")
    answer = json.loads(out)
    (line,) = answer["lines"]
    assert code == 3
    assert (answer["computed_usd"], answer["billed_usd"], answer["unexplained_usd"]) == (5, 4, 1)
    assert (answer["currency"], answer["rate_date"]) == ("EUR", "2026-10-05")
    assert (line["verdict"], line["model"], line["billed_by"]) == ("not explained", "openai/gpt-5.4", "OpenAI")
    assert line["parts"] == [{"item": "input", "computed_usd": 5, "billed_usd": 4}]
    assert line["sources"] == ["genai-prices"]
    assert "genai-prices" in answer["sources"]


def test_the_command_says_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "usage.csv"
    file.write_text(OPENAI_USAGE, encoding="utf-8")
    assert main(["reconcile", str(file)]) == 2
    assert "no file tells what was billed" in capsys.readouterr().err


# The page


def _page() -> None:
    from estimator.dashboard import bill  # noqa: PLC0415 - the body of a script that Streamlit runs
    from estimator.dashboard.parts import told  # noqa: PLC0415 - the body of a script that Streamlit runs

    with told():
        bill.show()


def opened(*files: tuple[str, str]) -> AppTest:
    page = AppTest.from_function(_page, default_timeout=60).run()
    if files:
        uploads = [(name, text.encode(), "text/csv") for name, text in files]
        page.file_uploader(key="bills").set_value(uploads).run()
    assert not page.exception, page.exception
    return page


def test_the_page_asks_for_files() -> None:
    assert "Choose the files" in opened().info[0].value


def test_the_page_holds_a_bill_against_its_usage() -> None:
    page = opened(("costs.csv", OPENAI_COSTS.format("2.50", "input")), ("usage.csv", OPENAI_USAGE))
    said = "\n".join(str(element.value) for element in page.markdown)
    assert r"We compute \$5.00; OpenAI billed \$2.50\: 100 % apart." in said
    assert r"It comes to \$2.50 if all of it ran as batch." in said
    row = page.dataframe[0].value.iloc[0]
    assert (row["Model"], row["Verdict"], row["Sources"]) == ("GPT-5.4", "≈ explained", "genai-prices")
    assert (row["We compute"], row["Billed"], row["Apart"]) == (5, 2.5, -2.5)


def test_the_page_in_another_currency_says_at_which_rate() -> None:
    page = AppTest.from_function(_page, default_timeout=60)
    page.session_state["currency"] = "EUR"
    page.run()
    uploads = [("c.csv", OPENAI_COSTS.format("5.00", "input").encode(), ""), ("u.csv", OPENAI_USAGE.encode(), "")]
    page.file_uploader(key="bills").set_value(uploads).run()
    assert not page.exception, page.exception
    assert "We compute €4.46" in page.markdown[0].value  # 1 euro was 1.1204 dollars on that day.
    assert "5 October 2026" in page.caption[0].value


def test_the_page_says_what_could_not_be_checked_and_what_is_wrong() -> None:
    page = opened(("c.csv", OPENAI_COSTS.format("2.50", "input").replace("gpt-5.4", "gpt-9")), ("u.csv", OPENAI_USAGE))
    said = "\n".join(str(element.value) for kind in (page.markdown, page.subheader) for element in kind)
    assert "What could not be checked" in said
    assert "**gpt-9-2026-03-05**, 5 Oct 2026: no model called gpt-9-2026-03-05 is on record." in said
    assert "No file tells what was billed" in opened(("u.csv", OPENAI_USAGE)).error[0].value
