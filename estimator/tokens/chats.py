"""Messages and tools, as the APIs take them, to tokens: their texts, and the marks around these."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Self

from pydantic import Field, model_validator

from estimator.tokens.count import TokenCount, count_joined
from estimator.tokens.ratios import UNKNOWN, error_of, known_family
from pricing.errors import InputError
from pricing.facts import DATA, Fact, read_table

# Where a part of a message keeps its text, in OpenAI's, Anthropic's and Gemini's forms.
_TEXTS = ("text", "thinking", "refusal")
# Calls of tools and the like: all of it is sent, as JSON.
_OBJECTS = (
    "functionCall",
    "function_call",
    "functionResponse",
    "function_response",
    "executableCode",
    "executable_code",
    "codeExecutionResult",
    "code_execution_result",
)
_CALLS = frozenset({"tool_use", "server_tool_use", "mcp_tool_use", "function_call", "custom_tool_call"})
# Parts that hold parts.
_HOLDERS = {
    "tool_result": "content",
    "mcp_tool_result": "content",
    "function_call_output": "output",
    "custom_tool_call_output": "output",
    "reasoning": "summary",
}


class Overhead(Fact):
    """A row of data/tokens/overheads.csv: tokens beside the text, for each of `item`."""

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


def message_texts(message: Mapping[str, object], number: int) -> list[str]:
    """What of one message is text: role, name, content, calls of tools and their results.

    `message` is in OpenAI's (chat or responses), Anthropic's or Gemini's form; `number` is its place in the chat, from
    1, for errors. Raises InputError for a message that is no object.
    """
    return [text for text in _pieces(message, number) if text is not None]


def uncounted_parts(message: Mapping[str, object]) -> int:
    """How many parts of the message are no text (images, sound, files): their tokens cannot be seen from here."""
    return sum(text is None for text in _pieces(message, 0))


@cache
def overheads(family: str) -> Mapping[str, Overhead]:
    """Tokens beside the text by item: for each `message` and `name`; `reply` once a request, `tools` where it has any.

    Raises InputError for a family that is not in FAMILIES.
    """
    rows = read_table(DATA / "tokens" / "overheads.csv", Overhead)
    known_family(family)
    return {row.item: row for of in (UNKNOWN, family) for row in rows if row.family == of}


def chat_tokens(messages: Sequence[Mapping[str, object]], family: str) -> TokenCount:
    """Input tokens of a chat: text, roles, names and tool calls, and the marks around them.

    Raises InputError for a chat without messages, and for content with tokens that a text counter cannot see.
    """
    if not messages:
        raise InputError("the chat has no messages: give at least one.")
    if number := next((n for n, message in enumerate(messages, 1) if uncounted_parts(message)), 0):
        raise InputError(f"message {number} holds something that is not text: only text can be counted.")
    texts = [text for number, message in enumerate(messages, 1) for text in message_texts(message, number)]
    times = {"message": len(messages), "name": sum("name" in message for message in messages), "reply": 1}
    return _with_overheads(count_joined(texts, family), times, f"{len(messages)} messages")


def tools_tokens(tools: Sequence[Mapping[str, object]], family: str) -> TokenCount:
    """Input tokens of the schemas of tools, which every request sends anew: their JSON as text, and what is around it.

    No tools have no tokens. Sellers put the schemas into a form of their own, so the range is wide (margin `tools`).
    Raises InputError for a family that is not in FAMILIES.
    """
    count, share = count_joined([_json(tool) for tool in tools], family), error_of("tools")
    count = replace(count, low=math.floor(count.low * (1 - share)), high=math.ceil(count.high * (1 + share)))
    return _with_overheads(count, {"tools": 1} if tools else {}, f"{len(tools)} tools, sent in a form of the seller's")


def _with_overheads(count: TokenCount, times: Mapping[str, int], of: str) -> TokenCount:
    if not times:
        return count
    marks = overheads(count.family)
    low, typical, high = (
        sum(getattr(marks[item], bound) * n for item, n in times.items())
        for bound in ("tokens_low", "tokens", "tokens_high")
    )
    qualities = ", ".join(sorted({marks[item].quality for item in times}))
    return replace(
        count,
        low=count.low + low,
        tokens=count.tokens + typical,
        high=count.high + high,
        method="estimated",
        note=f"{count.note} {typical} more for the marks around {of} ({qualities}).",
    )


def _pieces(message: object, number: int) -> Iterator[str | None]:
    """Each text of a message, and None for each part that is none."""
    if not isinstance(message, Mapping):
        raise InputError(f"message {number} is no object with a role and content: give it as the API takes it.")
    if _type(message) in _CALLS or _type(message) in _HOLDERS:
        yield from _parts([message])
        return
    yield from (text for key in ("role", "name") if isinstance(text := message.get(key), str))
    for key in ("content", "parts"):
        yield from _parts(message.get(key))
    yield from (_json(calls) for key in ("tool_calls", "function_call") if (calls := message.get(key)))


def _parts(content: object) -> Iterator[str | None]:
    for part in _listed(content):
        if isinstance(part, Mapping) and _type(part) in _HOLDERS:
            for held in _listed(part.get(_HOLDERS[_type(part)])):
                yield from _part(held)
        else:
            yield from _part(part)


def _listed(content: object) -> list[object]:
    return content if isinstance(content, list) else [content]


def _part(part: object) -> Iterator[str | None]:
    if part is None or isinstance(part, str):
        yield from [part] if part else []
    elif not isinstance(part, Mapping):
        yield None
    elif _type(part) in _CALLS:
        yield _json({key: part[key] for key in ("name", "input", "arguments") if key in part})
    elif texts := [text for key in _TEXTS if isinstance(text := part.get(key), str)]:
        yield from texts
    elif objects := [part[key] for key in _OBJECTS if key in part]:
        yield from map(_json, objects)
    else:
        yield None


def _type(part: Mapping[str, object]) -> str:
    return kind if isinstance(kind := part.get("type"), str) else ""


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
