"""Work described by numbers: every request of its own size, sums by formula, repeats by structure, files and back."""

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator.tokens import contents
from estimator.workload import (
    Built,
    Call,
    Prompt,
    Record,
    built,
    calls,
    edited,
    from_built,
    is_template,
    kinds,
    load_template,
    measure,
    parameters,
    profile,
    settings_of,
    shapes,
    template_json,
)
from estimator.workload.shapes import spread
from pricing import InputError, Usage
from pricing.facts import sources

SIZES = (0, 1500, 200_001)
START = datetime(2026, 12, 1, tzinfo=UTC)
KINDS = ["conversation", "documents", "agent", "batch", "transcription"]


def fixed(kind: str, **numbers: int) -> Built:
    return edited(built(kind), {name: (n, n, n) for name, n in numbers.items()})


def chat(turns: int, instructions: int = 500, message: int = 150, answer: int = 200) -> Built:
    return fixed(
        "conversation", turns=turns, instructions_tokens=instructions, message_tokens=message, answer_tokens=answer
    )


def test_the_kinds_are_there_and_sourced() -> None:
    assert list(kinds()) == KINDS
    for kind in kinds().values():
        assert kind.shape in shapes()
        assert kind.content in {"", *contents()}
        assert parameters(kind.id)
        for known in parameters(kind.id).values():
            assert known.source in sources()
            assert known.status == "guess" or known.source != "breakeven-workload-guesses"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_makes_a_workload(kind: str) -> None:
    template = built(kind)
    made = from_built(template, template.units_per_month, SIZES, start=START)
    inputs = [p.usage.total_input_tokens for p in (made.low, made.typical, made.high)]
    assert inputs == sorted(inputs)
    assert made.requests_per_month == template.units_per_month * made.requests_per_unit
    assert made.units_per_month == template.units_per_month
    assert {a.source for a in made.assumptions} <= {"", *sources()}
    assert made.repeated_share is not None
    assert 0 < made.repeated_share[0] <= made.repeated_share[1] <= made.repeated_share[2] < 1


def test_a_published_conversation_comes_out_as_published() -> None:
    # aicosthub.com: five turns of 500 + 150 + 200 take 6,750 tokens in and 1,000 out; the input grows 650 to 2,050.
    unit = calls(built("conversation"), 1)
    assert [call.input_tokens for call in unit] == [650, 1000, 1350, 1700, 2050]
    assert sum(call.input_tokens for call in unit) == 6750
    assert sum(call.output_tokens for call in unit) == 1000


def test_a_published_question_comes_out_as_published() -> None:
    assert calls(built("documents"), 1) == (Call(2900, 500, 800),)  # aipromptshub.co: 2,900 in, 500 out.


def test_a_measured_agent_is_within_what_was_measured() -> None:
    # DiscoPosse/agent-llm-traces: 1.3 to 3.4 million tokens a task, the largest context about 120,000.
    unit = calls(built("agent"), 2)
    assert 1.3e6 < sum(call.input_tokens + call.output_tokens for call in unit) < 3.4e6
    assert 110_000 < max(call.input_tokens for call in unit) < 125_000


def test_an_hour_of_sound_on_gemini() -> None:
    # 32 tokens a second; 60 × 150 words at 1.33 tokens are written and summed up.
    template = fixed("transcription", minutes=60, words_per_minute=150, tokens_per_100_words=133)
    heard, summed = calls(template, 1)
    assert (heard.input_tokens, heard.sound_tokens, heard.output_tokens) == (115_200, 115_200, 11_970)
    assert (summed.input_tokens, summed.output_tokens) == (12_470, 600)
    made = from_built(template, 10, SIZES, start=START)
    assert made.typical.usage == Usage(124_700, uncached_audio_tokens=1_152_000, output_tokens=125_700)


def test_sound_counts_as_the_family_does() -> None:
    heard, _ = calls(edited(fixed("transcription", minutes=1), {"heard_by": "o200k"}), 1)
    assert heard.sound_tokens == 600  # A token each 100 ms.


@given(st.integers(1, 60), st.integers(0, 5000), st.integers(0, 3000), st.integers(0, 3000))
def test_a_conversation_sums_up_as_the_formula_says(n: int, s: int, u: int, r: int) -> None:
    unit = calls(chat(n, s, u, r), 1)
    assert sum(call.input_tokens for call in unit) == n * s + u * n * (n + 1) // 2 + r * n * (n - 1) // 2
    history: list[int] = []
    for call in unit:  # As they are sent: the instructions, all that was said, and the new message.
        assert call.input_tokens == s + sum(history) + u
        history += [u, r]


def test_an_agent_is_summed_up_when_it_grows_too_long() -> None:
    numbers = {"instructions_tokens": 100, "tools_tokens": 100, "task_tokens": 100, "step_tokens": 50}
    template = fixed("agent", steps=5, result_tokens=350, compact_at_tokens=1000, summary_tokens=60, gap_s=5, **numbers)
    assert calls(template, 1) == (
        Call(300, 50, 200, 0),
        Call(700, 50, 200, 100),
        Call(1100, 60, 200, 500),  # Above 1,000: all of it is read once more and summed up.
        Call(360, 50, 200, 100),
        Call(760, 50, 200, 160),
        Call(1160, 60, 200, 560),
        Call(360, 50, 200, 100),
    )


@pytest.mark.parametrize(("limit", "requests"), [(0, 5), (1900, 5), (1899, 6)], ids=["never", "not above", "one above"])
def test_the_edge_of_summing_up(limit: int, requests: int) -> None:
    numbers = {"instructions_tokens": 100, "tools_tokens": 100, "task_tokens": 100, "step_tokens": 50}
    template = fixed("agent", steps=5, result_tokens=350, compact_at_tokens=limit, summary_tokens=60, **numbers)
    assert len(calls(template, 1)) == requests


@settings(max_examples=20)
@given(st.integers(1, 500), st.sampled_from(KINDS), st.integers(0, 2))
def test_a_month_is_the_profile_of_all_its_requests(units: int, kind: str, level: int) -> None:
    template = built(kind)
    made = from_built(template, units, SIZES, start=START)
    one = (made.low, made.typical, made.high)[level]

    def requests() -> Iterator[Record]:
        for hour, n in spread(units, shapes()[template.shape], START):
            for call in calls(template, level):
                text = call.input_tokens - call.sound_tokens
                usage = Usage(
                    text * n, uncached_audio_tokens=call.sound_tokens * n, output_tokens=call.output_tokens * n
                )
                yield Record(hour, usage, n)

    by_request = profile(requests(), SIZES, tokenizers=["o200k"])
    assert replace(one, reuse=None) == replace(by_request, starts=one.starts, ends=one.ends)


def test_what_repeats_is_what_hashes_of_the_same_prompts_would_tell() -> None:
    # Every token is named by what it is, so that only equal beginnings are equal.
    template, units = chat(4, instructions=48, message=16, answer=32), 20
    prompts, gap = [], timedelta(seconds=1)
    for unit in range(units):
        for turn, call in enumerate(calls(template, 1)):
            said = [("i", n) for n in range(48)] + [(unit, n) for n in range(call.input_tokens - 48)]
            beginnings = tuple(tuple(said[: n + 1]) for n in range(len(said)))
            prompts.append(Prompt(START + (unit * 10 + turn) * gap, len(said), beginnings))
    by_hash = measure(prompts, 1)
    made = from_built(template, units, SIZES, start=START).typical.reuse
    assert made is not None
    assert made.tokens == by_hash.tokens
    first = 48 / by_hash.tokens  # The very first instructions repeat nothing; a month of chance starts full.
    assert made.reused_share() == pytest.approx(by_hash.reused_share() + first, abs=1e-6)


@pytest.mark.parametrize(
    ("least", "share"),
    [
        # Of 650 + 1000 + 1350 + 1700 + 2050 tokens; each turn but the first begins with all of the one before.
        pytest.param(0, (650 + 1000 + 1350 + 1700) / 6750, id="any beginning"),
        pytest.param(1024, (1350 + 1700) / 6750, id="1,000 are too few, 1,350 are not"),
        pytest.param(2048, 0, id="none is so long"),
    ],
)
def test_short_beginnings_are_not_cached(least: int, share: float) -> None:
    # One conversation a month, so that nobody else's instructions are alive; a message each second.
    made = from_built(edited(built("conversation"), {"gap_s": (1, 1, 1)}), 1, SIZES, start=START).typical.reuse
    assert made is not None
    assert made.reused_share(300, least) == pytest.approx(share, abs=1e-3)


def test_slow_answers_find_less() -> None:
    template = edited(built("conversation"), {"gap_s": (300, 300, 300)})
    made = from_built(template, 1, SIZES, start=START).typical.reuse
    assert made is not None
    assert made.reused_share(300) == pytest.approx((1 - math.exp(-1)) * 4700 / 6750, abs=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_goes_to_a_file_and_back(kind: str) -> None:
    template = edited(built(kind), {"units": 77, "period": "week", "name": "Größe"})
    data = template_json(template).encode()
    assert is_template(data)
    assert load_template(data, "t.json") == template


def test_what_the_user_sets_is_the_users() -> None:
    amount = chat(7).parameters["turns"]
    assert (amount.triple, amount.status, amount.source) == ((7, 7, 7), "user", "")
    assert built("conversation").parameters["turns"].triple == (3, 5, 9)  # The defaults stay as they are.


def test_settings_of_a_command() -> None:
    assert settings_of(["turns=8", "gap_s = 1:2:3", "units=5"]) == {
        "turns": (8, 8, 8),
        "gap_s": (1, 2, 3),
        "units": "5",
    }


@pytest.mark.parametrize(
    "text", ["turns", "turns=", "turns=a", "turns=1:2", "turns=-1", "turns=1.5", f"turns={10**12}"]
)
def test_settings_that_cannot_be(text: str) -> None:
    with pytest.raises(InputError):
        settings_of([text])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"turns": (0, 1, 2)}, "within 1 to 200", id="below the least"),
        pytest.param({"turns": (1, 2, 201)}, "within 1 to 200", id="above the most"),
        pytest.param({"turns": (3, 2, 4)}, "rise from low to high", id="out of order"),
        pytest.param({"pages": (1, 1, 1)}, "set one of turns", id="of another kind"),
        pytest.param({"units": 0}, "greater than 0", id="no units"),
        pytest.param({"period": "year"}, "'day', 'week' or 'month'", id="period"),
        pytest.param({"shape": "square"}, "one of office", id="shape"),
        pytest.param({"heard_by": "ears"}, "models that take sound", id="family"),
        pytest.param({"name": ""}, "at least 1", id="no name"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        edited(built("conversation"), changes)


def broken(**changes: object) -> bytes:
    return json.dumps(json.loads(template_json(built("batch"))) | changes).encode()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"", "t.json", id="empty"),
        pytest.param(b"{", "t.json", id="broken"),
        pytest.param(b"\xff\xfe\x00", "t.json", id="no text"),
        pytest.param(b"[" * 100_000, "t.json", id="deep"),
        pytest.param(broken(version=2), "t.json, version", id="another version"),
        pytest.param(broken(extra=1), "t.json, extra", id="an unknown field"),
        pytest.param(broken(kind="tea"), "kind must be one of", id="an unknown kind"),
        pytest.param(broken(parameters={}), "the parameters of batch are pages", id="no parameters"),
        pytest.param(broken(units=10**13), "t.json, units", id="absurd"),
    ],
)
def test_a_bad_file_is_refused_in_a_sentence(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message) as refused:
        load_template(data, "t.json")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("units", "start", "message"),
    [
        pytest.param(0, START, "more than 0", id="nothing"),
        pytest.param(10**16, START, "10\\^18", id="absurd"),
        pytest.param(1, START.replace(tzinfo=None), "no time zone", id="naive"),
    ],
)
def test_months_that_cannot_be(units: int, start: datetime, message: str) -> None:
    with pytest.raises(InputError, match=message):
        from_built(built("conversation"), units, SIZES, start=start)


def test_less_than_a_unit_a_month_keeps_its_rate() -> None:
    made = from_built(built("conversation"), Fraction(1, 2), SIZES, start=START)
    assert (made.typical.requests, made.requests_per_month) == (5, Fraction(5, 2))
