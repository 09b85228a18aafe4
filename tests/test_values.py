"""Usage and money: what can be, what adds up, and that nothing is rounded."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pricing import STANDARD, Bill, BillLine, InvalidUsage, Mode, PriceRule, Usage
from pricing.values import MAX_TOKENS, add_exactly

COUNTS = st.integers(0, 10**9)
ROW = {
    "provider": "acme",
    "model": "m",
    "item": "input",
    "usd": "2.5",
    "per": 1_000_000,
    "status": "listed",
    "source": "s",
    "checked_on": "2026-11-23",
}


def rule(**fields: object) -> PriceRule:
    return PriceRule.model_validate({k: v for k, v in (ROW | fields).items() if v is not None})


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        pytest.param({"output_tokens": -1}, "output_tokens is negative", id="negative"),
        pytest.param({"output_tokens": MAX_TOKENS + 1}, "more than 10\\^18", id="absurd"),
        pytest.param({"output_tokens": 9, "reasoning_tokens": 10}, "reasoning_tokens \\(10\\) exceed", id="reasoning"),
    ],
)
def test_usage_that_cannot_be_is_refused(counts: dict[str, int], message: str) -> None:
    with pytest.raises(InvalidUsage, match=message):
        Usage(**counts)


def test_usage_at_its_bounds_is_accepted() -> None:
    usage = Usage(output_tokens=MAX_TOKENS, reasoning_tokens=MAX_TOKENS)
    assert usage.output_tokens == MAX_TOKENS


@pytest.mark.parametrize(
    ("inclusive", "disjoint"),
    [
        pytest.param(
            {"input_tokens": 100, "output_tokens": 7},
            Usage(uncached_input_tokens=100, output_tokens=7),
            id="plain",
        ),
        pytest.param(
            {
                "input_tokens": 100,
                "cache_read_tokens": 30,
                "cache_write_5m_tokens": 20,
                "cache_write_1h_tokens": 10,
                "output_tokens": 0,
            },
            Usage(uncached_input_tokens=40, cache_read_tokens=30, cache_write_5m_tokens=20, cache_write_1h_tokens=10),
            id="cached and written lie inside input",
        ),
        pytest.param(
            {"input_tokens": 30, "input_audio_tokens": 20, "output_tokens": 0},
            Usage(uncached_input_tokens=10, uncached_audio_tokens=20),
            id="audio lies inside input",
        ),
        pytest.param(
            {
                "input_tokens": 30,
                "input_audio_tokens": 20,
                "cache_read_tokens": 25,
                "cache_audio_read_tokens": 20,
                "output_tokens": 0,
            },
            Usage(uncached_input_tokens=5, cache_read_tokens=5, cache_read_audio_tokens=20),
            id="cached audio lies inside audio and inside cached",
        ),
        pytest.param(
            {"input_tokens": 0, "output_tokens": 10, "output_audio_tokens": 4},
            Usage(output_tokens=6, output_audio_tokens=4),
            id="audio lies inside output",
        ),
        pytest.param(
            {"input_tokens": 10, "cache_read_tokens": 10, "output_tokens": 0},
            Usage(cache_read_tokens=10),
            id="all cached",
        ),
    ],
)
def test_inclusive_counts_are_split_once(inclusive: dict[str, int], disjoint: Usage) -> None:
    assert Usage.from_inclusive(**inclusive) == disjoint


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        pytest.param({"input_tokens": 10, "cache_read_tokens": 11}, "exceed input_tokens", id="cached above input"),
        pytest.param(
            {"input_tokens": 10, "cache_read_tokens": 6, "cache_write_5m_tokens": 5},
            "exceed input_tokens",
            id="cached and written above input",
        ),
        pytest.param({"input_tokens": 10, "input_audio_tokens": 11}, "exceed input_tokens", id="audio above input"),
        pytest.param(
            {"input_tokens": 10, "input_audio_tokens": 5, "cache_audio_read_tokens": 1},
            "exceed cache_read_tokens",
            id="cached audio above cached",
        ),
        pytest.param(
            {"input_tokens": 10, "cache_read_tokens": 5, "input_audio_tokens": 1, "cache_audio_read_tokens": 2},
            "exceed input_audio_tokens",
            id="cached audio above audio",
        ),
        pytest.param({"input_tokens": 0, "output_audio_tokens": 1}, "exceed output_tokens", id="audio above output"),
    ],
)
def test_a_part_above_its_whole_is_refused(counts: dict[str, int], message: str) -> None:
    with pytest.raises(InvalidUsage, match=message):
        Usage.from_inclusive(**({"output_tokens": 0} | counts))


@given(COUNTS, COUNTS, COUNTS, COUNTS, COUNTS)
def test_splitting_loses_no_token(text: int, read: int, written: int, kept: int, output: int) -> None:
    usage = Usage.from_inclusive(
        input_tokens=text + read + written + kept,
        cache_read_tokens=read,
        cache_write_5m_tokens=written,
        cache_write_1h_tokens=kept,
        output_tokens=output,
    )
    assert usage.total_input_tokens == text + read + written + kept
    assert usage.uncached_input_tokens == text
    assert usage.output_tokens == output


@given(st.lists(COUNTS, min_size=8, max_size=8), st.lists(COUNTS, min_size=8, max_size=8))
def test_usages_add_up_bucket_by_bucket(a: list[int], b: list[int]) -> None:
    both = Usage(*a) + Usage(*b)
    assert [n for _, n in both.items()][:8] == [x + y for x, y in zip(a, b, strict=True)]


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"usd": "-1"}, id="negative"),
        pytest.param({"usd": "NaN"}, id="not a number"),
        pytest.param({"usd": "Infinity"}, id="infinite"),
        pytest.param({"usd": None}, id="no price"),
        pytest.param({"usd": None, "usd_low": "1"}, id="half a range"),
        pytest.param({"usd": None, "usd_low": "2", "usd_high": "1"}, id="a range upside down"),
        pytest.param({"usd_low": "1", "usd_high": "2"}, id="a price and a range"),
        pytest.param({"per": 0}, id="per nothing"),
        pytest.param({"min_input_tokens": -1}, id="negative tier"),
        pytest.param({"valid_from": "2026-01-01T00:00:00"}, id="naive time"),
        pytest.param({"valid_from": "2026-01-01T00:00:00Z", "valid_to": "2026-01-01T00:00:00Z"}, id="empty period"),
        pytest.param({"status": "rumoured"}, id="unknown status"),
        pytest.param({"colour": "red"}, id="unknown column"),
    ],
)
def test_a_price_row_that_cannot_be_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        rule(**fields)


def test_a_range_has_a_middle() -> None:
    claimed = rule(usd=None, usd_low="0.1", usd_high="0.3", status="projected")
    assert (claimed.low, claimed.typical, claimed.high) == (Decimal("0.1"), Decimal("0.2"), Decimal("0.3"))


@pytest.mark.parametrize(
    ("strict", "total", "covered"),
    [
        pytest.param(True, 200_000, False, id="strict, at the threshold"),
        pytest.param(True, 200_001, True, id="strict, above"),
        pytest.param(False, 199_999, False, id="inclusive, below"),
        pytest.param(False, 200_000, True, id="inclusive, at the threshold"),
    ],
)
def test_a_tier_begins_where_its_seller_says(strict: bool, total: int, covered: bool) -> None:
    tier = rule(min_input_tokens=200_000, min_is_strict=strict)
    assert tier.covers_size(total) is covered
    assert (total >= tier.smallest_input_tokens) is covered


@pytest.mark.parametrize(
    ("total", "requests", "covered"),
    [
        pytest.param(400_000, 2, False, id="mean at the threshold"),
        pytest.param(400_001, 2, True, id="mean half a token above"),
    ],
)
def test_no_rounding_decides_on_a_tier(total: int, requests: int, covered: bool) -> None:
    assert rule(min_input_tokens=200_000).covers_size(total, requests) is covered


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"service_tier": "default"}, id="default"),
        pytest.param({"service_tier": "auto", "region": "Global"}, id="auto and global"),
        pytest.param({"processing": None, "speed": "standard"}, id="null"),
    ],
)
def test_ways_to_say_standard(fields: dict[str, object]) -> None:
    assert Mode.model_validate(fields) == STANDARD
    assert str(Mode.model_validate(fields)) == "standard"


def test_mode_ignores_case() -> None:
    assert Mode(processing="Batch", region="EU") == Mode(processing="batch", region="eu")
    assert str(Mode(processing="batch", region="eu")) == "processing batch, region eu"


@given(st.lists(st.decimals(0, 10**6, places=12), max_size=20), st.randoms())
def test_a_sum_does_not_depend_on_its_order(amounts: list[Decimal], random: object) -> None:
    shuffled = list(amounts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert add_exactly(amounts) == add_exactly(shuffled)


@given(st.integers(0, MAX_TOKENS))
def test_a_line_is_quantity_times_rate_exactly(quantity: int) -> None:
    line = BillLine("input", quantity, rule(usd="0.003625"))
    assert line.usd * 10**12 == quantity * 3625  # 0.003625 / 10^6 = 3625 / 10^12
    assert Bill((line, line)).usd == 2 * line.usd


def test_an_empty_bill_is_zero() -> None:
    assert Bill(()).usd == 0
