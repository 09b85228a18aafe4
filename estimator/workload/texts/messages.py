"""One message of a chat, in whatever form it was kept → a turn: who speaks, and what of it is text."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from estimator.tokens import message_texts, uncounted_parts
from estimator.workload.exports.columns import time_of
from estimator.workload.exports.remarks import Remarks
from pricing import InputError

Marks = tuple[tuple[str, int], ...]

ROLES = ("role", "from", "author", "speaker", "sender", "sendertype", "authorrole")
TEXTS = ("content", "text", "value", "message", "body", "utterance")
_ROLE_OF = {
    "assistant": "assistant ai bot gpt chatgpt claude model agent chatbot llm",
    "system": "system developer",
    "tool": "tool function observation ipython",
    "user": "user human customer client prompter visitor caller",
}
_KNOWN_ROLES = {word: role for role, words in _ROLE_OF.items() for word in words.split()}
_BY_TYPE = {"function_call": "assistant", "reasoning": "assistant", "function_call_output": "tool"}
_THOUGHTS = frozenset({"thinking", "reasoning", "reasoning_text", "summary_text", "thoughts"})
_THOUGHT = re.compile(r"\s*<think>(.*?)</think>\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Turn:
    """One message as it would be sent. `reasoning` is output too, but is not sent again.

    `marks` count what stands around the texts, by item of data/tokens/overheads.csv; `others` are parts that are no
    text, such as images.
    """

    role: str
    texts: tuple[str, ...]
    reasoning: tuple[str, ...] = ()
    marks: Marks = (("message", 1),)
    others: int = 0
    at: datetime | None = None


def loaded(value: object) -> object:
    """A cell that holds JSON as what it holds, anything else as it is."""
    if isinstance(value, str) and value.lstrip()[:1] in {"[", "{"}:
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def plain(name: str) -> str:
    """A name without case and signs."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def is_number(value: object) -> bool:
    """Whether a value is a number, or the text of one, even one that no count can be."""
    return not isinstance(value, bool) and re.fullmatch(r"\s*[-+]?[0-9][0-9.,']*\s*", str(value)) is not None


def is_text(value: object) -> bool:
    """Whether a value is words, not a number or nothing."""
    return isinstance(value, str) and bool(value.strip()) and not is_number(value)


def role_of(word: object) -> str | None:
    """The role that a word stands for, None where it is not known."""
    return _KNOWN_ROLES.get(plain(str(word)))


def when(fields: Mapping[str, Any], remarks: Remarks) -> datetime | None:
    """The time that a row or message tells, None where it tells none that can be read."""
    name = remarks.columns(fields).names.get("start")
    if name is None or not isinstance(fields[name], str | int | float):
        return None
    try:
        at, is_naive, _ = time_of(fields[name])
    except InputError:
        return None
    if is_naive:
        remarks.naive()
    return at


def turns_of(messages: Iterable[object], remarks: Remarks) -> Iterator[Turn]:
    """The turns of messages in order. Parts of one answer that follow each other are one turn."""
    return joined(turn for message in messages if (turn := _turn_of(message, remarks)))


def joined(turns: Iterable[Turn]) -> Iterator[Turn]:
    """The same with answers that follow each other as one."""
    for role, group in groupby(turns, key=lambda turn: turn.role):
        same = list(group)
        yield from [_joined(same)] if role == "assistant" else same


def _turn_of(message: object, remarks: Remarks) -> Turn | None:
    if isinstance(message, str):
        return Turn("user", (message,)) if message else None
    if not isinstance(message, Mapping):
        return None
    said = {**message, **_content(message)}
    thoughts = [text for key in ("reasoning_content", "reasoning") if isinstance(text := message.get(key), str)]
    if message.get("type") == "reasoning":
        thoughts += [*_texts_in(message.get("summary")), *_texts_in(message.get("content"))]
        said = {}
    said["content"], more = _without_thoughts(said.get("content"))
    bare = {key: value for key, value in said.items() if key != "role"}
    made = Turn(
        _role(message),
        tuple(message_texts(bare, 0)),
        tuple(filter(None, (*thoughts, *more))),
        (("message", 1), ("name", 1)) if isinstance(message.get("name"), str) else (("message", 1),),
        uncounted_parts(bare),
        when(message, remarks),
    )
    is_empty = made.role != "assistant" and not made.texts and not made.others
    return None if is_empty else made  # Exports keep places of what was never sent.


def _content(message: Mapping[str, Any]) -> dict[str, Any]:
    """What is said, under the name that the APIs have for it."""
    if message.keys() & {"content", "parts"} or str(message.get("type")) in _BY_TYPE:
        content = message.get("content")
        # ChatGPT's export wraps the parts of a message once more.
        return {"content": content.get("parts") or content.get("text")} if isinstance(content, Mapping) else {}
    return {"content": next((message[name] for name in TEXTS if name in message), None)}


def _role(message: Mapping[str, Any]) -> str:
    word = next((message[name] for name in ROLES if message.get(name)), _BY_TYPE.get(str(message.get("type"))))
    word = word.get("role") if isinstance(word, Mapping) else word
    return role_of(word) or "user"


def _without_thoughts(content: object) -> tuple[object, list[str]]:
    """The content without the reasoning in it, and that reasoning."""
    if isinstance(content, str) and (found := _THOUGHT.match(content)):
        return content[found.end() :], [found[1]]
    if not isinstance(content, list):
        return content, []
    is_thought = [isinstance(part, Mapping) and str(part.get("type")) in _THOUGHTS for part in content]
    thoughts = [part for part, is_one in zip(content, is_thought, strict=True) if is_one]
    return [part for part, is_one in zip(content, is_thought, strict=True) if not is_one], list(_texts_in(thoughts))


def _texts_in(parts: object) -> Iterator[str]:
    for part in parts if isinstance(parts, list) else []:
        if isinstance(part, Mapping):
            yield from (text for key in ("thinking", "text", "content") if isinstance(text := part.get(key), str))


def _joined(turns: list[Turn]) -> Turn:
    return replace(
        turns[0],
        texts=tuple(text for turn in turns for text in turn.texts),
        reasoning=tuple(text for turn in turns for text in turn.reasoning),
        others=sum(turn.others for turn in turns),
    )
