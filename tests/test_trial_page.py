"""The page of trials: what it asks before anything is sent, what it shows, and that it keeps no key."""

import logging
import socket

import pytest
from streamlit.testing.v1 import AppTest

from tests.chat_server import Script, serving

KEY = "sk-test-5be1"
TEXT = "How are you?\nWhat is a wombat?\nTell me more about it, please."


def _body() -> None:
    from estimator.dashboard.trial import show  # noqa: PLC0415 - the body of a script that Streamlit runs

    show()


def opened() -> AppTest:
    page = AppTest.from_function(_body, default_timeout=60).run()
    assert not page.exception, page.exception
    return page


def filled(url: str, *, two: bool = False, key: str = KEY) -> AppTest:
    """The page with prompts and endpoints, and leave to send."""
    page = opened()
    page.text_area(key="trial-text").set_value(TEXT).run()
    sides = ("First model", "Second model") if two else ("First model",)
    if two:
        page.toggle(key="trial-two").set_value(True).run()
    for number, side in enumerate(sides):
        page.text_input(key=f"address-{side}").set_value(url)
        page.text_input(key=f"name-{side}").set_value(f"model-{number}")
        page.selectbox(key=f"priced-{side}").set_value("openai/gpt-5.4")
        page.text_input(key=f"key-{side}-0").set_value(key)
    page.run()
    assert not page.exception, page.exception
    return page


def sent(page: AppTest) -> AppTest:
    page.checkbox[0].set_value(True).run()
    page.button(key="trial-run").click().run()
    assert not page.exception, page.exception
    return page


def said(page: AppTest) -> str:
    kinds = (page.markdown, page.caption, page.error, page.warning, page.info)
    return "\n".join(str(element.value).replace("\\", "") for kind in kinds for element in kind)


def state(page: AppTest) -> str:
    """All that the session holds, what Streamlit keeps beside it included."""
    held = page.session_state._state._state
    return repr((page.session_state.to_dict(), held._new_session_state, held._old_state, held._new_widget_state.states))


def host(url: str) -> str:
    return url.removeprefix("http://").removesuffix("/v1")


def test_nothing_is_sent_before_the_person_says_so() -> None:
    script = Script()
    with serving(script) as url:
        page = filled(url)
        assert page.button(key="trial-run").disabled
        assert "Send 3 prompts to **127.0.0.1" in page.checkbox[0].label
        assert script.seen == []


def test_a_run_is_measured_beside_the_estimate() -> None:
    script = Script()
    with serving(script) as url:
        page = sent(filled(url))
    assert len(script.seen) == 3
    rows: dict[str, str] = dict(page.table[0].value.itertuples(index=False))
    assert rows["Answers"] == "3"
    assert rows["Input tokens"] == "36"
    assert rows["Output tokens"] == "9"
    # 12 tokens in at $2.50 and 3 out at $15 a million are $0.000075, or 7.5 cents a thousand.
    assert rows["A thousand such prompts"] in {"\\$0.08", "\\$0.07"}


def test_no_key_is_left_anywhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(Script()) as url:
        page = sent(filled(url))
    assert KEY not in state(page)
    assert KEY not in caplog.text
    assert KEY not in said(page)
    assert [i.value for i in page.text_input if i.label.endswith("this run only)")] == [""]


def test_answers_are_marked_blind_and_counted_at_the_end() -> None:
    with serving(Script()) as url:
        page = sent(filled(url, two=True))
    marks = [m for m in page.segmented_control if str(m.key).startswith("mark-")]
    assert len(marks) == 6
    assert "0 of 6 answers are marked" in said(page)
    assert "model-0 at" not in "\n".join(str(m.label) for m in marks)
    for mark in marks[:-1]:
        mark.set_value("Yes")
    page.run()
    assert "own-scores" not in page.session_state
    page.segmented_control(key=str(marks[-1].key)).set_value("No")
    page.run()
    assert not page.exception
    own = page.session_state["own-scores"]
    assert sorted(own) == [f"model-0 at {host(url)}", f"model-1 at {host(url)}"]  # Both are priced as GPT-5.4.
    assert sorted(own.values()) == [pytest.approx(200 / 3), 100.0]
    assert "2 of 3 good enough" in said(page)


def test_a_wrong_key_is_one_sentence() -> None:
    with serving(Script(statuses=[401] * 9, body=f"Incorrect key {KEY}")) as url:
        page = sent(filled(url))
    assert f"3 of 3 prompts failed. {host(url)} does not take the key (401): check it." in said(page)
    assert KEY not in said(page) + state(page)


def test_an_endpoint_that_is_not_there_is_one_sentence() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    page = sent(filled(url))
    assert f"{host(url)} cannot be reached: check the address." in said(page)


@pytest.mark.parametrize("address", ["file:///etc/passwd", "no address", f"https://u:{KEY}@x.com"])
def test_what_is_no_address_is_told_without_repeating_it(address: str) -> None:
    page = filled(address)
    assert len(page.error) == 1
    assert "ddress" in page.error[0].value
    assert KEY not in page.error[0].value


def test_a_server_without_trials_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BREAKEVEN_TRIALS", "off")
    page = opened()
    assert "switched off" in page.info[0].value
    assert not page.text_area


def test_an_unencrypted_way_is_warned_of() -> None:
    page = filled("http://example.com/v1")
    assert "without encryption" in page.warning[0].value


def test_leave_to_send_is_for_one_address_and_one_run() -> None:
    with serving(Script()) as url:
        page = filled(url)
        page.checkbox[0].set_value(True).run()
        page.text_input(key="address-First model").set_value("https://example.com/v1").run()
        assert page.checkbox[0].value is False
        page.text_input(key="address-First model").set_value(url).run()
        page = sent(page)
        assert page.checkbox[0].value is False


def test_two_of_the_same_are_refused() -> None:
    page = filled("https://example.com/v1", two=True)
    page.text_input(key="name-Second model").set_value("model-0").run()
    assert "same model at the same address" in page.error[0].value
