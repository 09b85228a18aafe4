"""Langfuse's usage_details → disjoint usage. Its keys are free words, and cached input may lie in `input` or beside."""

import json
from collections.abc import Mapping
from typing import Any

from estimator.workload.exports.columns import whole
from pricing import InputError, Usage

DETAILS = ("usage_details", "usageDetails")
COSTS = ("cost_details", "costDetails")
_TOTALS = frozenset({"total", "totaltokens"})
_BASES = frozenset({"input", "inputtokens", "prompttokens", "output", "outputtokens", "completiontokens"})
_OUTPUT_WORDS = ("output", "completion", "candidate", "reasoning", "thought")
_INPUT_WORDS = ("input", "prompt", "cache")
_ITEMS = {
    "input": "input",
    "input other": "input",
    "input cached": "cache_read",
    "input written": "cache_write_5m",
    "input written 1h": "cache_write_1h",
    "input other audio": "input_audio",
    "input cached audio": "cache_read_audio",
    "output": "output",
    "output other": "output",
    "output reasoning": "output",
    "output other audio": "output_audio",
}
# Whether input and output hold their details: neither, both, or one of the two.
_READINGS = ((False, False), (True, True), (False, True), (True, False))


def usage_of_details(value: object) -> Usage | None:
    """Disjoint usage of an observation; None where it tells none, as spans do.

    Langfuse sums the kinds up, so they are disjoint unless the total says that some lie in others. A kind is input
    or output by its name. Source: Langfuse documentation, model usage and cost tracking. Raises InputError where the
    total fits no reading, or a kind is unknown; InvalidUsage where a part exceeds its whole.
    """
    counts = {_plain(name): whole(name, n) for name, n in _mapping(value).items()}
    total = next((n for name, n in counts.items() if name in _TOTALS), None)
    sums: dict[str, int] = {}
    for name, n in counts.items():
        if n and name not in _TOTALS:
            sums[_role(name)] = sums.get(_role(name), 0) + n
    return _usage(sums, total) if sums else None


def _mapping(value: object) -> Mapping[str, Any]:
    """The details, which stand as JSON in the cells of a table."""
    try:
        details = json.loads(value) if isinstance(value, str) and value.strip() else value or {}
    except (ValueError, RecursionError):
        details = None
    if not isinstance(details, Mapping):
        raise InputError('usage_details are not an object such as {"input": 1200, "output": 300}.')
    return details


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def _role(name: str) -> str:
    if name in _BASES:
        return "output" if name.startswith(_OUTPUT_WORDS) else "input"
    audio = " audio" if "audio" in name else ""
    if any(word in name for word in _OUTPUT_WORDS):
        kind = "reasoning" if "reasoning" in name or "thought" in name else f"other{audio}"
        return f"output {kind}"
    if not any(word in name for word in _INPUT_WORDS):
        raise InputError(f"usage_details hold {name[:40]!r}, which names neither input nor output.")
    if "creat" in name or "write" in name:
        return "input written 1h" if name.endswith("1h") else "input written"
    return f"input {'cached' if 'cache' in name else 'other'}{audio}"


def item_of(name: str) -> str:
    """The item of a price list that a kind is billed as; blank for a total. Raises InputError for an unknown kind."""
    plain = _plain(name)
    return "" if plain in _TOTALS else _ITEMS[_role(plain)]


def _usage(sums: Mapping[str, int], total: int | None) -> Usage:
    inputs = sum(n for role, n in sums.items() if role.startswith("input "))
    outputs = sum(n for role, n in sums.items() if role.startswith("output "))
    for holds_inputs, holds_outputs in _READINGS:
        input_tokens = sums.get("input", 0) + (0 if holds_inputs else inputs)
        output_tokens = sums.get("output", 0) + (0 if holds_outputs else outputs)
        if total in {None, input_tokens + output_tokens}:
            cached_audio = sums.get("input cached audio", 0)
            return Usage.from_inclusive(
                input_tokens=input_tokens,
                output_tokens=output_tokens,
                cache_read_tokens=sums.get("input cached", 0) + cached_audio,
                cache_write_5m_tokens=sums.get("input written", 0),
                cache_write_1h_tokens=sums.get("input written 1h", 0),
                input_audio_tokens=sums.get("input other audio", 0) + cached_audio,
                cache_audio_read_tokens=cached_audio,
                output_audio_tokens=sums.get("output other audio", 0),
                reasoning_tokens=sums.get("output reasoning", 0),
            )
    raise InputError(
        f"the total of usage_details is {total}, which is no sum of its parts: correct it or leave it out."
    )
