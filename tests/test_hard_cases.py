"""Hard cases with answers worked out by hand: one token, one second or one day to either side of a change."""

from datetime import datetime
from decimal import Decimal

import pytest

from pricing import STANDARD, Mode, Unpriced, Usage, catalog, price

NOON = "2026-11-24T12:00:00Z"  # A Tuesday, off-peak.
BATCH, FLEX, PRIORITY = Mode(processing="batch"), Mode(service_tier="flex"), Mode(service_tier="priority")
EU, US = Mode(region="eu"), Mode(region="us")


def bill(name: str, counts: dict[str, int], mode: Mode = STANDARD, at: str = NOON, requests: int = 1) -> Decimal:
    """The bill in USD; counts are inclusive, as in the command."""
    usage = Usage.from_inclusive(**{"input_tokens": 0, "output_tokens": 0, **counts})
    return price(catalog().find(name), usage, datetime.fromisoformat(at), mode=mode, requests=requests).usd


@pytest.mark.parametrize(
    ("model", "mode", "counts", "usd"),
    [
        pytest.param("gpt-5.4", STANDARD, {"input_tokens": 271_999}, "0.6799975", id="a token below"),
        pytest.param("gpt-5.4", STANDARD, {"input_tokens": 272_000}, "0.68", id="at 272k: 272,000 × 2.5"),
        pytest.param("gpt-5.4", STANDARD, {"input_tokens": 272_001}, "1.360005", id="a token above: × 5"),
        pytest.param(
            "gpt-5.4",
            STANDARD,
            {"input_tokens": 272_001, "cache_read_tokens": 272_000, "output_tokens": 1},
            "0.1360275",  # 1 × 5 + 272,000 × 0.5 + 1 × 22.5
            id="cached tokens count towards the tier",
        ),
        pytest.param(
            "gpt-5.4", STANDARD, {"input_tokens": 272_000, "output_tokens": 10**6}, "15.68", id="output does not"
        ),
        pytest.param(
            "gpt-5.4", FLEX, {"input_tokens": 272_000, "cache_read_tokens": 272_000}, "0.03536", id="flex cached: 0.13"
        ),
        pytest.param(
            "gpt-5.4",
            FLEX,
            {"input_tokens": 272_001, "cache_read_tokens": 272_001},
            "0.06800025",
            id="flex cached above: 0.25",
        ),
        pytest.param("gpt-5.4", BATCH, {"input_tokens": 1, "output_tokens": 1}, "0.00000875", id="a token each way"),
        pytest.param(
            "gpt-5.4",
            PRIORITY,
            {"input_tokens": 272_001, "output_tokens": 1000},
            "1.390005",
            id="priority has no tier: × 5, × 30",
        ),
        pytest.param(
            "azure/gpt-5.4",
            PRIORITY,
            {"input_tokens": 272_001, "output_tokens": 1000},
            "2.76501",
            id="at Azure it has: × 10, × 45",
        ),
        pytest.param("gpt-5.4", EU, {"input_tokens": 272_001}, "1.4960055", id="in the EU above: × 5.5"),
        pytest.param("gpt-5.4", US, {"input_tokens": 272_001}, "1.4960055", id="in the US likewise"),
        pytest.param(
            "gpt-5.4",
            Mode(region="eu", processing="batch"),
            {"input_tokens": 1000, "cache_read_tokens": 1000},
            "0.000143",
            id="batch in the EU, cached: 0.143",
        ),
        pytest.param("claude-haiku-5-5", STANDARD, {"input_tokens": 100_000}, "0.01", id="Haiku at 100k"),
        pytest.param("claude-haiku-5-5", STANDARD, {"input_tokens": 100_001}, "0.0500005", id="Haiku above"),
        pytest.param(
            "claude-haiku-5-5",
            STANDARD,
            {"input_tokens": 100_001, "cache_write_5m_tokens": 100_000},
            "0.0625005",  # 1 × 0.5 + 100,000 × 0.625
            id="written tokens count towards the tier",
        ),
        pytest.param("claude-haiku-5-5", BATCH, {"input_tokens": 100_001}, "0.02500025", id="Haiku, batch above"),
        pytest.param("grok-4.5", STANDARD, {"input_tokens": 199_999}, "0.399998", id="Grok below"),
        pytest.param("grok-4.5", STANDARD, {"input_tokens": 200_000}, "0.8", id="Grok's tier includes its edge"),
        pytest.param(
            "grok-4.5",
            STANDARD,
            {"input_tokens": 200_000, "cache_read_tokens": 199_999},
            "0.1200034",  # 1 × 4 + 199,999 × 0.6
            id="Grok at the edge, cached",
        ),
        pytest.param("gemini-2.5-pro", STANDARD, {"input_tokens": 200_000}, "0.25", id="Gemini's does not"),
        pytest.param("gemini-2.5-pro", STANDARD, {"input_tokens": 200_001}, "0.5000025", id="Gemini above"),
        pytest.param(
            "gemini-2.5-pro",
            BATCH,
            {"input_tokens": 200_001, "cache_read_tokens": 200_001},
            "0.05000025",
            id="batch leaves Gemini's cache price alone: 0.25",
        ),
        pytest.param(
            "gemini-2.5-flash",
            STANDARD,
            {
                "input_tokens": 1000,
                "input_audio_tokens": 400,
                "cache_read_tokens": 200,
                "cache_audio_read_tokens": 100,
            },
            "0.000463",  # 500 × 0.3 + 300 × 1 + 100 × 0.03 + 100 × 0.1
            id="text and sound, cached and not",
        ),
        pytest.param(
            "claude-sonnet-4-6",
            BATCH,
            {"input_tokens": 1000, "output_tokens": 1000, "web_searches": 3},
            "0.039",  # 1.5 + 7.5 a thousand tokens of each, and 3 searches at $10 a thousand
            id="searches cost the same in batch",
        ),
        pytest.param(
            "global.anthropic.claude-sonnet-4-6-v1:0", STANDARD, {"input_tokens": 10**6}, "3", id="Bedrock, global"
        ),
        pytest.param("us.anthropic.claude-sonnet-4-6", STANDARD, {"input_tokens": 10**6}, "3.3", id="in a geography"),
    ],
)
def test_sizes_and_modes(model: str, mode: Mode, counts: dict[str, int], usd: str) -> None:
    assert bill(model, counts, mode) == Decimal(usd)


@pytest.mark.parametrize(
    ("requests", "tokens", "usd"),
    [
        pytest.param(300, 272_001, "0.6800025", id="many small ones reach no tier together"),
        pytest.param(2, 544_000, "1.36", id="two at the edge"),
        pytest.param(2, 544_001, "2.720005", id="half a token above on average"),
        pytest.param(1, 544_000, "2.72", id="one of that size"),
    ],
)
def test_a_tier_looks_at_each_request(requests: int, tokens: int, usd: str) -> None:
    assert bill("gpt-5.4", {"input_tokens": tokens}, requests=requests) == Decimal(usd)


@pytest.mark.parametrize(
    ("model", "at", "usd"),
    [
        pytest.param("deepseek-v4-pro", "2026-11-23T00:59:59Z", "0.66", id="Monday, a second before the peak"),
        pytest.param("deepseek-v4-pro", "2026-11-23T01:00:00Z", "1.32", id="its first second"),
        pytest.param("deepseek-v4-pro", "2026-11-23T03:59:59Z", "1.32", id="the last of the morning"),
        pytest.param("deepseek-v4-pro", "2026-11-23T04:00:00Z", "0.66", id="the break"),
        pytest.param("deepseek-v4-pro", "2026-11-23T05:59:59Z", "0.66", id="the end of the break"),
        pytest.param("deepseek-v4-pro", "2026-11-23T06:00:00Z", "1.32", id="the afternoon"),
        pytest.param("deepseek-v4-pro", "2026-11-23T09:59:59Z", "1.32", id="its last second"),
        pytest.param("deepseek-v4-pro", "2026-11-23T10:00:00Z", "0.66", id="after the peak"),
        pytest.param("deepseek-v4-pro", "2026-11-23T02:00:00+01:00", "1.32", id="the same instant elsewhere"),
        pytest.param("deepseek-v4-pro", "2026-11-27T09:59:59Z", "1.32", id="Friday"),
        pytest.param("deepseek-v4-pro", "2026-11-28T02:00:00Z", "0.66", id="Saturday"),
        pytest.param("deepseek-v4-pro", "2026-11-29T02:00:00Z", "0.66", id="Sunday"),
        pytest.param("deepseek-v4-pro", "2026-09-24T02:00:00Z", "1.32", id="the day before Mid-Autumn"),
        pytest.param("deepseek-v4-pro", "2026-09-25T02:00:00Z", "0.66", id="Mid-Autumn, a Friday"),
        pytest.param("deepseek-v4-pro", "2026-09-20T02:00:00Z", "0.66", id="a Sunday worked in China"),
        pytest.param("deepseek-v4-pro", "2026-09-30T02:00:00Z", "1.32", id="the day before National Day"),
        pytest.param("deepseek-v4-pro", "2026-10-07T02:00:00Z", "0.66", id="the last day off"),
        pytest.param("deepseek-v4-pro", "2026-10-08T02:00:00Z", "1.32", id="back at work"),
        pytest.param("deepseek-v4-pro", "2027-01-01T02:00:00Z", "0.66", id="New Year's Day, a Friday"),
        pytest.param("deepseek-v4-flash", "2026-09-09T23:59:59Z", "0.22", id="Flash, its last second"),
        pytest.param("deepseek-v4-flash", "2026-09-10T00:00:00Z", "0.15", id="Flash as V4.1"),
        pytest.param("deepseek-v4-flash", "2026-09-10T01:00:00Z", "0.3", id="Flash as V4.1 at peak"),
        pytest.param("gemini-3.8-flash", "2026-12-31T23:59:59Z", "0.75", id="a second before it doubles"),
        pytest.param("gemini-3.8-flash", "2027-01-01T00:00:00Z", "1.5", id="doubled"),
        pytest.param("gemini-3.8-flash", "2026-12-31T19:00:00-05:00", "1.5", id="doubled, by a clock in New York"),
        pytest.param("gemini-4-argon", "2026-11-30T23:59:59Z", "2", id="Argon, introductory"),
        pytest.param("gemini-4-argon", "2026-12-01T00:00:00Z", "4", id="Argon, from December on"),
        pytest.param("mistral-large-4", "2026-10-19T23:59:59Z", "0.68", id="Mistral, introductory"),
        pytest.param("mistral-large-4", "2026-10-20T00:00:00Z", "1.36", id="Mistral, raised"),
        pytest.param("mistral-large-4", "2026-10-28T23:59:59Z", "1.36", id="Mistral, the last at that price"),
        pytest.param("mistral-large-4", "2026-10-29T00:00:00Z", "0.7", id="Mistral, lowered"),
        pytest.param("claude-sonnet-5", "2026-08-31T23:59:59Z", "2", id="before the rise that was cancelled"),
        pytest.param("claude-sonnet-5", "2026-09-01T00:00:00Z", "2", id="the day of it"),
        pytest.param("claude-sonnet-5", "2199-12-31T23:59:59Z", "2", id="as far ahead as one may ask"),
    ],
)
def test_days_and_hours(model: str, at: str, usd: str) -> None:
    assert bill(model, {"input_tokens": 10**6}, at=at, requests=1000) == Decimal(usd)


@pytest.mark.parametrize(
    ("model", "mode", "at", "counts"),
    [
        pytest.param("claude-sonnet-4-6", BATCH, "2026-03-12T23:59:59Z", {}, id="batch before its first price"),
        pytest.param("gemini-4-argon", FLEX, "2026-12-01T00:00:00Z", {}, id="flex beyond what is announced"),
        pytest.param("gpt-5.4", Mode(speed="fast"), NOON, {}, id="a speed that is not sold"),
        pytest.param("claude-opus-5-5", EU, NOON, {}, id="a region that is not sold"),
        pytest.param("gpt-5.4", STANDARD, NOON, {"cache_write_5m_tokens": 1}, id="writes that are not sold"),
        pytest.param("deepseek-v4-pro", STANDARD, NOON, {"web_searches": 1}, id="a tool that is not sold"),
        pytest.param("deepseek-v4-pro", STANDARD, "2026-04-23T23:59:59Z", {}, id="a second before its release"),
        pytest.param("deepseek-reasoner", STANDARD, "2026-07-24T00:00:00Z", {}, id="a name that was ended"),
    ],
)
def test_what_has_no_price_is_never_free(model: str, mode: Mode, at: str, counts: dict[str, int]) -> None:
    with pytest.raises(Unpriced):
        bill(model, {"input_tokens": 1000, **counts}, mode, at)
