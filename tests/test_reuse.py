"""What repeats an earlier beginning: the published shares of a real trace, cases by hand, and laws."""

import json
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.workload import Prompt, Repeat, Reuse, block_hashes, cache_terms, measure
from estimator.workload.reuse import AGES_S, PREFIXES_TOKENS, blocks_in
from pricing import InputError

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
    for terms in cache_terms().values():
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
