"""A provider's own response object → disjoint usage. Each provider means something else by "input"."""

from collections.abc import Mapping
from typing import Any

from pricing.errors import InvalidUsage
from pricing.values import Usage

Json = Mapping[str, Any]


def usage_from_raw(raw: Json) -> Usage:
    """The usage inside a whole response, recognised by the names of its counters. Raises InvalidUsage if none."""
    if isinstance(raw.get("usageMetadata"), Mapping):
        return _gemini(raw["usageMetadata"])
    usage = raw.get("usage")
    if not isinstance(usage, Mapping):
        raise InvalidUsage("the raw response holds neither usage nor usageMetadata: send the whole response object.")
    if "prompt_tokens" in usage:
        return _chat_completions(usage)
    if "cache_creation_input_tokens" in usage or "cache_read_input_tokens" in usage or raw.get("type") == "message":
        return _anthropic(usage)
    if "input_tokens" in usage:
        return _responses(usage)
    raise InvalidUsage("the usage of the raw response names no known token counter.")


def model_from_raw(raw: Json) -> str | None:
    """The model that answered, where the response says so."""
    name = raw.get("model") or raw.get("modelVersion")
    return name if isinstance(name, str) else None


def _count(counters: object, name: str) -> int:
    """A counter that may be absent or null, which both mean 0."""
    value = counters.get(name) if isinstance(counters, Mapping) else None
    if value is None:
        return 0
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if isinstance(value, bool) or not whole:
        raise InvalidUsage(f"{name} must be a whole number, not {value!r}.")
    return int(value)


def _chat_completions(usage: Json) -> Usage:
    """OpenAI's chat shape, which most sellers copy: cached tokens lie inside prompt_tokens.

    DeepSeek's older payloads carry only prompt_cache_hit_tokens. xAI leaves reasoning out of completion_tokens, which
    shows in its total.
    """
    prompt, completion = usage.get("prompt_tokens_details"), usage.get("completion_tokens_details")
    reasoning, output = _count(completion, "reasoning_tokens"), _count(usage, "completion_tokens")
    if reasoning and _count(usage, "total_tokens") == _count(usage, "prompt_tokens") + output + reasoning:
        output += reasoning
    return Usage.from_inclusive(
        input_tokens=_count(usage, "prompt_tokens"),
        cache_read_tokens=_count(prompt, "cached_tokens") or _count(usage, "prompt_cache_hit_tokens"),
        cache_write_5m_tokens=_count(prompt, "cache_write_tokens"),
        input_audio_tokens=_count(prompt, "audio_tokens"),
        output_tokens=output,
        output_audio_tokens=_count(completion, "audio_tokens"),
        reasoning_tokens=reasoning,
    )


def _responses(usage: Json) -> Usage:
    """OpenAI's responses shape: the same meaning under other names."""
    inputs, outputs = usage.get("input_tokens_details"), usage.get("output_tokens_details")
    return Usage.from_inclusive(
        input_tokens=_count(usage, "input_tokens"),
        cache_read_tokens=_count(inputs, "cached_tokens"),
        cache_write_5m_tokens=_count(inputs, "cache_write_tokens"),
        input_audio_tokens=_count(inputs, "audio_tokens"),
        output_tokens=_count(usage, "output_tokens"),
        output_audio_tokens=_count(outputs, "audio_tokens"),
        reasoning_tokens=_count(outputs, "reasoning_tokens"),
    )


def _anthropic(usage: Json) -> Usage:
    """Anthropic counts cached and written tokens beside input_tokens, not inside. An unstated life is 5 minutes."""
    lives = usage.get("cache_creation")
    one_hour = _count(lives, "ephemeral_1h_input_tokens")
    written = _count(usage, "cache_creation_input_tokens") or one_hour + _count(lives, "ephemeral_5m_input_tokens")
    if one_hour > written:
        raise InvalidUsage("ephemeral_1h_input_tokens exceed cache_creation_input_tokens, of which they are a part.")
    return Usage(
        uncached_input_tokens=_count(usage, "input_tokens"),
        cache_read_tokens=_count(usage, "cache_read_input_tokens"),
        cache_write_5m_tokens=written - one_hour,
        cache_write_1h_tokens=one_hour,
        output_tokens=_count(usage, "output_tokens"),
        web_searches=_count(usage.get("server_tool_use"), "web_search_requests"),
    )


def _gemini(usage: Json) -> Usage:
    """Gemini: cached tokens lie inside the prompt; thoughts stand beside the candidates; tool prompts are input."""
    thoughts = _count(usage, "thoughtsTokenCount")
    return Usage.from_inclusive(
        input_tokens=_count(usage, "promptTokenCount") + _count(usage, "toolUsePromptTokenCount"),
        cache_read_tokens=_count(usage, "cachedContentTokenCount"),
        input_audio_tokens=_audio(usage.get("promptTokensDetails")),
        cache_audio_read_tokens=_audio(usage.get("cacheTokensDetails")),
        output_tokens=_count(usage, "candidatesTokenCount") + thoughts,
        output_audio_tokens=_audio(usage.get("candidatesTokensDetails")),
        reasoning_tokens=thoughts,
    )


def _audio(details: object) -> int:
    """Tokens of the audio entries in one of Gemini's lists by modality."""
    entries = details if isinstance(details, list) else []
    return sum(_count(e, "tokenCount") for e in entries if isinstance(e, Mapping) and e.get("modality") == "AUDIO")
