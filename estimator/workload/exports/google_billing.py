"""Google Cloud's detailed billing export → tokens an hour. The text of a SKU names the model and the kind of tokens."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from estimator.workload.files.rows import Row
from pricing import InputError

_NESTED = ("service", "sku", "usage")
_NEEDED = frozenset({"sku.description", "usage_start_time", "usage_end_time", "usage.amount", "usage.unit"})
MARKS = (_NEEDED, frozenset({"sku", "usage", "usage_start_time", "usage_end_time"}))  # Flat, or nested as in BigQuery.
_UNITS = frozenset({"count", "requests", "tokens", "token"})  # Google counts tokens under each of these.
_MOST = 10**18
_KEY = ("start_time", "end_time", "model", "service_tier", "context_window")
_COUNTS = (
    "uncached_input_tokens", "cache_read_tokens", "input_audio_tokens", "cache_audio_read_tokens",
    "output_tokens", "output_audio_tokens", "reasoning_tokens",
)  # fmt: skip
_NO_TOKENS = re.compile(r"\b(storage|tuning|training|embeddings?|grounding|characters?|(image|video) output)\b")
_MODEL_ENDS = re.compile(
    r"\b(ga|global|regional|long|short|batch|flex|priority|live|thinking|text|image|video|audio|document|cached?|caching"
    r"|input|output)\b"
)
_TIER = re.compile(r"\b(batch|flex|priority)\b")
LEFT_OUT = "Rows of Google Cloud billing that tell no tokens, such as storage or machines, are left out."


@dataclass(frozen=True, slots=True)
class Sku:
    """What the text of a SKU tells: `kinds` are the counts that its tokens belong to. Tier and window may be blank."""

    model: str
    kinds: tuple[str, ...]
    tier: str
    window: str


def is_google_billing(fields: Mapping[str, Any]) -> bool:
    """Whether a row is one of the standard usage export, flat or nested as BigQuery writes it."""
    return flat(fields).keys() >= _NEEDED


def sku_of(text: str) -> Sku | None:
    """The meaning of a SKU such as "Gemini 2.5 Flash GA Text Input - Predictions"; None where it tells no tokens.

    "Long" are prompts above 200k tokens. "Caching" is input read from a cache.
    """
    words = text.lower().removeprefix("vertex ai: ")
    ends = _MODEL_ENDS.search(words)
    model = "-".join(words[: ends.start()].split()) if ends else ""
    is_output, is_input = "output" in words, "input" in words
    if not re.search("[0-9]", model) or _NO_TOKENS.search(words) or is_output == is_input:
        return None
    tier = _TIER.search(words)
    return Sku(model, _kinds(words), tier[1] if tier else "", "> 200k" if re.search(r"\blong\b", words) else "")


def _kinds(words: str) -> tuple[str, ...]:
    audio = "audio" in words
    if "output" in words:
        part = "output_audio_tokens" if audio else "reasoning_tokens" if "thinking" in words else ""
        return ("output_tokens", part) if part else ("output_tokens",)
    if "cach" in words:
        return (
            ("cache_read_tokens", "input_audio_tokens", "cache_audio_read_tokens") if audio else ("cache_read_tokens",)
        )
    return ("uncached_input_tokens", "input_audio_tokens") if audio else ("uncached_input_tokens",)


def hours(rows: Iterable[Row], name: str, notes: set[str]) -> Iterator[Row]:
    """One row for each span, model, tier and window. Raises InputError where no row tells tokens."""
    places: dict[tuple[str, ...], str] = {}
    sums: dict[tuple[str, ...], dict[str, int]] = {}
    for row in rows:
        fields = flat(row.fields)
        sku = sku_of(str(fields.get("sku.description")))
        if sku is None or str(fields.get("usage.unit")).lower() not in _UNITS:
            notes.add(LEFT_OUT)
            continue
        key = (str(fields.get("usage_start_time")), str(fields.get("usage_end_time")), sku.model, sku.tier, sku.window)
        places.setdefault(key, row.place)
        counts = sums.setdefault(key, dict.fromkeys(_COUNTS, 0))
        for kind in sku.kinds:
            counts[kind] += _tokens(fields, row.place)
    if not sums:
        raise InputError(f"{name}: no SKU in this Google Cloud bill names a model and input or output tokens.")
    return (Row(places[key], {**dict(zip(_KEY, key, strict=True)), **sums[key]}) for key in sums)


def flat(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """The row with the columns of the flat form, where it was nested."""
    beside = dict(fields)
    for name in _NESTED:
        inner = fields.get(name)
        beside |= {f"{name}.{key}": value for key, value in inner.items()} if isinstance(inner, Mapping) else {}
    return beside


def _tokens(fields: Mapping[str, Any], place: str) -> int:
    """The amount, which Google writes as a float. Raises InputError where it is no whole number of 0 or more."""
    text = str(fields.get("usage.amount"))
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount <= _MOST or amount != amount.to_integral_value():
        raise InputError(f"{place}: usage.amount is {text[:40]!r}: write a whole number of tokens.")
    return int(amount)
