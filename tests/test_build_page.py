"""The page that asks for a few numbers where there is nothing to upload."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from estimator.workload import built, edited, kinds, template_json


def _body() -> None:
    import streamlit as st  # noqa: PLC0415 - the body of a script that Streamlit runs

    from estimator.dashboard.build import build  # noqa: PLC0415
    from pricing import InputError  # noqa: PLC0415

    try:
        work = build()
    except InputError as error:
        st.error(str(error))
    else:
        assert work is not None
        usage = work.typical.usage
        st.success(f"{work.name}: {float(work.requests_per_month):.0f} requests, {usage.total_input_tokens} in")


def run(change: Callable[[AppTest], object] | None = None) -> AppTest:
    page = AppTest.from_function(_body, default_timeout=60).run()
    if change is not None:
        change(page)
        page.run()
    assert not page.exception, page.exception
    return page


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_has_its_numbers_and_sources(kind: str) -> None:
    page = run(lambda p: p.selectbox(key="kind").set_value(kind))
    assert page.success[0].value.startswith(f"{kinds()[kind].name}: ")
    assert {f"{kind}-{name}" for name in built(kind).parameters} <= {n.key for n in page.number_input}
    assert all("Usual are" in n.help for n in page.number_input if str(n.key).startswith(f"{kind}-"))
    assert any("The rest is yours or from" in c.value for c in page.caption)


def test_what_the_person_says_is_taken() -> None:
    def change(page: AppTest) -> None:
        page.number_input(key="many-built-conversation").set_value(10)
        page.number_input(key="conversation-turns").set_value(2)

    # Ten conversations of two turns, 650 and 1,000 tokens in.
    assert run(change).success[0].value == "A conversation: 20 requests, 16500 in"


def test_saved_numbers_come_back() -> None:
    template = edited(built("batch"), {"units": 3, "name": "Offers", "pages": (1, 1, 1)})
    data = template_json(template).encode()
    page = run(lambda p: p.file_uploader(key="template").upload("offers.json", data, "application/json"))
    assert page.success[0].value == f"Offers: 3 requests, {3 * (600 + 461)} in"


def test_a_bad_file_is_refused_in_a_sentence() -> None:
    page = run(lambda p: p.file_uploader(key="template").upload("t.json", b"{}", "application/json"))
    assert "t.json" in page.error[0].value
