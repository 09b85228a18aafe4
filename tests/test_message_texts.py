"""Texts of chat messages in the forms of three sellers, what is no text, and the tokens of tools."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.tokens import FAMILIES, chat_tokens, count_text, message_texts, overheads, tools_tokens, uncounted_parts
from pricing.errors import InputError

CALL = {"id": "c1", "type": "function", "function": {"name": "book", "arguments": '{"day":"Monday"}'}}

MESSAGES = [
    pytest.param({"role": "user", "content": "Hello"}, ["user", "Hello"], 0, id="OpenAI"),
    pytest.param({"role": "user", "name": "ann", "content": "Hello"}, ["user", "ann", "Hello"], 0, id="a name"),
    pytest.param(
        {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "input_text", "text": "b"}]},
        ["user", "a", "b"],
        0,
        id="parts",
    ),
    pytest.param(
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        ["assistant", json.dumps([CALL], separators=(",", ":"))],
        0,
        id="tool calls",
    ),
    pytest.param(
        {"role": "assistant", "content": "", "function_call": {"name": "f"}},
        ["assistant", '{"name":"f"}'],
        0,
        id="a function call",
    ),
    pytest.param(
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
        ["assistant", "No."],
        0,
        id="a refusal",
    ),
    pytest.param({"role": "tool", "tool_call_id": "c1", "content": "done"}, ["tool", "done"], 0, id="a tool's answer"),
    pytest.param(
        {"type": "function_call", "name": "book", "arguments": "{}", "call_id": "c"},
        ['{"name":"book","arguments":"{}"}'],
        0,
        id="Responses, a call",
    ),
    pytest.param(
        {"type": "function_call_output", "call_id": "c", "output": "done"}, ["done"], 0, id="Responses, its answer"
    ),
    pytest.param(
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]},
        ["Hm."],
        0,
        id="Responses, reasoning",
    ),
    pytest.param(
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}, {"type": "text", "text": "a"}]},
        ["user", "a"],
        1,
        id="an image",
    ),
    pytest.param(
        {"role": "user", "content": [{"type": "input_audio", "input_audio": {}}, {"type": "file", "file": {}}]},
        ["user"],
        2,
        id="sound and a file",
    ),
    pytest.param(
        {
            "role": "assistant",
            "content": [{"type": "thinking", "thinking": "Hm.", "signature": "xyz"}, {"type": "text", "text": "Yes."}],
        },
        ["assistant", "Hm.", "Yes."],
        0,
        id="Anthropic, thinking",
    ),
    pytest.param(
        {"role": "assistant", "content": [{"type": "redacted_thinking", "data": "xyz"}]},
        ["assistant"],
        1,
        id="thinking that is hidden",
    ),
    pytest.param(
        {"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "book", "input": {"day": "für"}}]},
        ["assistant", '{"name":"book","input":{"day":"für"}}'],
        0,
        id="Anthropic, a call",
    ),
    pytest.param(
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "done"}]},
        ["user", "done"],
        0,
        id="Anthropic, its answer",
    ),
    pytest.param(
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "content": [{"type": "text", "text": "a"}, {"type": "image", "source": {}}]}
            ],
        },
        ["user", "a"],
        1,
        id="an answer with an image",
    ),
    pytest.param(
        {"role": "user", "content": [{"type": "document", "source": {"type": "base64"}}]}, ["user"], 1, id="a document"
    ),
    pytest.param(
        {"role": "model", "parts": [{"text": "a"}, {"functionCall": {"name": "f", "args": {}}}]},
        ["model", "a", '{"name":"f","args":{}}'],
        0,
        id="Gemini",
    ),
    pytest.param(
        {"role": "user", "parts": [{"functionResponse": {"name": "f"}}, {"inlineData": {}}, {"fileData": {}}]},
        ["user", '{"name":"f"}'],
        2,
        id="Gemini, an answer and media",
    ),
    pytest.param({"role": "user", "content": 7}, ["user"], 1, id="a number"),
    pytest.param(
        {"role": "user", "content": [{"type": "text", "text": None}]}, ["user"], 1, id="a part without its text"
    ),
    pytest.param({}, [], 0, id="nothing"),
]


@pytest.mark.parametrize(("message", "texts", "uncounted"), MESSAGES)
def test_texts_of_a_message(message: dict[str, object], texts: list[str], uncounted: int) -> None:
    assert message_texts(message, 1) == texts
    assert uncounted_parts(message) == uncounted


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["role", "content", "parts", "type", "text", "name", "input", "tool_calls", "functionCall"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(message=st.dictionaries(st.sampled_from(["role", "content", "parts", "type", "name", "tool_calls"]), JSON))
def test_no_message_breaks_the_log(message: dict[str, object]) -> None:
    assert all(isinstance(text, str) for text in message_texts(message, 1))
    assert uncounted_parts(message) >= 0


def test_a_message_that_is_no_object_is_refused_by_its_number() -> None:
    with pytest.raises(InputError, match="message 7 is no object"):
        message_texts("Hello", 7)  # type: ignore[arg-type]


@pytest.mark.parametrize("family", FAMILIES)
def test_overheads_of_every_family(family: str) -> None:
    found = overheads(family)
    assert {"message", "name", "reply", "tools"} <= found.keys()
    assert found["message"].tokens == 3


def test_overheads_of_an_unknown_family_are_refused() -> None:
    with pytest.raises(InputError, match="no tokenizer family is called gpt"):
        overheads("gpt")


# Tools, against published bills

WEATHER = {
    "type": "object",
    "properties": {"location": {"type": "string", "description": "The city and state, e.g. San Francisco, CA"}},
    "required": ["location"],
}
QUESTION = {"role": "user", "content": "What's the weather like in San Francisco?"}


@pytest.mark.parametrize(
    ("family", "billed"), [pytest.param("cl100k", 105, id="gpt-4"), pytest.param("o200k", 101, id="gpt-4o")]
)
def test_tools_of_the_cookbook_lie_in_the_range(family: str, billed: int) -> None:
    unit = {"type": "string", "description": "The unit of temperature to return", "enum": ["celsius", "fahrenheit"]}
    schema = {**WEATHER, "properties": {**WEATHER["properties"], "unit": unit}}  # type: ignore[dict-item]
    function = {"name": "get_current_weather", "description": "Get the current weather in a given location"}
    system = {
        "role": "system",
        "content": "You are a helpful assistant that can answer to questions about the weather.",
    }
    chat = chat_tokens([system, QUESTION], family)
    tools = tools_tokens([{"type": "function", "function": {**function, "parameters": schema}}], family)
    assert chat.low + tools.low <= billed <= chat.high + tools.high
    assert chat.tokens + tools.tokens == pytest.approx(billed, rel=0.2)


@pytest.mark.parametrize("family", ["claude-4", "claude-5"])
def test_tools_of_anthropics_guide_lie_in_the_range(family: str) -> None:
    tool = {
        "name": "get_weather",
        "description": "Get the current weather in a given location",
        "input_schema": WEATHER,
    }
    chat, tools = chat_tokens([QUESTION], family), tools_tokens([tool], family)
    assert chat.low + tools.low <= 403 <= chat.high + tools.high
    assert chat.tokens + tools.tokens == pytest.approx(403, rel=0.1)


@pytest.mark.parametrize("family", FAMILIES)
def test_more_tools_take_more_and_none_take_nothing(family: str) -> None:
    tool = {"name": "book", "description": "Books a day."}
    none, one, two = (tools_tokens([tool] * count, family) for count in range(3))
    assert (none.low, none.tokens, none.high) == (0, 0, 0)
    assert 0 < one.low < one.tokens < one.high
    assert two.tokens - one.tokens == pytest.approx(
        count_text(json.dumps(tool, separators=(",", ":")), family).tokens, abs=1
    )
