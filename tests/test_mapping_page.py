"""The page that shows what it understood of a table before it counts it."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from estimator.dashboard.mapping import may_be_mapped

GERMAN = (
    b"Datum;Wer;Eingabe-Token;Ausgabe-Token\n"
    b"05.10.2026;secret@example.com;1.234;200\n"
    b"06.10.2026;secret@example.com;2.500;1.000\n"
)


def _body(data: bytes) -> None:
    import streamlit as st  # noqa: PLC0415 - the body of a script that Streamlit runs

    from estimator.dashboard.mapping import mapped  # noqa: PLC0415
    from pricing import InputError  # noqa: PLC0415

    try:
        profile = mapped(data, "t.csv")
    except InputError as error:
        st.error(str(error))
    else:
        if profile is not None:
            usage = profile.usage
            st.success(f"{usage.total_input_tokens} in, {usage.output_tokens} out, from {profile.starts:%Y-%m-%d}")


def run(data: bytes, change: Callable[[AppTest], object] | None = None) -> AppTest:
    page = AppTest.from_function(_body, kwargs={"data": data}, default_timeout=60).run()
    if change is not None:
        change(page)
        page.run()
    assert not page.exception, page.exception
    return page


def chosen(page: AppTest) -> dict[str, str]:
    return {box.label: str(box.value) for box in page.selectbox if box.value}


def box(page: AppTest, label: str) -> object:
    return next(each for each in page.selectbox if each.label == label)


def test_what_is_understood_is_shown_before_it_is_counted() -> None:
    page = run(GERMAN)
    assert chosen(page) == {"Day or time": "Datum", "Tokens sent": "Eingabe-Token", "Tokens written": "Ausgabe-Token"}
    shown = "\n".join(c.value for c in page.caption)
    assert "such as 05.10.2026; 06.10.2026" in shown
    assert "secret" not in shown
    assert not page.success


def test_it_is_counted_once_the_person_says_so() -> None:
    page = run(GERMAN, lambda p: p.checkbox[0].check())
    assert page.success[0].value == "3734 in, 1200 out, from 2026-10-05"


def test_the_order_of_dates_is_a_choice_where_none_tells() -> None:
    def change(page: AppTest) -> None:
        page.radio[0].set_value("month-first")
        page.checkbox[0].check()

    assert run(GERMAN, change).success[0].value == "3734 in, 1200 out, from 2026-05-10"


def test_a_column_can_be_changed() -> None:
    def change(page: AppTest) -> None:
        box(page, "Tokens sent").set_value("Ausgabe-Token")  # type: ignore[attr-defined]
        box(page, "Tokens written").set_value("Eingabe-Token")  # type: ignore[attr-defined]
        page.checkbox[0].check()

    assert run(GERMAN, change).success[0].value == "1200 in, 3734 out, from 2026-10-05"


def test_what_is_missing_is_said() -> None:
    page = run(GERMAN, lambda p: box(p, "Tokens written").set_value(""))  # type: ignore[attr-defined]
    assert page.warning[0].value == "It cannot be counted yet: no column counts output tokens."
    assert not page.checkbox


@pytest.mark.parametrize(
    ("data", "asked"),
    [
        pytest.param(GERMAN, True, id="a table in nobody's form"),
        pytest.param(b"name,comment\nx,hello\n", False, id="no tokens"),
        pytest.param(b"timestamp,input_tokens,output_tokens\n2026-10-05T10:00,5,1\n", False, id="a known form"),
        pytest.param(b"\x89PNG\r\n", False, id="a picture"),
        pytest.param(b"", False, id="empty"),
    ],
)
def test_when_the_page_asks(data: bytes, asked: bool) -> None:
    assert may_be_mapped(data, "t") is asked
