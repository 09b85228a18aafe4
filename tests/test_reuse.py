"""What repeats an earlier beginning: the published shares of a real trace, cases by hand, and laws."""

import json
import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.workload import (
    CacheTerms,
    Prompt,
    Record,
    Repeat,
    Reuse,
    block_hashes,
    cache_terms,
    from_profile,
    load,
    measure,
    merge,
    profile,
    read_usage,
    save,
    with_caching,
)
from estimator.workload.reuse import AGES_S, PREFIXES_TOKENS, Chain, Turns, blocks_in, measure_turns
from pricing import InputError, Usage

SIZES = (0, 200_001)
START = datetime(2026, 12, 1, tzinfo=UTC)


def prompt(at_s: float, tokens: int, blocks: str) -> Prompt:
    """Blocks by letter."""
    return Prompt(START + timedelta(seconds=at_s), tokens, tuple(blocks))


@pytest.mark.shared
def test_the_published_shares(shared: Path) -> None:
    lines = (shared / "traces" / "mooncake_synthetic_trace.jsonl").read_text(encoding="utf-8").splitlines()
    rows = map(json.loads, lines)
    made = measure(
        (
            Prompt(START + timedelta(milliseconds=row["timestamp"]), row["input_length"], tuple(row["hash_ids"]))
            for row in rows
        ),
        512,
    )
    assert f"{made.reused_share():.1%}" == "65.1%"
    assert f"{made.reused_share(300):.1%}" == "59.5%"


@pytest.mark.parametrize(
    ("prompts", "by_age"),
    [
        pytest.param([prompt(0, 20, "ab")], (), id="the first of all"),
        pytest.param([prompt(0, 20, "ab"), prompt(60, 20, "cb")], (), id="no beginning"),
        pytest.param([prompt(0, 20, "ab"), prompt(60, 20, "ac")], ((60, 10),), id="a beginning, at an edge of age"),
        pytest.param([prompt(0, 20, "ab"), prompt(60.001, 20, "ac")], ((120, 10),), id="just above the edge"),
        pytest.param([prompt(0, 13, "ab"), prompt(9, 13, "ab")], ((10, 13),), id="a last block in part"),
        pytest.param([prompt(0, 30, "abc"), prompt(9, 30, "axc")], ((10, 10),), id="broken off"),
        pytest.param([prompt(0, 10, "a"), prompt(9, 10, "a"), prompt(18, 10, "a")], ((10, 20),), id="kept alive"),
        pytest.param([prompt(9, 10, "a"), prompt(0, 20, "ab")], ((10, 10),), id="out of order"),
        pytest.param(
            [prompt(0, 20, "ab"), prompt(100, 10, "a"), prompt(110, 20, "ab")],
            ((10, 10), (120, 20)),
            id="young before old",
        ),
        pytest.param(
            [prompt(0, 10, "a"), prompt(290, 20, "cb"), prompt(300, 20, "ab")],
            ((300, 20),),
            id="a young block is as old as what stands before it",
        ),
    ],
)
def test_by_age(prompts: list[Prompt], by_age: tuple[tuple[int, int], ...]) -> None:
    assert measure(prompts, 10).by_age == by_age


@pytest.mark.parametrize(
    ("life_s", "min_prefix_tokens", "expected"),
    [
        pytest.param(None, 0, 350, id="no expiry"),
        pytest.param(1e12, 0, 350, id="longer than ever"),
        pytest.param(0, 0, 0, id="nothing is kept"),
        pytest.param(59, 0, 0, id="below the youngest"),
        pytest.param(60, 0, 100, id="the youngest"),
        pytest.param(299, 0, 100, id="below the oldest"),
        pytest.param(300, 0, 350, id="the oldest"),
        pytest.param(300, 64, 300, id="without what is too short"),
        pytest.param(60, 64, 100, id="long enough while young"),
        pytest.param(60, 128, 0, id="too short while young"),
        pytest.param(300, 128, 200, id="long enough once all of it is kept"),
        pytest.param(300, 129, 0, id="the least prefix is rounded up"),
        pytest.param(None, 32_769, 0, id="above the last edge"),
    ],
)
def test_a_cache_finds(life_s: float | None, min_prefix_tokens: int, expected: int) -> None:
    # The third finds 100 tokens 240 s old; the fourth 100 that are 60 s old, then 100 of 300 s; the last 50 of 300 s.
    prompts = [
        prompt(0, 200, "ab"),
        prompt(0, 50, "z"),
        prompt(240, 100, "a"),
        prompt(300, 200, "ab"),
        prompt(300, 50, "z"),
    ]
    assert measure(prompts, 100).reused_share(life_s, min_prefix_tokens) == expected / 600


def test_no_input_has_no_reuse() -> None:
    assert measure([prompt(0, 0, "")], 10) == Reuse(0, (), 10)
    assert Reuse(0, (), 10).reused_share() == 0


@pytest.mark.parametrize(
    ("tokens", "blocks"),
    [pytest.param(0, "a", id="no tokens"), pytest.param(10, "ab", id="an empty block")],
)
def test_more_blocks_than_tokens_are_refused(tokens: int, blocks: str) -> None:
    with pytest.raises(InputError, match="too many"):
        measure([prompt(0, tokens, blocks)], 10)
    assert measure([prompt(0, tokens + 1, blocks)], 10).tokens == tokens + 1


def test_every_cache_on_record_lies_on_an_edge() -> None:
    for terms in cache_terms():
        assert {terms.life_s_low, terms.life_s_typical, terms.life_s_high} <= set(AGES_S)
        assert terms.min_prefix_tokens in PREFIXES_TOKENS


BLOCK = 100
ids = st.lists(st.integers(0, 2), max_size=12)
logs = st.lists(st.tuples(st.integers(0, 4000), ids), max_size=12).map(
    lambda made: [Prompt(START + timedelta(seconds=s), 50 * len(t), block_hashes(t, 2)) for s, t in made]
)
lives = st.sampled_from(AGES_S)


def found(prompts: list[Prompt], life_s: float, least: int) -> int:
    """The tokens found by a cache that is asked prompt after prompt."""
    kept: dict[object, datetime] = {}
    total = 0
    for one in sorted(prompts, key=lambda p: p.at):
        alive = [block in kept and (one.at - kept[block]).total_seconds() <= life_s for block in one.blocks]
        prefix = min(BLOCK * [*alive, False].index(False), one.tokens)
        total += prefix if prefix >= least else 0
        kept |= dict.fromkeys(one.blocks, one.at)
    return total


@given(logs, lives, st.sampled_from(PREFIXES_TOKENS))
def test_the_share_is_what_a_cache_would_find(prompts: list[Prompt], life_s: float, least: int) -> None:
    made = measure(prompts, BLOCK)
    assert made.reused_share(life_s, least) * made.tokens == pytest.approx(found(prompts, life_s, least))


def turns(prompts: list[Prompt]) -> list[Turns]:
    """The same prompts as chains of blocks that know their own ends."""
    ends = [[min(BLOCK * (n + 1), p.tokens) for n in range(len(p.blocks))] for p in prompts]
    return [Turns(p.at, p.tokens, Chain(list(p.blocks), e), len(e)) for p, e in zip(prompts, ends, strict=True)]


@given(logs)
def test_chains_are_measured_as_blocks_are(prompts: list[Prompt]) -> None:
    made = measure_turns(turns(prompts), timed=True)
    assert replace(made, block_tokens=BLOCK) == measure(prompts, BLOCK)


@given(logs)
def test_without_times_the_order_given_counts(prompts: list[Prompt]) -> None:
    made = measure_turns(turns(prompts), timed=False)
    in_order = [replace(p, at=START + timedelta(seconds=n)) for n, p in enumerate(prompts)]
    assert made.reused_share() == measure(in_order, BLOCK).reused_share()
    assert made.reused_share(AGES_S[-2]) == 0


def test_blocks_of_any_size() -> None:
    grown = Chain(["a", "b", "c"], [5, 105, 110])
    inputs = [Turns(START + timedelta(seconds=n), grown.ends[n] + 3, grown, n + 1) for n in range(3)]
    # 5 of the second, 105 of the third; 3 tokens of each belong to no block.
    expected = Reuse(8 + 108 + 113, (Repeat(0, 1, 110), Repeat(64, 1, 105)), 100)
    assert measure_turns(inputs, timed=True) == expected
    assert measure_turns(inputs[::-1], timed=True) == expected
    assert not expected.merge(replace(expected, timed=False)).timed


@given(logs, logs, logs)
def test_merging_has_no_order(a: list[Prompt], b: list[Prompt], c: list[Prompt]) -> None:
    x, y, z = (measure(prompts, BLOCK) for prompts in (a, b, c))
    assert x.merge(y) == y.merge(x)
    assert x.merge(y).merge(z) == x.merge(y.merge(z))


@given(logs, logs, lives)
def test_merging_loses_only_what_repeats_across_the_seam(a: list[Prompt], b: list[Prompt], life_s: float) -> None:
    apart, joint = measure(a, BLOCK).merge(measure(b, BLOCK)), measure([*a, *b], BLOCK)
    assert apart.tokens == joint.tokens
    assert apart.reused_share(life_s) <= joint.reused_share(life_s) + 1e-12


def test_merging_by_hand() -> None:
    one, two = measure([prompt(0, 10, "a"), prompt(9, 10, "a")], 10), measure([prompt(0, 8, "a"), prompt(9, 8, "a")], 8)
    assert one.merge(two) == Reuse(36, (Repeat(0, 10, 18),), 10)


@given(ids, ids, st.integers(1, 4))
def test_hashes_agree_as_far_as_the_prompts_do(a: list[int], b: list[int], block_tokens: int) -> None:
    x, y = block_hashes(a, block_tokens), block_hashes(b, block_tokens)
    assert len(x) == math.ceil(len(a) / block_tokens) == blocks_in(len(a), block_tokens)
    for n, (left, right) in enumerate(zip(x, y, strict=False), start=1):
        assert (left == right) is (a[: n * block_tokens] == b[: n * block_tokens])


def test_a_block_has_tokens() -> None:
    with pytest.raises(InputError, match="at least 1"):
        block_hashes([1], 0)


def record(minutes: float, tokens: int, blocks: str | None, **usage: int) -> Record:
    at = START + timedelta(minutes=minutes)
    return Record(at, Usage(tokens, **usage), blocks=None if blocks is None else tuple(blocks))


CHAT = [record(0, 32, "ab", output_tokens=5), record(2, 48, "abc", output_tokens=5), record(60, 20, "xy")]


def test_a_profile_carries_what_was_measured() -> None:
    assert profile(CHAT, SIZES).reuse == Reuse(100, (Repeat(0, 120, 32),), 16)


@pytest.mark.parametrize(
    ("records", "notes"),
    [
        pytest.param([record(0, 32, None)], 0, id="no blocks"),
        pytest.param([*CHAT, record(0, 32, None)], 1, id="not all have blocks"),
        pytest.param([*CHAT, record(0, 33, "ab")], 1, id="of no one size"),
        pytest.param([record(0, 0, None)], 0, id="no input"),
    ],
)
def test_what_is_not_measured_for_all_is_unknown(records: list[Record], notes: int) -> None:
    made = profile(records, SIZES)
    assert made.reuse is None
    assert len(made.notes) == notes
    assert from_profile(made, "log").repeated_share is None


@pytest.mark.parametrize(
    ("block_tokens", "known"),
    [
        pytest.param(8, False, id="below the smallest size"),
        pytest.param(16, True, id="the smallest"),
        pytest.param(512, True, id="as in traces"),
        pytest.param(4096, True, id="the largest"),
        pytest.param(8192, False, id="above it"),
    ],
)
def test_the_size_of_blocks_is_found(block_tokens: int, known: bool) -> None:
    made = profile([record(0, 9 * block_tokens, "abcdefghi")], SIZES).reuse
    assert (made.block_tokens if made else None) == (block_tokens if known else None)


def test_profiles_merge_their_reuse_where_both_know_it() -> None:
    known, unknown = profile(CHAT, SIZES), profile([record(0, 32, None)], SIZES)
    assert merge(known, known).reuse == Reuse(200, (Repeat(0, 120, 64),), 16)
    assert merge(known, unknown).reuse is merge(unknown, known).reuse is None


def test_reuse_is_saved_and_loaded() -> None:
    made = profile(CHAT, SIZES)
    assert load(save(made), "p.json") == made


@pytest.mark.parametrize(
    ("repeats", "message"),
    [
        pytest.param([(0, 120, 60), (0, 120, 1)], "in order", id="twice"),
        pytest.param([(0, 121, 32)], "unknown", id="between edges of age"),
        pytest.param([(65, 120, 32)], "unknown", id="between edges of prefixes"),
        pytest.param([(0, 120, 101)], "more input repeats", id="above all input"),
        pytest.param([(0, 120, -1)], "at least 1 token", id="negative"),
    ],
)
def test_an_altered_reuse_is_refused(repeats: list[tuple[int, int, int]], message: str) -> None:
    saved = json.loads(save(profile(CHAT, SIZES)))
    names = ("min_prefix_tokens", "age_s", "tokens")
    saved["reuse"]["repeats"] = [dict(zip(names, row, strict=True)) for row in repeats]
    with pytest.raises(InputError, match=message):
        load(json.dumps(saved), "p.json")


def terms(min_prefix_tokens: int = 0) -> CacheTerms:
    lives = dict.fromkeys(("life_s_low", "life_s_typical", "life_s_high"), 300.0)
    return CacheTerms(provider="p", min_prefix_tokens=min_prefix_tokens, status="published", source="s", **lives)


@pytest.mark.parametrize(
    ("life_s", "least", "charges_writes", "expected"),
    [
        # 32 of 100 tokens repeat: of the 80 of the first half hour 25.6, of the 20 of the other 6.4.
        pytest.param(120, 0, False, (25, 55, 0, 6, 14, 0), id="found"),
        pytest.param(119, 0, False, (0, 80, 0, 0, 20, 0), id="lost just before"),
        pytest.param(120, 0, True, (25, 0, 55, 6, 0, 14), id="all else is written"),
        pytest.param(120, 40, True, (0, 0, 80, 0, 20, 0), id="no repeat is long enough, prompts of 40 are"),
        pytest.param(120, 41, True, (0, 80, 0, 0, 20, 0), id="no prompt is long enough"),
    ],
)
def test_caching_as_measured(life_s: float, least: int, charges_writes: bool, expected: tuple[int, ...]) -> None:
    made = profile(CHAT, SIZES)
    cached = with_caching(made, 0, 0, terms(least), life_s=life_s, charges_writes=charges_writes)
    usages = [cell.usage for cell in cached.cells]
    found = [(u.cache_read_tokens, u.uncached_input_tokens, u.cache_write_5m_tokens) for u in usages]
    assert (*found[0], *found[1]) == expected
    assert cached.usage.total_input_tokens == 100


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        pytest.param(0, 32, id="nothing read yet"),
        pytest.param(20, 32, id="a part was read"),
        pytest.param(40, 40, id="more was read than repeats"),
    ],
)
def test_what_was_read_already_is_not_counted_again(read: int, expected: int) -> None:
    again = [record(0, 32, "ab"), Record(START, Usage(68 - read, read), blocks=tuple("abcde"))]
    cached = with_caching(profile(again, SIZES), 0, 0, terms(), life_s=300, charges_writes=False)
    assert cached.usage == Usage(100 - expected, expected)


def trace(*rows: dict[str, object]) -> bytes:
    return "\n".join(map(json.dumps, rows)).encode()


def row(timestamp: int, tokens: int, hash_ids: object) -> dict[str, object]:
    return {"timestamp": timestamp, "input_length": tokens, "output_length": 1, "hash_ids": hash_ids}


def test_a_trace_of_blocks() -> None:
    made = read_usage(trace(row(0, 1024, [1, 2]), row(300_000, 1000, [1, 3])), "t.jsonl", SIZES)
    assert made.reuse == Reuse(2024, tuple(Repeat(least, 300, 512) for least in (0, 64, 128, 256, 512)), 512)
    work = from_profile(made, "t")
    assert work.repeated_share == (512 / 2024,) * 3
    assert "25.3% of the input repeats" in work.assumptions[1].text


def test_a_hash_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="hash_ids holds something"):
        read_usage(trace(row(0, 512, [[1]])), "t.jsonl", SIZES)


def test_a_trace_without_a_list_of_hashes_is_counted_alone() -> None:
    assert read_usage(trace(row(0, 512, None)), "t.jsonl", SIZES).reuse is None


@pytest.mark.shared
def test_a_real_trace_is_priced_by_what_was_measured(shared: Path) -> None:
    name = "mooncake_synthetic_trace.jsonl"
    made = read_usage((shared / "traces" / name).read_bytes(), name, SIZES)
    assert made.reuse is not None
    assert (f"{made.reuse.reused_share():.1%}", made.reuse.block_tokens) == ("65.1%", 512)
    cached = with_caching(made, 0, 0, terms(), life_s=300, charges_writes=False).usage
    assert f"{cached.cache_read_tokens / cached.total_input_tokens:.1%}" == "59.5%"
