"""Providers' own response objects: what each means by its counters."""

from typing import Any

import pytest

from pricing import InvalidUsage, Usage
from pricing.raw import model_from_raw, usage_from_raw


@pytest.mark.parametrize(
    ("raw", "usage"),
    [
        pytest.param(
            {
                "model": "gpt-5.4",
                "usage": {
                    "prompt_tokens": 1000,
                    "completion_tokens": 300,
                    "total_tokens": 1300,
                    "prompt_tokens_details": {"cached_tokens": 600, "audio_tokens": 0},
                    "completion_tokens_details": {"reasoning_tokens": 200},
                },
            },
            Usage(uncached_input_tokens=400, cache_read_tokens=600, output_tokens=300, reasoning_tokens=200),
            id="chat completions: cached inside, reasoning inside",
        ),
        pytest.param(
            {"usage": {"prompt_tokens": 10, "completion_tokens": 5, "prompt_tokens_details": None}},
            Usage(uncached_input_tokens=10, output_tokens=5),
            id="chat completions: details null",
        ),
        pytest.param(
            {
                "usage": {
                    "prompt_tokens": 100,
                    "completion_tokens": 40,
                    "prompt_tokens_details": {"audio_tokens": 30},
                    "completion_tokens_details": {"audio_tokens": 25},
                }
            },
            Usage(uncached_input_tokens=70, uncached_audio_tokens=30, output_tokens=15, output_audio_tokens=25),
            id="chat completions: audio",
        ),
        pytest.param(
            {
                "usage": {
                    "prompt_tokens": 100,
                    "completion_tokens": 40,
                    "total_tokens": 200,
                    "completion_tokens_details": {"reasoning_tokens": 60},
                }
            },
            Usage(uncached_input_tokens=100, output_tokens=100, reasoning_tokens=60),
            id="xAI: reasoning beside completion",
        ),
        pytest.param(
            {
                "usage": {
                    "prompt_tokens": 100,
                    "completion_tokens": 10,
                    "prompt_cache_hit_tokens": 60,
                    "prompt_cache_miss_tokens": 40,
                }
            },
            Usage(uncached_input_tokens=40, cache_read_tokens=60, output_tokens=10),
            id="older DeepSeek: hits only",
        ),
        pytest.param(
            {
                "usage": {
                    "prompt_tokens": 100,
                    "completion_tokens": 10,
                    "prompt_cache_hit_tokens": 60,
                    "prompt_tokens_details": {"cached_tokens": 60},
                }
            },
            Usage(uncached_input_tokens=40, cache_read_tokens=60, output_tokens=10),
            id="newer DeepSeek: both spellings count once",
        ),
        pytest.param(
            {
                "object": "response",
                "usage": {
                    "input_tokens": 1000,
                    "input_tokens_details": {"cached_tokens": 250, "cache_write_tokens": 150},
                    "output_tokens": 80,
                    "output_tokens_details": {"reasoning_tokens": 64},
                },
            },
            Usage(
                uncached_input_tokens=600,
                cache_read_tokens=250,
                cache_write_5m_tokens=150,
                output_tokens=80,
                reasoning_tokens=64,
            ),
            id="OpenAI responses",
        ),
        pytest.param(
            {
                "type": "message",
                "model": "claude-sonnet-4-6",
                "usage": {
                    "input_tokens": 40,
                    "cache_read_input_tokens": 30,
                    "cache_creation_input_tokens": 25,
                    "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 5},
                    "output_tokens": 7,
                    "server_tool_use": {"web_search_requests": 2},
                },
            },
            Usage(
                uncached_input_tokens=40,
                cache_read_tokens=30,
                cache_write_5m_tokens=20,
                cache_write_1h_tokens=5,
                output_tokens=7,
                web_searches=2,
            ),
            id="Anthropic: all beside input",
        ),
        pytest.param(
            {"usage": {"input_tokens": 40, "cache_creation_input_tokens": 25, "output_tokens": 7}},
            Usage(uncached_input_tokens=40, cache_write_5m_tokens=25, output_tokens=7),
            id="Anthropic: a write of unstated life is of 5 minutes",
        ),
        pytest.param(
            {"type": "message", "usage": {"input_tokens": 40, "output_tokens": 7}},
            Usage(uncached_input_tokens=40, output_tokens=7),
            id="Anthropic: nothing cached",
        ),
        pytest.param(
            {
                "modelVersion": "gemini-2.5-flash",
                "usageMetadata": {
                    "promptTokenCount": 1000,
                    "cachedContentTokenCount": 900,
                    "candidatesTokenCount": 10,
                    "thoughtsTokenCount": 90,
                    "toolUsePromptTokenCount": 50,
                    "totalTokenCount": 1150,
                },
            },
            Usage(uncached_input_tokens=150, cache_read_tokens=900, output_tokens=100, reasoning_tokens=90),
            id="Gemini: thoughts beside candidates, tool prompts are input",
        ),
        pytest.param(
            {
                "usageMetadata": {
                    "promptTokenCount": 100,
                    "promptTokensDetails": [
                        {"modality": "TEXT", "tokenCount": 40},
                        {"modality": "AUDIO", "tokenCount": 60},
                    ],
                    "cachedContentTokenCount": 30,
                    "cacheTokensDetails": [{"modality": "AUDIO", "tokenCount": 20}],
                    "candidatesTokenCount": 5,
                }
            },
            Usage(
                uncached_input_tokens=30,
                cache_read_tokens=10,
                uncached_audio_tokens=40,
                cache_read_audio_tokens=20,
                output_tokens=5,
            ),
            id="Gemini: audio, cached or not",
        ),
    ],
)
def test_each_providers_meaning(raw: dict[str, Any], usage: Usage) -> None:
    assert usage_from_raw(raw) == usage


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        pytest.param({}, "neither usage nor usageMetadata", id="empty"),
        pytest.param({"usage": None}, "neither usage nor usageMetadata", id="usage null"),
        pytest.param({"usage": {"tokens": 3}}, "no known token counter", id="unknown counters"),
        pytest.param({"usage": {"prompt_tokens": -1}}, "negative", id="negative"),
        pytest.param({"usage": {"prompt_tokens": 1.5}}, "whole number", id="half a token"),
        pytest.param({"usage": {"prompt_tokens": float("inf")}}, "whole number", id="infinite"),
        pytest.param({"usage": {"prompt_tokens": float("nan")}}, "whole number", id="not a number"),
        pytest.param({"usage": {"prompt_tokens": "7"}}, "whole number", id="text"),
        pytest.param({"usage": {"prompt_tokens": True}}, "whole number", id="true"),
        pytest.param(
            {"usage": {"prompt_tokens": 10, "prompt_tokens_details": {"cached_tokens": 11}}},
            "exceed input_tokens",
            id="cached above input",
        ),
        pytest.param(
            {
                "usage": {
                    "input_tokens": 1,
                    "cache_creation_input_tokens": 4,
                    "cache_creation": {"ephemeral_1h_input_tokens": 5},
                }
            },
            "exceed cache_creation_input_tokens",
            id="an hour's writes above all writes",
        ),
    ],
)
def test_what_cannot_be_is_refused(raw: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidUsage, match=message):
        usage_from_raw(raw)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        pytest.param({"model": "gpt-5.4-2026-03-05"}, "gpt-5.4-2026-03-05", id="model"),
        pytest.param({"modelVersion": "gemini-2.5-flash"}, "gemini-2.5-flash", id="modelVersion"),
        pytest.param({}, None, id="none"),
        pytest.param({"model": 5}, None, id="not a name"),
    ],
)
def test_the_model_that_answered(raw: dict[str, Any], name: str | None) -> None:
    assert model_from_raw(raw) == name
