"""Logs of chats in the forms that APIs, data sets and exports have → chats: who said what, and what was sent with it.

Known by their names are: messages as OpenAI, Anthropic and Gemini take them, with a system prompt and tools; requests
with their responses; batches; ShareGPT; pairs of prompt and completion; ChatGPT's and Claude's exports; and rows of
single messages (see threads.py).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from estimator.workload.exports.columns import columns_of
from estimator.workload.exports.langfuse import DETAILS
from estimator.workload.exports.remarks import Remarks
from estimator.workload.texts.messages import Turn, is_number, is_text, loaded, turns_of, when

TOOLS = ""  # Who says what the tools are: no role.
_MESSAGES = ("messages", "conversations", "conversation", "contents", "chat_messages", "dialogue", "dialog", "turns")
_PROMPTS = ("prompt", "question", "instruction", "query", "user_prompt")
_ANSWERS = ("completion", "response", "answer", "output", "chosen")
_SYSTEMS = ("system", "system_prompt", "instructions", "systemInstruction", "system_instruction")
# Only a request says how it is to be answered.
_SETTINGS = frozenset(
    {"max_tokens", "max_completion_tokens", "max_output_tokens", "temperature", "top_p", "stream", "tool_choice",
     "response_format", "generationConfig", "generation_config"}
)  # fmt: skip
_USAGES = frozenset({"usage", "usageMetadata", "usage_metadata", "usage_object"})
_DEEPEST = 3  # So far in lies what was sent, or came back.
_INSIDE = ("response", "body", "raw", "message", "request")


@dataclass(frozen=True, slots=True)
class Chat:
    """The turns of one row, tools and system prompt first. `is_request`: they are one request, not a conversation."""

    turns: tuple[Turn, ...]
    is_request: bool = False
    at: datetime | None = None


def is_chat(fields: Mapping[str, Any]) -> bool:
    """Whether a row holds a chat or a prompt as text. What tells its usage is read from that, and is none."""
    return not tells_tokens(fields) and _holds_messages(_request(fields))


def tells_tokens(fields: Mapping[str, Any], depth: int = 0) -> bool:
    """Whether a row, or the response in it, counts tokens."""
    if any(isinstance(fields.get(name), Mapping) and fields[name] for name in (*_USAGES, *DETAILS)):
        return True
    names = columns_of(fields).names
    counted = [names[role] for role in ("input", "fresh", "output") if role in names]
    if len(counted) > 1 and all(is_number(fields[name]) for name in counted):
        return True
    inside = [fields[name] for name in _INSIDE if isinstance(fields.get(name), Mapping)]
    return depth < _DEEPEST and any(tells_tokens(inner, depth + 1) for inner in inside)


def chat_of(fields: Mapping[str, Any], remarks: Remarks) -> Chat | None:
    """The chat in a row, None where there is none."""
    request, answer = _request(fields), tuple(turns_of(_answer(fields), remarks))
    said = tuple(turns_of(_messages(request), remarks))
    if not said:
        return None
    is_request = request is not fields or bool(answer) or bool(_SETTINGS & fields.keys())
    return Chat((*_sent_first(request, remarks), *said, *answer), is_request, when(fields, remarks))


def _request(fields: Mapping[str, Any], depth: int = 0) -> Mapping[str, Any]:
    """What was sent: the row itself, or what lies in it."""
    for name in ("request", "body", "input") if depth < _DEEPEST else ():
        inner = loaded(fields.get(name))
        if isinstance(inner, Mapping) and _holds_messages(found := _request(inner, depth + 1)):
            return found
    return fields


def _holds_messages(request: Mapping[str, Any]) -> bool:
    return any(True for _ in _messages(request))


def _messages(request: Mapping[str, Any]) -> Iterator[object]:
    """What stands for the messages, in order."""
    for name in (*_MESSAGES, "input", "prompt"):
        messages = loaded(request.get(name))
        if isinstance(messages, list) and messages and isinstance(messages[0], Mapping):
            yield from messages
            return
    if isinstance(request.get("mapping"), Mapping):
        yield from _branch(request["mapping"], request.get("current_node"))
        return
    prompt = next((name for name in _PROMPTS if is_text(request.get(name))), None)
    texts = [request[name] for name in (prompt, "input") if name and is_text(request.get(name))]
    if texts:
        yield {"role": "user", "content": "\n".join(texts)}


def _branch(nodes: Mapping[str, Any], last: object) -> list[object]:
    """The messages from the root to `last`, or to the node that stands last, in ChatGPT's tree."""
    messages: list[object] = []
    key = last if isinstance(last, str) and last in nodes else next(reversed(list(nodes)), None)
    for _ in nodes:
        node = nodes.get(str(key))
        if not isinstance(node, Mapping):
            break
        if isinstance(node.get("message"), Mapping):
            messages.append(node["message"])
        key = node.get("parent")
    return messages[::-1]


def _sent_first(request: Mapping[str, Any], remarks: Remarks) -> Iterator[Turn]:
    """Tools and the system prompt, which are sent with each request."""
    tools = [tool for name in ("tools", "functions") for tool in _declared(loaded(request.get(name)))]
    if tools:
        texts = tuple(json.dumps(tool, ensure_ascii=False, separators=(",", ":")) for tool in tools)
        yield Turn(TOOLS, texts, marks=(("tools", 1),))
    system = next((request[name] for name in _SYSTEMS if request.get(name)), None)
    parts = system.get("parts") if isinstance(system, Mapping) else system
    if parts:
        yield from turns_of([{"role": "system", "content": parts}], remarks)


def _declared(tools: object) -> list[object]:
    """One tool each; Gemini lists the functions of a tool inside it."""
    found: list[object] = []
    for tool in tools if isinstance(tools, list) else []:
        names = ("functionDeclarations", "function_declarations") if isinstance(tool, Mapping) else ()
        found += next((tool[name] for name in names if isinstance(tool.get(name), list)), [tool])
    return found


def _answer(fields: Mapping[str, Any]) -> Iterable[object]:
    """The messages of the response that a row carries beside its request."""
    answer = next((loaded(fields[name]) for name in _ANSWERS if fields.get(name)), loaded(fields.get("choices")))
    while isinstance(answer, Mapping) and isinstance(answer.get("body"), Mapping):
        answer = answer["body"]
    if isinstance(answer, Mapping):
        parts = next((answer[key] for key in ("choices", "candidates", "output") if answer.get(key)), [answer])
        answer = parts if isinstance(parts, list) else [answer]
    elif is_text(answer) or is_number(answer):
        answer = [{"content": str(answer)}]
    return [_of_assistant(each) for each in answer if isinstance(each, Mapping)] if isinstance(answer, list) else []


def _of_assistant(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """One choice, candidate or item of a response as a message of the assistant."""
    inner = next((part[key] for key in ("message", "content") if isinstance(part.get(key), Mapping)), part)
    return {**inner, "role": "assistant"}
