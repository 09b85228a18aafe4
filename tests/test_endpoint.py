"""The door to an endpoint, against a server on loopback: measures, refusals, faults, and where the key goes."""

import json
import logging
import socket
import time
from contextlib import suppress
from threading import Event, Timer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.decision.endpoint import (
    Endpoint,
    Limits,
    Message,
    NoAnswer,
    ask,
    client,
    endpoint,
    is_open_to_readers,
    trials_allowed,
)
from pricing import InputError
from tests.chat_server import WORDS, Script, serving

KEY = "sk-test-3f9a1c"
PROMPT = (Message("system", "Be brief."), Message("user", "Count to three, wombat."))
QUICK = Limits(connect_s=1, silence_s=1, total_s=3, first_wait_s=0.01)


def asked(script: Script, limits: Limits = QUICK, stop: Event | None = None) -> object:
    """The answer, or the reason why there is none."""
    with serving(script) as url, client(limits) as http:
        try:
            return ask(http, endpoint(url, "m", KEY), PROMPT, limits, stop or Event())
        except NoAnswer as reason:
            return reason


def test_an_answer_is_read_and_measured() -> None:
    script = Script(first_wait_s=0.2, wait_s=0.1)
    answer = asked(script)
    assert answer.text == "".join(WORDS)  # type: ignore[attr-defined]
    assert (answer.input_tokens, answer.output_tokens) == (12, 3)  # type: ignore[attr-defined]
    assert 0.2 <= answer.ttft_s < 0.6  # type: ignore[attr-defined]
    # Three words, a tenth of a second apart: two steps after the first.
    assert answer.tpot_s == pytest.approx(0.1, abs=0.06)  # type: ignore[attr-defined]
    assert script.seen[0]["path"] == "/v1/chat/completions"
    assert script.seen[0]["messages"][1] == {"role": "user", "content": "Count to three, wombat."}
    assert script.seen[0]["stream_options"] == {"include_usage": True}
    assert script.keys == [f"Bearer {KEY}"]


def test_hidden_thoughts_are_the_first_token_and_no_text() -> None:
    answer = asked(Script(thoughts=1, wait_s=0.15))
    assert answer.text == "".join(WORDS)  # type: ignore[attr-defined]
    assert answer.ttft_s < 0.15 < answer.total_s  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        pytest.param(None, (None, 0, None), id="none"),
        pytest.param({"prompt_tokens": 9, "completion_tokens": 1}, (9, 0, 1), id="plain"),
        pytest.param(
            {"prompt_tokens": 9, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 4}},
            (9, 4, 1),
            id="cached, OpenAI",
        ),
        pytest.param(
            {"prompt_tokens": 9, "completion_tokens": 1, "prompt_cache_hit_tokens": 5}, (9, 5, 1), id="cached, DeepSeek"
        ),
        pytest.param({"prompt_tokens": 9, "prompt_tokens_details": None}, (9, 0, None), id="half of it"),
    ],
)
def test_usage_in_its_forms(usage: dict[str, object] | None, tokens: tuple[int | None, int, int | None]) -> None:
    answer = asked(Script(usage=usage))
    assert (answer.input_tokens, answer.cached_tokens, answer.output_tokens) == tokens  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("statuses", "says", "requests"),
    [
        pytest.param([401], "does not take the key (401)", 1, id="wrong key"),
        pytest.param([403], "does not take the key (403)", 1, id="forbidden"),
        pytest.param([404], "no such address or model", 1, id="not found"),
        pytest.param([402], "no credit", 1, id="no credit"),
        pytest.param([400], "refused the request (400)", 1, id="refused"),
        pytest.param([307], "refused the request (307)", 1, id="a redirect is not followed"),
        pytest.param([429] * 3, "takes no more requests", 3, id="too many"),
        pytest.param([500, 502, 503], "fault of its own (503)", 3, id="broken"),
    ],
)
def test_a_refusal_is_one_sentence(statuses: list[int], says: str, requests: int) -> None:
    script = Script(statuses=statuses, body=f"Incorrect API key provided: {KEY}; wombat", location="http://127.0.0.1:9")
    reason = asked(script)
    assert isinstance(reason, NoAnswer)
    assert says in str(reason)
    assert KEY not in repr(reason)
    assert "wombat" not in repr(reason)
    assert len(script.seen) == requests


@pytest.mark.parametrize("status", [429, 500])
def test_what_passes_is_tried_again(status: int) -> None:
    script = Script(statuses=[status, status])
    assert asked(script).text == "".join(WORDS)  # type: ignore[attr-defined]
    assert len(script.seen) == 3


@pytest.mark.parametrize(
    ("refuses", "kept"),
    [
        pytest.param(("stream_options",), {"max_tokens"}, id="no stream options"),
        pytest.param(("max_tokens",), {"stream_options", "max_completion_tokens"}, id="another name for the limit"),
        pytest.param(("max_tokens", "stream_options"), {"max_completion_tokens"}, id="both"),
    ],
)
def test_what_a_server_refuses_to_be_told_is_left_out(refuses: tuple[str, ...], kept: set[str]) -> None:
    script = Script(refuses=refuses)
    assert asked(script).text == "".join(WORDS)  # type: ignore[attr-defined]
    assert script.seen[-1].keys() - {"path", "model", "messages", "stream"} == kept


@pytest.mark.parametrize(
    ("script", "says"),
    [
        pytest.param(Script(events=["{no json"]), "does not speak the chat protocol", id="no JSON"),
        pytest.param(Script(events=['{"choices": 7}']), "does not speak the chat protocol", id="another shape"),
        pytest.param(Script(events=['{"usage": {"prompt_tokens": -1}}']), "does not speak", id="a negative count"),
        pytest.param(Script(usage={"prompt_tokens": 10**30}), "does not speak", id="an absurd count"),
        pytest.param(Script(events=["[DONE]"]), "without text", id="empty"),
        pytest.param(Script(events=[]), "without text", id="nothing"),
        pytest.param(Script(events=['{"error": {"message": "wombat"}}']), "broke off", id="an error in the stream"),
        pytest.param(Script(first_wait_s=5), "silent for 1 seconds", id="hangs"),
        pytest.param(Script(wait_s=0.9, thoughts=9), "longer than 3 seconds", id="drips"),
        pytest.param(Script(events=[json.dumps({"pad": "x" * 600_000})] * 9), "more than an answer", id="floods"),
    ],
)
def test_a_fault_is_one_sentence_in_time(script: Script, says: str) -> None:
    begun = time.monotonic()
    reason = asked(script)
    assert says in str(reason)
    assert "wombat" not in str(reason)
    assert time.monotonic() - begun < 8


def test_an_endpoint_that_is_not_there_is_told_within_the_timeout() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    begun = time.monotonic()
    with (
        client(QUICK) as http,
        pytest.raises(NoAnswer, match=r"^127\.0\.0\.1:\d+ cannot be reached: check the address\.$") as no,
    ):
        ask(http, endpoint(url, "m", KEY), PROMPT, QUICK, Event())
    assert no.value.is_final
    assert time.monotonic() - begun < 3


def test_a_stop_ends_an_answer_on_its_way() -> None:
    stop = Event()
    Timer(0.4, stop.set).start()
    reason = asked(Script(thoughts=50, wait_s=0.1), stop=stop)
    assert str(reason) == "stopped."


@pytest.mark.parametrize(
    ("address", "url"),
    [
        pytest.param("https://api.x.com/v1", "https://api.x.com/v1/chat/completions", id="base"),
        pytest.param(" https://api.x.com/v1/ ", "https://api.x.com/v1/chat/completions", id="slash and blanks"),
        pytest.param("https://x.com", "https://x.com/chat/completions", id="host alone"),
        pytest.param("http://[::1]:8000/v1", "http://[::1]:8000/v1/chat/completions", id="IPv6"),
        pytest.param("https://x.com/v1/chat/completions", "https://x.com/v1/chat/completions", id="in full"),
    ],
)
def test_an_address_in_its_forms(address: str, url: str) -> None:
    assert endpoint(address, "m", KEY).url == url


@pytest.mark.parametrize(
    "address",
    ["", "api.x.com", "ftp://x.com", "file:///etc/passwd", "https://", "javascript:alert(1)", "http://[::1",
     f"https://u:{KEY}@x.com", f"https://x.com?key={KEY}", "https://x.com#a"],
)  # fmt: skip
def test_what_is_no_address_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(InputError) as refused:
        endpoint(address, "m", KEY)
    assert KEY not in str(refused.value)


@given(st.text() | st.text().map("http://{}".format))
def test_any_text_is_an_address_or_refused(address: str) -> None:
    with suppress(InputError):
        assert endpoint(address, "m", "").url.startswith("http")


def test_blanks_around_a_key_are_no_part_of_it() -> None:
    assert endpoint("https://x.com", "m", f" {KEY}\n").key.get_secret_value() == KEY


@pytest.mark.parametrize("key", ["sk-\nX: y", "sk-é"])
def test_what_is_no_key_is_refused_without_repeating_it(key: str) -> None:
    with pytest.raises(InputError) as refused:
        endpoint("https://x.com", "m", key)
    assert "sk-" not in str(refused.value)


def test_a_model_must_be_named() -> None:
    with pytest.raises(InputError, match="name the model"):
        endpoint("https://x.com", " ", KEY)


@pytest.mark.parametrize(
    ("url", "is_open"),
    [
        ("https://x.com", False),
        ("http://x.com", True),
        ("http://localhost:1", False),
        ("http://127.0.0.1", False),
        ("http://10.0.0.1", True),
    ],
)
def test_who_may_read_along(url: str, is_open: bool) -> None:
    assert is_open_to_readers(endpoint(url, "m", KEY)) is is_open


@pytest.mark.parametrize(
    ("value", "allowed"), [(None, True), ("", True), ("on", True), ("off", False), (" OFF ", False)]
)
def test_the_owner_of_a_server_may_switch_it_off(
    monkeypatch: pytest.MonkeyPatch, value: str | None, allowed: bool
) -> None:
    monkeypatch.delenv("BREAKEVEN_TRIALS", raising=False)
    if value is not None:
        monkeypatch.setenv("BREAKEVEN_TRIALS", value)
    assert trials_allowed() is allowed


def test_neither_key_nor_prompt_is_logged_or_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    where = endpoint("https://x.com", "m", KEY)
    answer = asked(Script())
    assert isinstance(where, Endpoint)
    shown = caplog.text + repr(where) + str(where) + repr(answer) + repr(PROMPT) + json.dumps(vars(where), default=str)
    assert KEY not in shown
    assert "wombat" not in shown
    assert "three" not in shown
