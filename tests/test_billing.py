"""A profile on a price list that lacks something. That its bill is exact stands in test_profile."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.decision.billing import as_sold_by, price_profile
from pricing import BILLABLE, CLAIMS, InputError, Mode, PriceRule, Unpriced, Usage
from tests.made_up import AT, CACHED, MTOK, PLAIN, model, rule, work

READ = rule("cache_read", "0.2")
WRITE = rule("cache_write_5m", "2.5")
HOUR = rule("cache_write_1h", "4")
Rules = tuple[PriceRule, ...]


@pytest.mark.parametrize(
    ("rules", "split", "note"),
    [
        pytest.param((READ, WRITE, HOUR), (100, 200, 300, 400), "", id="all are sold"),
        pytest.param((READ, WRITE), (100, 200, 700, 0), "writes to its shorter cache", id="no cache of an hour"),
        pytest.param((READ,), (800, 200, 0, 0), "fresh input", id="writes are free"),
        pytest.param((WRITE, HOUR), (300, 0, 300, 400), "fresh input", id="no reads"),
        pytest.param((READ, HOUR), (400, 200, 0, 400), "fresh input", id="only the cache of an hour"),
        pytest.param((), (1000, 0, 0, 0), "fresh input", id="no cache at all"),
    ],
)
def test_tokens_go_to_what_the_seller_has(rules: Rules, split: tuple[int, int, int, int], note: str) -> None:
    made, said = as_sold_by(model(*PLAIN, *rules), work(CACHED, hours=1).typical)
    assert made.usage == Usage(*split)
    assert said == (f"M bills no cache of this kind: those tokens count as {note}." if note else "")


def test_cached_sound_becomes_fresh_sound() -> None:
    sound = Usage(uncached_audio_tokens=5, cache_read_audio_tokens=7)
    made, _ = as_sold_by(model(*PLAIN, rule("input_audio", "3")), work(sound, hours=1).typical)
    assert made.usage == Usage(uncached_audio_tokens=12)


def test_a_seller_without_a_cache_leaves_uncached_work_as_it_is() -> None:
    plain = work(Usage(uncached_input_tokens=5, output_tokens=7)).typical
    assert as_sold_by(model(*PLAIN), plain) == (plain, "")


def test_what_is_only_claimed_is_not_sold() -> None:
    claimed = model(*PLAIN, rule("cache_read", "0.1", status="claimed"))
    cached = work(Usage(cache_read_tokens=200), hours=1).typical
    assert as_sold_by(claimed, cached, statuses=BILLABLE)[0].usage == Usage(uncached_input_tokens=200)
    assert as_sold_by(claimed, cached, statuses=CLAIMS)[0].usage == Usage(cache_read_tokens=200)


buckets = ("uncached_input_tokens", "cache_read_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens")


@given(
    st.fixed_dictionaries(dict.fromkeys(buckets, st.integers(0, 5000))),
    st.sets(st.sampled_from([READ, WRITE, HOUR])),
)
def test_moving_tokens_keeps_their_sum_and_leaves_none_without_a_price(
    counts: dict[str, int], rules: set[PriceRule]
) -> None:
    seller = model(*PLAIN, *rules)
    before = work(Usage(**counts)).typical
    after, _ = as_sold_by(seller, before)
    assert after.usage.total_input_tokens == before.usage.total_input_tokens
    assert {line.item for line in price_profile(seller, after).lines} <= {r.item for r in seller.rules}


TIERED = model(*PLAIN, rule("input", "4", min_input_tokens=200))


def test_a_profile_that_knows_nothing_of_a_tier_is_refused() -> None:
    with pytest.raises(InputError, match="before m had its price tiers: profile the file again"):
        price_profile(TIERED, work(Usage(uncached_input_tokens=300)).typical)


@pytest.mark.parametrize(
    ("tokens", "usd"),
    [pytest.param(200, "0.0004", id="at the tier"), pytest.param(201, "0.000804", id="above the tier")],
)
def test_a_profile_that_knows_the_tier_is_priced_by_it(tokens: int, usd: str) -> None:
    once = work(Usage(uncached_input_tokens=tokens), sizes=(0, 201), hours=1)
    assert price_profile(TIERED, once.typical).usd == Decimal(usd)


@pytest.mark.parametrize(
    ("usage", "how", "message"),
    [
        pytest.param(Usage(web_searches=1), {}, "no price for web_search of acme/m is on record", id="no such price"),
        pytest.param(
            Usage(output_tokens=1),
            {"mode": Mode(processing="batch")},
            "no processing batch price for output of acme/m is on record",
            id="not in this mode",
        ),
        pytest.param(
            Usage(output_tokens=1),
            {"at": datetime(2026, 10, 31, tzinfo=UTC)},
            "no standard price for output of acme/m was in force on 2026-10-31",
            id="not yet",
        ),
    ],
)
def test_what_has_no_price_is_not_free(usage: Usage, how: dict[str, object], message: str) -> None:
    since = rule("output", "10", valid_from="2026-11-01T00:00Z")
    with pytest.raises(Unpriced, match=message):
        price_profile(model(rule("input", "2"), since), work(usage).typical, **how)  # type: ignore[arg-type]


def test_a_date_needs_a_time_zone() -> None:
    changed = model(rule("output", "10", valid_from="2026-11-01T00:00Z"))
    with pytest.raises(InputError, match="has no time zone: add Z for UTC"):
        price_profile(changed, work(Usage(output_tokens=1)).typical, at=AT.replace(tzinfo=None))


def test_requests_keep_their_hours_at_the_prices_of_another_date() -> None:
    cheap_by_night = model(rule("output", "10"), rule("output", "4", window="night"))
    bill = price_profile(cheap_by_night, work(Usage(output_tokens=MTOK)).typical, at=AT.replace(hour=12))
    assert {line.rule.window: line.quantity for line in bill.lines} == {"night": 6 * MTOK, "": 4 * MTOK}
    assert bill.usd == 6 * 4 + 4 * 10


def test_a_cache_that_is_not_sold_in_a_mode_is_not_there() -> None:
    # Cached reads have a standard price, but none in batch.
    batch = (rule("input", "1", processing="batch"), rule("output", "5", processing="batch"))
    seller = model(*PLAIN, rule("cache_read", "0.2"), *batch)
    cached = work(Usage(cache_read_tokens=200), hours=1).typical
    assert as_sold_by(seller, cached)[0].usage == Usage(cache_read_tokens=200)
    assert as_sold_by(seller, cached, mode=Mode(processing="batch"))[0].usage == Usage(uncached_input_tokens=200)
