"""How sellers and their clients write one request: nested, renamed or in parts → names that columns are known by."""

import re
from collections.abc import Mapping
from typing import Any

_NESTED = ("attributes", "cache_creation", "server_tool_use")
# The columns that tell a provider's bill.
OPENAI_COSTS_CSV = frozenset({"amount_value", "line_item"})
OPENAI_COSTS = frozenset({"amount", "line_item"})
ANTHROPIC_CONSOLE_COST = frozenset({"usage_date_utc", "token_type", "cost_usd"})
ANTHROPIC_COST_REPORT = frozenset({"amount", "cost_type"})
DEEPSEEK_COST = frozenset({"wallet_type", "cost"})
# What to export instead where tokens are to be counted.
_INSTEAD = (
    (OPENAI_COSTS_CSV, "of OpenAI, export Usage (completions) instead of Costs."),
    (OPENAI_COSTS, "of OpenAI, export Usage (completions) instead of Costs."),
    (ANTHROPIC_CONSOLE_COST, "of Anthropic, export Usage instead of Cost."),
    (ANTHROPIC_COST_REPORT, "of Anthropic, export the usage report instead of the cost report."),
    (DEEPSEEK_COST, "of DeepSeek, give the amount file, or the whole ZIP that it came in."),
)


def instead_of_bill(fields: Mapping[str, Any]) -> str | None:
    """What to export instead, if this is a row of a known provider's bill."""
    return next((said for names, said in _INSTEAD if fields.keys() >= names), None)


def in_googles_words(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Gemini's usage named as its API does, where it stands alone or Google's client for Python wrote it."""
    if "promptTokenCount" in fields:
        return {"usageMetadata": fields}
    usage = fields.get("usage_metadata")
    if isinstance(usage, Mapping) and "prompt_token_count" in usage:
        return {**fields, "usageMetadata": {_camel(key): _details(value) for key, value in usage.items()}}
    return fields


def _camel(name: str) -> str:
    return re.sub("_(.)", lambda found: found[1].upper(), name)


def _details(value: object) -> object:
    """Counts by modality are lists of objects; other values stay."""
    if not isinstance(value, list):
        return value
    return [{_camel(k): v for k, v in entry.items()} for entry in value if isinstance(entry, Mapping)]


def with_litellms_parts(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """LiteLLM logs the parts of its prompt and completion tokens, cached ones included, apart from them."""
    metadata = fields.get("metadata")
    usage = metadata.get("usage_object") if isinstance(metadata, Mapping) else None
    if not isinstance(usage, Mapping) or "prompt_tokens" not in fields:
        return fields
    prompt, completion = (
        inner if isinstance(inner, Mapping) else {}
        for inner in (usage.get("prompt_tokens_details"), usage.get("completion_tokens_details"))
    )
    return {
        **fields,
        "cached_tokens": prompt.get("cached_tokens") or usage.get("cache_read_input_tokens"),
        "cache_write_tokens": prompt.get("cache_creation_tokens") or usage.get("cache_creation_input_tokens"),
        "input_audio_tokens": prompt.get("audio_tokens"),
        "output_audio_tokens": completion.get("audio_tokens"),
        "reasoning_tokens": completion.get("reasoning_tokens"),
    }


def flat(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values of nested objects beside the others."""
    nested = [name for name in _NESTED if name in fields]
    if not nested:
        return fields
    beside = {name: value for name, value in fields.items() if name not in nested}
    for name in nested:
        beside |= fields[name] if isinstance(fields[name], Mapping) else {}
    return beside
