"""Chats in every form become the requests that were sent, counted as a plain count of each would."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.tokens import count_text
from estimator.workload import load, merge, read_any, save
from estimator.workload.exports.remarks import Remarks
from estimator.workload.files.rows import Row
from estimator.workload.template import defaults
from estimator.workload.texts.chats import Chat, chat_of, is_chat
from estimator.workload.texts.messages import Turn
from estimator.workload.texts.tally import ASSUMED, Tally, profile_of
from estimator.workload.texts.threads import chats_in, is_message
from pricing import InputError, Usage

SIZES = (0, 200_001)
USUAL = defaults()["output_tokens"].typical
Said = Sequence[tuple[str, str]]

S, U, A, U2, A2 = "You are kind.", "What is 2 and 2?", "It is four, of course.", "And three more?", "Seven then."
SYSTEM, USER, ANSWER = ("system", S), ("user", U), ("assistant", A)
MESSAGES = [{"role": "user", "content": U}, {"role": "assistant", "content": A}, {"role": "user", "content": U2}]
LAST = {"role": "assistant", "content": A2}
TOOL = {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}


def count(text: str) -> int:
    return count_text(text, "o200k").tokens


def sent(said: Said, tools: Sequence[object] = ()) -> int:
    """Tokens of a request, as OpenAI says: 3 around each message, its role and text, and 3 that begin the answer."""
    schemas = sum(count(json.dumps(tool, separators=(",", ":"))) for tool in tools)
    return sum(3 + count(role) + count(text) for role, text in said) + 3 + schemas


def usage(said: Said, answer: str | None, tools: Sequence[object] = (), reasoning: str = "") -> Usage:
    out = USUAL if answer is None else count(answer) + count(reasoning)
    return Usage(sent(said, tools), output_tokens=out, reasoning_tokens=count(reasoning))


def made_of(chats: Sequence[Chat]) -> list[Usage]:
    return [record.usage for record in Tally(Remarks()).records(chats)]


FIRST, SECOND = usage([USER], A), usage([USER, ANSWER, ("user", U2)], A2)
WITH_SYSTEM = [usage([SYSTEM, USER], A), usage([SYSTEM, USER, ANSWER, ("user", U2)], A2)]
OPEN = usage([USER, ANSWER, ("user", U2)], None)
GEMINI = [
    {"role": "user", "parts": [{"text": U}]},
    {"role": "model", "parts": [{"text": A}]},
    {"role": "user", "parts": [{"text": U2}]},
]


def node(parent: str | None, role: str = "", text: str = "") -> dict[str, Any]:
    said = {"author": {"role": role}, "content": {"content_type": "text", "parts": [text]}} if role else None
    return {"message": said, "parent": parent, "children": []}


TREE = {
    "root": node(None),
    "a": node("root", "user", U),
    "lost": node("a", "assistant", "Another answer."),
    "b": node("a", "assistant", A),
    "c": node("b", "user", U2),
    "d": node("c", "assistant", A2),
}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({"messages": [*MESSAGES, LAST]}, [FIRST, SECOND], id="OpenAI, for training"),
        pytest.param({"messages": MESSAGES}, [FIRST, OPEN], id="an open end"),
        pytest.param({"messages": MESSAGES, "temperature": 0}, [OPEN], id="a request, by its settings"),
        pytest.param({"messages": [{"role": "system", "content": S}, *MESSAGES, LAST]}, WITH_SYSTEM, id="a system"),
        pytest.param(
            {"messages": [*MESSAGES, LAST], "tools": [TOOL]},
            [usage([USER], A, [TOOL]), usage([USER, ANSWER, ("user", U2)], A2, [TOOL])],
            id="tools come each time",
        ),
        pytest.param(
            {"system": [{"type": "text", "text": S}], "messages": [*MESSAGES, LAST]}, WITH_SYSTEM, id="Anthropic"
        ),
        pytest.param(
            {"instructions": S, "input": [{"role": "user", "content": [{"type": "input_text", "text": U}]}],
             "output": [{"type": "reasoning", "summary": [{"type": "summary_text", "text": "Easy."}]},
                        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": A}]}]},
            [usage([SYSTEM, USER], A, reasoning="Easy.")],
            id="Responses",
        ),
        pytest.param({"instructions": S, "input": U}, [usage([SYSTEM, USER], None)], id="Responses, a text"),
        pytest.param(
            {"contents": GEMINI, "systemInstruction": {"parts": [{"text": S}]}},
            [usage([SYSTEM, USER], A), usage([SYSTEM, USER, ANSWER, ("user", U2)], None)],
            id="Gemini",
        ),
        pytest.param(
            {"request": {"contents": GEMINI}, "response": {"candidates": [{"content": {"parts": [{"text": A2}]}}]}},
            [SECOND],
            id="Gemini with its response",
        ),
        pytest.param(
            {"request": {"messages": MESSAGES}, "response": {"choices": [{"message": LAST}]}}, [SECOND], id="a pair"
        ),
        pytest.param(
            {"messages": MESSAGES, "response": {"content": [{"type": "text", "text": A2}], "role": "assistant"}},
            [SECOND],
            id="Anthropic with its response",
        ),
        pytest.param(
            {"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": {"messages": MESSAGES}},
            [OPEN],
            id="a batch",
        ),
        pytest.param(
            {"input": {"messages": MESSAGES}, "output": {"role": "assistant", "content": A2}}, [SECOND], id="a trace"
        ),
        pytest.param(
            {"conversations": [{"from": "system", "value": S}, {"from": "human", "value": U},
                               {"from": "gpt", "value": A}, {"from": "human", "value": U2},
                               {"from": "gpt", "value": A2}]},
            WITH_SYSTEM,
            id="ShareGPT",
        ),
        pytest.param({"prompt": U, "completion": A}, [FIRST], id="prompt and completion"),
        pytest.param({"question": U, "answer": "4"}, [usage([USER], "4")], id="an answer that is a number"),
        pytest.param({"instruction": U, "input": "", "output": A}, [FIRST], id="instruction and output"),
        pytest.param({"prompt": U}, [usage([USER], None)], id="a prompt alone"),
        pytest.param({"messages": json.dumps(MESSAGES), "id": "7"}, [FIRST, OPEN], id="JSON in a cell"),
        pytest.param({"mapping": TREE, "current_node": "d", "title": "t"}, [FIRST, SECOND], id="ChatGPT's export"),
        pytest.param(
            {"chat_messages": [{"sender": "human", "text": U}, {"sender": "assistant", "text": A}]},
            [FIRST],
            id="Claude's export",
        ),
        pytest.param(
            {"messages": [{"role": "assistant", "content": "Welcome."}, *MESSAGES, LAST]},
            [usage([("assistant", "Welcome."), USER], A),
             usage([("assistant", "Welcome."), USER, ANSWER, ("user", U2)], A2)],
            id="a greeting is no request",
        ),
        pytest.param(
            {"messages": [{"role": "user", "content": U},
                          {"role": "assistant", "content": A, "reasoning_content": "Let me add."}, MESSAGES[2]]},
            [usage([USER], A, reasoning="Let me add."), OPEN],
            id="reasoning is not sent again",
        ),
        pytest.param(
            {"messages": [{"role": "user", "content": U}, {"role": "assistant", "content": f"<think>Hm.</think>{A}"}]},
            [usage([USER], A, reasoning="Hm.")],
            id="reasoning in tags",
        ),
        pytest.param(
            {"messages": [{"role": "user", "content": U},
                          {"role": "assistant", "content": [{"type": "thinking", "thinking": "Hm."},
                                                            {"type": "text", "text": A}]}]},
            [usage([USER], A, reasoning="Hm.")],
            id="reasoning in parts",
        ),
        pytest.param(
            {"messages": [{"role": "user", "content": [{"type": "text", "text": U}, {"type": "image_url"}]},
                          {"role": "assistant", "content": A}]},
            [FIRST],
            id="an image is left out",
        ),
        pytest.param({"messages": [{"role": "system", "content": S}]}, [], id="nothing is asked"),
    ],
)  # fmt: skip
def test_forms(fields: dict[str, Any], expected: list[Usage]) -> None:
    assert is_chat(fields)
    chat = chat_of(fields, Remarks())
    assert chat is not None
    assert made_of([chat]) == expected


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"messages": []}, id="no messages"),
        pytest.param({"prompt": 12, "completion": 5}, id="counts"),
        pytest.param({"prompt": "12", "completion": "5"}, id="counts in a table"),
        pytest.param({"messages": MESSAGES, "usage": {"prompt_tokens": 3}}, id="usage beside it"),
        pytest.param({"messages": MESSAGES, "response": {"usage": {"input_tokens": 3}}}, id="usage of the response"),
        pytest.param({"messages": MESSAGES, "prompt_tokens": 3, "completion_tokens": 4}, id="counts beside it"),
        pytest.param({"request": {"contents": GEMINI}, "usageMetadata": {"promptTokenCount": 3}}, id="Gemini's usage"),
        pytest.param({"response": {"body": {"usage": {"input_tokens": 3}}}, "prompt": U}, id="a batch with usage"),
        pytest.param({"uuid": "1", "sessionId": "2", "message": {"role": "user", "content": U}}, id="Claude Code"),
    ],
)
def test_what_tells_its_usage_is_no_chat(fields: dict[str, Any]) -> None:
    assert not is_chat(fields)


def rows(*fields: Mapping[str, Any]) -> list[Row]:
    return [Row(f"line {n}", each) for n, each in enumerate(fields, 2)]


def threads(*fields: Mapping[str, Any]) -> list[Usage]:
    return made_of(list(chats_in(rows(*fields), Remarks())))


def test_rows_of_messages_by_conversation_wherever_they_lie() -> None:
    said = [("x", "user", U), ("y", "Customer", U2), ("x", "bot", A), ("y", "agent", A2), ("x", "user", U2)]
    table = [{"conversation_id": c, "Role": role, "Text": text} for c, role, text in said]
    assert all(map(is_message, table))
    assert threads(*table) == [FIRST, usage([("user", U2)], A2), OPEN]


def test_rows_of_messages_by_time() -> None:
    table = [
        {"chat": "x", "author": "assistant", "body": A, "created_at": "2026-12-01T09:01:00Z"},
        {"chat": "x", "author": "user", "body": U, "created_at": "2026-12-01T09:00:00Z"},
    ]
    assert threads(*table) == [FIRST]


def test_rows_of_messages_without_a_conversation() -> None:
    said = [("system", S), ("user", U), ("assistant", A), ("system", S), ("user", U2), ("assistant", A2)]
    expected = [usage([SYSTEM, USER], A), usage([SYSTEM, ("user", U2)], A2)]
    assert threads(*({"role": role, "content": text} for role, text in said)) == expected


def test_rows_of_messages_that_say_nothing() -> None:
    table = [{"chat": c, "role": "user", "text": text} for c, text in (("x", U), ("y", ""))]
    assert threads(*table, {"chat": "x", "role": "assistant", "text": A}) == [FIRST]
    assert threads({"chat": "y", "role": "user", "text": ""}) == []


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"role": "user"}, id="no text"),
        pytest.param({"text": U}, id="no role"),
        pytest.param({"from": "ann@example.com", "text": U}, id="an unknown role"),
    ],
)
def test_no_rows_of_messages(fields: dict[str, Any]) -> None:
    assert not is_message(fields)


def chats(*texts: str, is_request: bool = False) -> list[Chat]:
    """A letter a turn: small ones of the user, large ones of the assistant."""
    return [Chat(tuple(Turn("assistant" if c.isupper() else "user", (c,)) for c in text), is_request) for text in texts]


def asked(text: str, answer: str | None) -> Usage:
    return usage([("assistant" if c.isupper() else "user", c) for c in text], answer)


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        pytest.param(["aB", "aBcD"], [("a", "B"), ("aBc", "D")], id="goes on from an earlier row"),
        pytest.param(["aB", "aBcDeF"], [("a", "B"), ("aBc", "D"), ("aBcDe", "F")], id="two turns on"),
        pytest.param(["aB", "aB"], [("a", "B"), ("a", "B")], id="the same twice"),
        pytest.param(["aB", "aCdE"], [("a", "B"), ("a", "C"), ("aCd", "E")], id="another answer"),
        pytest.param(["aB", "aBcD", "aBcE"], [("a", "B"), ("aBc", "D"), ("aBc", "E")], id="goes on twice"),
        pytest.param(["a", "aBc", "aBcDe"], [("a", "B"), ("aBc", "D"), ("aBcDe", None)], id="the answer comes later"),
        pytest.param(["a", "a", "aB"], [("a", "B"), ("a", None)], id="one of two is answered"),
        pytest.param(["aBcD", "aB"], [("a", "B"), ("aBc", "D"), ("a", "B")], id="the longer one first"),
    ],
)
def test_a_conversation_logged_again_and_again(log: list[str], expected: list[tuple[str, str | None]]) -> None:
    assert made_of(chats(*log)) == [asked(text, answer) for text, answer in expected]


def test_requests_are_not_grown() -> None:
    expected = [asked("a", "B"), asked("aBc", "D"), asked("aBcDe", None)]
    assert made_of(chats("aB", "aBcD", "aBcDe", is_request=True)) == expected
    assert made_of(chats("a", "aBc", "aBcDe", is_request=True)) == expected


words = st.text(st.sampled_from("ab 12.é\n漢字"), min_size=1, max_size=12)
conversations = st.lists(st.tuples(words, words), min_size=1, max_size=4)
logs = st.lists(conversations, min_size=1, max_size=4)


def plainly(log: list[list[tuple[str, str]]]) -> list[Usage]:
    """Every answer is a request, and what an earlier row holds in full is not counted again."""
    made: list[Usage] = []
    whole: list[list[tuple[str, str]]] = []
    for talk in log:
        begun = max(
            (len(other) for other in whole if other == talk[: len(other)] and len(other) < len(talk)), default=0
        )
        whole.append(talk)
        for n in range(begun, len(talk)):
            history = [turn for u, a in talk[:n] for turn in (("user", u), ("assistant", a))]
            made.append(usage([*history, ("user", talk[n][0])], talk[n][1]))
    return made


def as_lines(log: list[list[tuple[str, str]]], **more: object) -> bytes:
    lines = [
        {
            "messages": [
                m for u, a in talk for m in ({"role": "user", "content": u}, {"role": "assistant", "content": a})
            ]
        }
        for talk in log
    ]
    return "\n".join(json.dumps(line | more) for line in lines).encode()


def total(usages: Sequence[Usage]) -> Usage:
    return Usage(*(sum(column) for column in zip(*(u.counts for u in usages), strict=True)))


@given(logs)
def test_a_log_is_what_a_plain_count_makes_of_it(log: list[list[tuple[str, str]]]) -> None:
    made = read_any(as_lines(log), "log.jsonl", SIZES)
    expected = plainly(log)
    assert (made.requests, made.usage) == (len(expected), total(expected))
    own = {count.family: count for count in made.counts}["o200k"]
    assert (own.input_tokens[1], own.output_tokens[1]) == (made.usage.total_input_tokens, made.usage.output_tokens)


@pytest.mark.parametrize("characters", [1, 40, 10**6])
def test_batches_change_nothing(characters: int, monkeypatch: pytest.MonkeyPatch) -> None:
    data = as_lines([[(U, A), (U2, A2)], [(U, A)], [(U2 * 300, A2 * 99), (S, A)]] * 3)
    whole = read_any(data, "log.jsonl", SIZES)
    monkeypatch.setattr("estimator.workload.texts.tally._BATCH_CHARACTERS", characters)
    made = read_any(data, "log.jsonl", SIZES)
    assert replace(made, counts=()) == replace(whole, counts=())
    for own, expected in zip(made.counts, whole.counts, strict=True):
        slack = 0 if own.method == "counted" else 99  # A sum of rounded estimates.
        assert own.input_tokens == pytest.approx(expected.input_tokens, abs=slack)
        assert own.output_tokens == pytest.approx(expected.output_tokens, abs=slack)


@given(logs, logs)
def test_profiles_of_chats_merge(a: list[list[tuple[str, str]]], b: list[list[tuple[str, str]]]) -> None:
    one, other = (
        read_any(as_lines([[("u1", name), *t] for t in log]), "log", SIZES) for name, log in (("A", a), ("B", b))
    )
    both = merge(one, other)
    assert (both.usage, both.requests) == (total([one.usage, other.usage]), one.requests + other.requests)
    assert [c.family for c in both.counts] == [c.family for c in one.counts]
    assert both.reuse is not None
    assert load(save(both), "p.json") == both


class Naive:
    """Reuse by tokens: the longest beginning that any earlier prompt has."""

    def __init__(self) -> None:
        self.seen: list[list[object]] = []

    def repeated(self, prompt: list[object]) -> int:
        best = 0
        for other in self.seen:
            n = 0
            while n < min(len(prompt), len(other)) and prompt[n] == other[n]:
                n += 1
            best = max(best, n)
        self.seen.append(prompt)
        return best


def as_tokens(said: Said) -> list[object]:
    """Marks and roles as tokens of their own, texts by word: in these texts each word is one token."""
    return [token for role, text in said for token in ("<", "|", ">", role, *(f" {w}" for w in text.split()))]


vocabulary = st.sampled_from(["one", "two", "three"])
prose = st.lists(vocabulary, min_size=1, max_size=300).map(lambda words: "".join(f" {word}" for word in words))
prompts = st.lists(prose, min_size=1, max_size=3).filter(lambda texts: len(texts) % 2 == 1)


@given(prose, st.lists(prompts, min_size=1, max_size=5))
def test_reuse_is_what_repeats_of_the_tokens(head: str, log: list[list[str]]) -> None:
    naive, repeated, asked_for = Naive(), 0, 0
    made = []
    for texts in log:
        turns = [(("user", "assistant")[n % 2], head + text if not n else text) for n, text in enumerate(texts)]
        made.append(Chat(tuple(Turn(role, (text,)) for role, text in turns), is_request=True))
        repeated += naive.repeated(as_tokens(turns))
        asked_for += len(as_tokens(turns)) + 3
    reuse = profile_of(made, "log", SIZES, Remarks()).reuse
    assert reuse is not None
    assert reuse.tokens == asked_for
    measured = round(reuse.reused_share() * asked_for)
    assert repeated - reuse.block_tokens * len(log) <= measured <= repeated


def test_ages_of_what_repeats() -> None:
    at = [datetime(2026, 12, 1, 9, minute, tzinfo=UTC) for minute in (0, 1, 6)]
    data = "\n".join(
        json.dumps({"prompt": "word " * 400, "completion": A, "timestamp": time.isoformat()}) for time in at
    ).encode()
    reuse = read_any(data, "log.jsonl", SIZES).reuse
    assert reuse is not None
    assert [age_s for age_s, _ in reuse.by_age] == [60, 300]
    assert reuse.timed


def test_without_times_the_age_is_not_known() -> None:
    made = read_any(as_lines([[(U, A), (U2, A2)]]), "log.jsonl", SIZES)
    assert made.reuse is not None
    assert not made.reuse.timed
    assert made.reuse.reused_share() > 0
    assert made.reuse.reused_share(2_592_000) == 0
    assert made.cells[0].start == ASSUMED
    assert any("tells times" in note for note in made.notes)


def test_times_of_messages_come_before_those_of_rows() -> None:
    messages = [
        {"role": "user", "content": U, "timestamp": "2026-12-01T09:00:00Z"},
        {"role": "assistant", "content": A, "timestamp": 1796115700},
        {"role": "user", "content": U2},
        LAST,
    ]
    chat = chat_of({"messages": messages, "created_at": "2026-12-01T08:00:00Z"}, Remarks())
    assert chat is not None
    starts = [record.start for record in Tally(Remarks()).records([chat])]
    assert starts == [datetime(2026, 12, 1, 9, 1, 40, tzinfo=UTC)] * 2


def test_a_time_that_is_none_is_that_of_the_row_before() -> None:
    lines = [{"prompt": U, "completion": A, "timestamp": t} for t in ("2026-12-01T09:00:00", "yesterday")]
    made = read_any("\n".join(map(json.dumps, lines)).encode(), "log.jsonl", SIZES)
    assert (made.starts, made.ends) == (datetime(2026, 12, 1, 9, tzinfo=UTC),) * 2
    assert made.notes == ("The times name no time zone: they are taken as UTC.",)


SECRET = "Anna Kowalska, anna@example.com, sk-12345"  # noqa: S105 - nobody's


@pytest.mark.parametrize(
    ("name", "data"),
    [
        pytest.param("log.jsonl", as_lines([[(SECRET, SECRET)]], id=SECRET, tools=[{"name": SECRET}]), id="messages"),
        pytest.param("log.csv", f'conversation_id,role,text\n"{SECRET}",user,"{SECRET}"\n'.encode(), id="table"),
        pytest.param("prompt.txt", SECRET.encode(), id="text"),
    ],
)
def test_nothing_of_a_text_is_kept(name: str, data: bytes) -> None:
    made = read_any(data, name, SIZES)
    for kept in (repr(made), save(made), str(made.__dict__)):
        assert "Anna" not in kept
        assert "sk-1" not in kept


@pytest.mark.parametrize(
    "line",
    [
        pytest.param({"messages": [{"role": "system", "content": SECRET}]}, id="nothing asked"),
        pytest.param({"messages": SECRET}, id="no messages"),
        pytest.param({SECRET: SECRET}, id="neither"),
    ],
)
def test_errors_tell_nothing_of_a_text(line: dict[str, object]) -> None:
    with pytest.raises(InputError) as caught:
        read_any(json.dumps(line).encode(), "log.jsonl", SIZES)
    assert "Anna" not in str(caught.value)
    assert str(caught.value).startswith("log.jsonl")
    assert "\n" not in str(caught.value)


def test_what_is_left_out_is_said() -> None:
    lines = [{"prompt": U, "completion": A}, {"other": 1}]
    made = read_any("\n".join(map(json.dumps, lines)).encode(), "log.jsonl", SIZES)
    assert "1 of 2 rows could not be read and is left out (50.0 %): line 2." in made.notes
    image = {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}
    assert any("no text" in note for note in read_any(json.dumps(image).encode(), "log.jsonl", SIZES).notes)
