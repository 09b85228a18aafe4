"""Trials: samples, runs against a server on loopback, what is measured beside the estimate, and blind marks."""

import json
import time
from datetime import UTC, datetime
from decimal import Decimal
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.decision.endpoint import Answer, Limits, Message, endpoint
from estimator.decision.prompts import MOST_PROMPTS, read_prompts, sample
from estimator.decision.trial import Asked, Trial, blind, measured, own_scores, run, scores
from pricing import InputError
from tests.chat_server import WORDS, Script, serving
from tests.made_up import PLAIN, model, rule

KEY = "sk-test-77aa"
AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
QUICK = Limits(connect_s=1, silence_s=1, total_s=3, first_wait_s=0.01)


def prompts(count: int) -> tuple[tuple[Message, ...], ...]:
    return tuple((Message("user", f"Prompt number {n}"),) for n in range(count))


def tried(script: Script, count: int = 6, stop: Event | None = None, **limits: object) -> Trial:
    with serving(script) as url:
        where = endpoint(url, "m", KEY)
        return run(where, prompts(count), stop=stop or Event(), limits=Limits(**{**vars(QUICK), **limits}))


@pytest.mark.parametrize(
    ("data", "texts", "left_out"),
    [
        pytest.param(b"One?\n\n  Two? \n", [["One?"], ["Two?"]], 0, id="lines"),
        pytest.param(
            b'{"messages":[{"role":"system","content":"S"},{"role":"user","content":"Q"},'
            b'{"role":"assistant","content":"A"}]}',
            [["S", "Q"]],
            0,
            id="a chat up to its last question",
        ),
        pytest.param(
            b'{"messages":[{"role":"user","content":"Q1"},{"role":"assistant","content":"A"},'
            b'{"role":"user","content":"Q2"}]}\n{"prompt":"P","completion":"C"}\n',
            [["Q1", "A", "Q2"], ["P"]],
            0,
            id="a log of several forms",
        ),
        pytest.param(
            b'{"messages":[{"role":"user","content":"Q"},{"role":"tool","content":"T"}]}\n{"prompt":"P"}\n',
            [["P"]],
            1,
            id="tools are left out, and said to be",
        ),
    ],
)
def test_prompts_of_a_file(data: bytes, texts: list[list[str]], left_out: int) -> None:
    found = read_prompts(data, "log.jsonl")
    assert [[message.text for message in prompt] for prompt in found.all] == texts
    assert found.left_out == left_out


@pytest.mark.parametrize(
    ("data", "says"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b'{"a": 1}', "no chat", id="no chat"),
        pytest.param(b'[{"role": "x"', "line 1", id="broken"),
        pytest.param(b"\x89PNG\0\0\0\0", "not", id="a picture"),
    ],
)
def test_what_holds_no_prompts_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_prompts(data, "log.jsonl")


@given(st.lists(st.integers(1, 500), min_size=1, max_size=300), st.integers(1, MOST_PROMPTS), st.integers(0, 9))
def test_a_sample_has_one_of_each_stratum(lengths: list[int], size: int, seed: int) -> None:
    every = [(Message("user", "x" * n),) for n in lengths]
    chosen = sample(every, size, seed)
    assert chosen == sample(every, size, seed)
    assert len(chosen) == min(size, len(every))
    ordered = sorted(lengths)
    if len(every) > size:
        for i, prompt in enumerate(chosen):  # The i-th lies within the i-th of equal parts.
            low, high = len(every) * i // size, len(every) * (i + 1) // size - 1
            assert ordered[low] <= len(prompt[0].text) <= ordered[high]


@pytest.mark.parametrize("size", [0, MOST_PROMPTS + 1])
def test_a_trial_takes_so_many(size: int) -> None:
    with pytest.raises(InputError, match="1 to 100"):
        sample(prompts(3), size)


def test_every_prompt_is_asked_once_a_few_at_a_time() -> None:
    script = Script(wait_s=0.02)
    done = tried(script, 12, at_once=3)
    assert [each.prompt for each in done.asked] == list(prompts(12))
    assert {answer.text for answer in done.answers} == {"".join(WORDS)}
    assert sorted(one["messages"][0]["content"] for one in script.seen) == sorted(p[0].text for p in prompts(12))
    assert 1 < script.most_at_once <= 3


def test_a_wrong_key_stops_the_rest_with_one_reason() -> None:
    script = Script(statuses=[401] * 30)
    done = tried(script, 30, at_once=2)
    assert not done.answers
    assert done.problems == {f"{done.host} does not take the key (401): check it.": 30}
    assert len(script.seen) < 30


def test_who_never_answers_is_given_up() -> None:
    script = Script(first_wait_s=9)
    done = tried(script, 20, at_once=2, silence_s=0.3)
    assert not done.answers
    assert len(script.seen) <= 4


def test_one_that_fails_does_not_stop_the_others() -> None:
    done = tried(Script(statuses=[200, 400]), 8, at_once=1)
    assert len(done.answers) == 7
    assert list(done.problems.values()) == [1]


def test_a_stop_leaves_the_rest_unsent() -> None:
    script, stop = Script(), Event()
    stop.set()
    assert set(tried(script, 5, stop).problems) == {"stopped."}
    assert script.seen == []


def test_an_interruption_ends_the_run() -> None:
    script, stop = Script(wait_s=0.05), Event()

    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    with serving(script) as url, pytest.raises(KeyboardInterrupt):
        run(endpoint(url, "m", KEY), prompts(40), stop=stop, limits=QUICK, progress=interrupt)
    assert stop.is_set()
    assert len(script.seen) < 40


def test_an_interruption_does_not_wait_for_an_answer_on_its_way() -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    patient = Limits(silence_s=4, total_s=9)
    with serving(Script(statuses=[400], first_wait_s=4)) as url:
        begun = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            run(endpoint(url, "m", KEY), prompts(9), stop=Event(), limits=patient, progress=interrupt)
        assert time.monotonic() - begun < 3


def test_a_server_whose_owner_switched_trials_off_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BREAKEVEN_TRIALS", "off")
    script = Script()
    with pytest.raises(InputError, match="switched off"):
        tried(script)
    assert script.seen == []


def test_no_key_stays_in_what_is_kept() -> None:
    done = tried(Script(statuses=[401], body=KEY), 1)
    assert KEY not in repr(done) + json.dumps([str(p) for p in done.problems])


def answered(*answers: Answer, name: str = "m") -> Trial:
    return Trial("here", name, tuple(Asked((Message("user", "Hello there"),), answer) for answer in answers))


def said(text: str = "Yes.", **fields: object) -> Answer:
    return Answer(**{"text": text, "ttft_s": 0.5, "total_s": 1.5, "input_tokens": 1000, "output_tokens": 101, **fields})  # type: ignore[arg-type]


def test_what_is_measured_and_what_it_costs() -> None:
    # Two of 1,000 in at $2 and 101 out at $10 a million; 100 tokens in the second after the first.
    found = measured(answered(said(), said(ttft_s=0.7, total_s=2.7)), model(*PLAIN), AT)
    assert (found.answers, found.input_tokens, found.output_tokens) == (2, 2000, 202)
    assert found.ttft_s == pytest.approx(0.6)
    assert found.late_ttft_s == 0.7
    assert found.tpot_s == pytest.approx(0.015)
    assert found.usd == Decimal("0.00602")
    assert found.usd_per_thousand == Decimal("3.01")


def test_cached_input_is_priced_as_such() -> None:
    seller = model(*PLAIN, rule("cache_read", "0.5"))
    found = measured(answered(said(cached_tokens=600)), seller, AT)
    assert found.usd == (400 * 2 + 600 * Decimal("0.5") + 101 * 10) / Decimal(1_000_000)


def test_our_estimate_is_of_the_texts_alone() -> None:
    # o200k counts "Hello there" as 2 tokens and "Yes." as 2; a chat has 3 marks for its message,
    # 3 for the reply and 1 for the role.
    found = measured(answered(said()), model(*PLAIN), AT).estimate
    assert found is not None
    assert found.input_low <= 2 + 1 + 3 + 3 <= found.input_high
    assert found.output_tokens == 2
    assert found.usd == (found.input_tokens * 2 + 2 * 10) / Decimal(1_000_000)


@pytest.mark.parametrize(
    ("trial", "priced", "reason"),
    [
        pytest.param(answered(said()), False, "no model was chosen", id="no price list"),
        pytest.param(answered(said(), said(output_tokens=None)), True, "does not count", id="one is not counted"),
    ],
)
def test_a_cost_that_cannot_be_told_says_why(trial: Trial, priced: bool, reason: str) -> None:
    found = measured(trial, model(*PLAIN) if priced else None, AT)
    assert found.usd is None
    assert reason in found.reason


def test_what_is_unpriced_is_never_nothing() -> None:
    found = measured(answered(said()), model(rule("input", "2")), AT)
    assert found.usd is None
    assert "output" in found.reason


def test_without_an_answer_there_is_nothing_to_measure() -> None:
    with pytest.raises(InputError, match="gave no answer"):
        measured(Trial("here", "m", (Asked((), problem="no"),)), None, AT)


PAIR = (
    answered(*[said(f"a{n}") for n in range(40)], name="a"),
    answered(*[said(f"b{n}") for n in range(40)], name="b"),
)


def test_answers_are_shown_in_an_order_that_tells_nothing() -> None:
    looks = blind(PAIR, seed=1)
    assert looks == blind(PAIR, seed=1)
    firsts = [look.order[0] for look in looks]
    assert 8 < sum(firsts) < 32  # Of 40 fair throws; beyond lies one case in ten thousand.
    for number, look in enumerate(looks):
        assert look.texts == tuple(f"{'ab'[i]}{number}" for i in look.order)


def test_only_what_all_answered_is_compared() -> None:
    gap = Trial("here", "b", (Asked(PAIR[1].asked[0].prompt, problem="no"), *PAIR[1].asked[1:]))
    looks = blind((PAIR[0], gap), seed=1)
    assert [sorted(look.texts) for look in looks] == [[f"a{n}", f"b{n}"] for n in range(1, 40)]


def test_marks_go_to_whom_they_belong() -> None:
    looks = blind(PAIR, seed=3)
    # All of a's are good, of b's those of even number.
    marks = {(n, place): look.order[place] == 0 or n % 2 == 0 for n, look in enumerate(looks) for place in (0, 1)}
    found = scores(PAIR, looks, marks)
    assert own_scores(found, {}) == {"a at here": 100.0, "b at here": 50.0}
    assert own_scores(found, {"a at here": "x/a", "b at here": ""}) == {"x/a": 100.0, "b at here": 50.0}
    assert own_scores(found, {"a at here": "x/a", "b at here": "x/a"}) == {"a at here": 100.0, "b at here": 50.0}


@pytest.mark.parametrize(
    ("good", "of", "low", "high"),
    [
        # Wilson's interval, from its formula by hand: (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n), z = 1.96.
        pytest.param(40, 50, 0.670, 0.888, id="40 of 50"),
        pytest.param(0, 10, 0.0, 0.278, id="none of 10"),
        pytest.param(10, 10, 0.722, 1.0, id="10 of 10"),
    ],
)
def test_a_score_says_how_sure_it_is(good: int, of: int, low: float, high: float) -> None:
    trial = answered(*[said() for _ in range(of)])
    looks = blind((trial,), seed=0)
    found = scores((trial,), looks, {(n, 0): n < good for n in range(of)})["m at here"]
    assert found.low == pytest.approx(low, abs=1e-3)
    assert found.high == pytest.approx(high, abs=1e-3)
