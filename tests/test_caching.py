"""What a prompt cache would find: 1 − exp(−life/gap) of what repeats, and never a token more or less."""

import math
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.workload import (
    CacheTerms,
    Profile,
    Record,
    cache_terms,
    find_terms,
    from_profile,
    profile,
    tells_caching,
    with_assumed_reuse,
    with_caching,
    without_caching,
)
from estimator.workload.caching import hit_share
from pricing import InputError, Usage
from pricing.facts import sources

SIZES = (0, 200_001)
START = datetime(2026, 12, 1, tzinfo=UTC)
TERMS = CacheTerms(
    provider="p",
    min_prefix_tokens=1000,
    life_s_low=300,
    life_s_typical=300,
    life_s_high=300,
    status="published",
    source="s",
)


def hour_of(requests: int, tokens: int) -> Profile:
    return profile([Record(START, Usage(tokens * requests, output_tokens=requests), requests)], SIZES)


def test_terms_are_sourced_and_in_order() -> None:
    assert {"openai", "anthropic", "google", "deepseek"} <= {terms.provider for terms in cache_terms()}
    assert len({(terms.provider, terms.model_prefix) for terms in cache_terms()}) == len(cache_terms())
    for terms in cache_terms():
        assert terms.source in sources()
        assert sources()[terms.source].accessed_on <= date.today()  # noqa: DTZ011
        assert terms.life_s_low <= terms.life_s_typical <= terms.life_s_high


@pytest.mark.parametrize(
    ("requests", "gap_s", "expected_gap_s"),
    [
        pytest.param(1, 600, 600, id="alone in its hour: the session's gap"),
        pytest.param(3, 600, 600, id="another every half hour: the session is sooner"),
        pytest.param(7, 600, 600, id="both alike"),
        pytest.param(61, 600, 60, id="another each minute: the arrivals are sooner"),
    ],
)
def test_hit_share_follows_the_sooner_repeat(requests: int, gap_s: float, expected_gap_s: float) -> None:
    made = with_caching(hour_of(requests, 10_000), 0.8, gap_s, TERMS, life_s=300, charges_writes=False)
    repeated = 8_000 * requests
    assert made.usage.cache_read_tokens == math.floor(repeated * (1 - math.exp(-300 / expected_gap_s)))
    assert made.usage.cache_write_5m_tokens == 0


def test_one_life_apart_finds_63_per_cent() -> None:
    assert hit_share(300, 300) == pytest.approx(0.632121, abs=1e-6)


def test_missed_repeats_are_written_where_writes_are_charged() -> None:
    made = with_caching(hour_of(1, 10_000), 0.8, 300, TERMS, life_s=300, charges_writes=True)
    assert made.usage == Usage(2_000, 5_056, 2_944, output_tokens=1)


@pytest.mark.parametrize(
    ("tokens", "moved"),
    [
        pytest.param(1999, False, id="just below the least prefix"),
        pytest.param(2000, True, id="at it"),
    ],
)
def test_short_prefixes_are_not_cached(tokens: int, moved: bool) -> None:
    made = with_caching(hour_of(5, tokens), 0.5, 60, TERMS, life_s=300, charges_writes=True)
    assert bool(made.usage.cache_read_tokens) is moved
    assert bool(made.usage.cache_write_5m_tokens) is moved


@pytest.mark.parametrize(
    ("tokens", "block", "read"),
    [
        pytest.param(2302, 128, 1024, id="a token short of another block"),
        pytest.param(2304, 128, 1152, id="nine blocks"),
        pytest.param(2306, 128, 1152, id="a token more"),
        pytest.param(2302, None, 1151, id="no blocks on record"),
    ],
)
def test_only_whole_blocks_are_found(tokens: int, block: int | None, read: int) -> None:
    terms = TERMS.model_copy(update={"block_tokens": block})
    made = with_caching(hour_of(5, tokens), 0.5, 1e-9, terms, life_s=300, charges_writes=False)
    assert made.usage.cache_read_tokens == 5 * read


@pytest.mark.parametrize(
    ("provider", "model", "least", "block"),
    [
        pytest.param("openai", "gpt-5.4", 1024, 128, id="steps of 128"),
        pytest.param("openai", "gpt-5.6-luna", 1024, None, id="from GPT-5.6 on no step is stated"),
        pytest.param("openai", "gpt-6-sol", 1024, None, id="later"),
        pytest.param("openai", "o3-mini", 1024, 128, id="reasoning models"),
        pytest.param("anthropic", "claude-sonnet-4-6", 2048, None, id="the seller's own row"),
        pytest.param("anthropic", "claude-sonnet-4-5", 1024, None, id="Sonnet 4.5"),
        pytest.param("anthropic", "claude-haiku-4-5", 4096, None, id="Haiku 4.5"),
        pytest.param("deepseek", "deepseek-v4-pro", 64, 64, id="units of 64"),
        pytest.param("google", "gemini-2.5-flash", 2048, None, id="Gemini 2.5"),
        pytest.param("google", "gemini-3.5-flash", 4096, None, id="Gemini 3 and later"),
    ],
)
def test_terms_of_a_model(provider: str, model: str, least: int, block: int | None) -> None:
    found = find_terms(provider, model)
    assert found is not None
    assert (found.min_prefix_tokens, found.block_tokens) == (least, block)


def test_a_seller_without_terms() -> None:
    assert find_terms("acme", "m") is None


def test_reuse_is_taken_for_granted_only_where_nothing_is_known() -> None:
    plain = from_profile(hour_of(1, 10_000), "log")
    assumed = with_assumed_reuse(plain)
    assert (assumed.repeated_share, assumed.reuse_gap_s) == ((0, 0.3, 0.7), 300)
    assert len(assumed.assumptions) == len(plain.assumptions) + 1
    assert with_assumed_reuse(assumed) is assumed
    told = from_profile(profile([Record(START, Usage(10, 5))], SIZES), "log")
    assert with_assumed_reuse(told) is told


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_without_caching_every_token_is_fresh(fresh: int, read: int, written: int) -> None:
    made = profile([Record(START, Usage(fresh, read, written, written, output_tokens=7))], SIZES)
    plain = without_caching(made)
    assert plain.usage == Usage(fresh + read + 2 * written, output_tokens=7)
    assert tells_caching(made) is bool(read or written)
    assert not tells_caching(plain)


def test_both_halves_of_an_hour_count_as_arrivals() -> None:
    half = timedelta(minutes=30)
    split = profile([Record(START + half * i, Usage(10_000 * 30), 30) for i in (0, 1)], SIZES)
    together = hour_of(60, 10_000)
    found = [
        with_caching(made, 0.5, 1e9, TERMS, life_s=60, charges_writes=False).usage.cache_read_tokens
        for made in (split, together)
    ]
    assert found[0] == pytest.approx(found[1], abs=1)


amounts = st.lists(
    st.builds(
        lambda minutes, fresh, read, n: Record(
            START + timedelta(minutes=minutes), Usage(fresh, read, output_tokens=n), n
        ),
        st.integers(0, 5000),
        st.integers(0, 10**6),
        st.integers(0, 10**4),
        st.integers(1, 50),
    ),
    min_size=1,
    max_size=8,
)


@given(amounts, st.floats(0, 1), st.floats(1, 1e6), st.floats(0, 1e6), st.booleans())
def test_tokens_and_requests_are_conserved(
    records: list[Record], share: float, gap_s: float, life_s: float, charges_writes: bool
) -> None:
    before = profile(records, SIZES)
    after = with_caching(before, share, gap_s, TERMS, life_s=life_s, charges_writes=charges_writes)
    assert after.usage.total_input_tokens == before.usage.total_input_tokens
    assert after.usage.output_tokens == before.usage.output_tokens
    assert after.usage.cache_read_tokens >= before.usage.cache_read_tokens
    assert [(c.start, c.floor, c.requests) for c in after.cells] == [
        (c.start, c.floor, c.requests) for c in before.cells
    ]


@given(st.floats(0, 1), st.floats(0, 1), st.floats(1, 1e5), st.floats(1, 1e5))
def test_more_repeats_and_longer_lives_never_find_less(a: float, b: float, life_a: float, life_b: float) -> None:
    made = hour_of(1, 10_000)

    def read(share: float, life_s: float) -> int:
        return with_caching(made, share, 600, TERMS, life_s=life_s, charges_writes=True).usage.cache_read_tokens

    assert read(min(a, b), min(life_a, life_b)) <= read(max(a, b), max(life_a, life_b))


@pytest.mark.parametrize(
    ("share", "life_s"), [pytest.param(0, 300, id="nothing repeats"), pytest.param(1, 0, id="nothing is kept")]
)
def test_nothing_found_is_nothing_moved(share: float, life_s: float) -> None:
    made = hour_of(9, 10_000)
    assert with_caching(made, share, 60, TERMS, life_s=life_s, charges_writes=False) == made


@pytest.mark.parametrize(("share", "gap_s"), [(-0.1, 60), (1.1, 60), (0.5, 0), (0.5, -1)])
def test_what_cannot_be_is_refused(share: float, gap_s: float) -> None:
    with pytest.raises(InputError):
        with_caching(hour_of(1, 10_000), share, gap_s, TERMS, life_s=300, charges_writes=False)
