"""The page that says what would make work cheaper, without a browser."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from estimator.dashboard.charts_levers import saving_chart
from estimator.dashboard.purse import purse
from estimator.decision import Scenario
from estimator.decision.levers import levers
from estimator.workload import from_template, templates
from pricing import catalog
from tests.made_up import AT


def _body(model: tuple[str, str] | None) -> None:
    import streamlit as st  # noqa: PLC0415 - the body of a script that Streamlit runs

    from estimator.dashboard import cheaper  # noqa: PLC0415
    from estimator.workload import from_template, templates  # noqa: PLC0415
    from pricing import catalog, now  # noqa: PLC0415

    if model is not None:
        st.session_state.setdefault("lever-model", model)
    start = now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    cheaper.show(from_template(templates()["support-chat"], 5000, catalog().sizes, start=start))


def run(change: Callable[[AppTest], object] | None = None, model: tuple[str, str] | None = None) -> AppTest:
    page = AppTest.from_function(_body, kwargs={"model": model}, default_timeout=120).run()
    if change is not None:
        change(page)
        page.run()
    assert not page.exception, page.exception
    return page


def said(page: AppTest) -> str:
    kinds = (page.markdown, page.caption, page.error, page.warning, page.info)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def headline(page: AppTest) -> str:
    return next(str(m.value) for m in page.markdown if str(m.value).startswith("### "))


def test_the_best_lever_comes_first_with_its_amount() -> None:
    # Answers are waited for, so it is caching: 25,000 calls of 1,800 tokens, of which most is cached.
    page = run()
    assert headline(page).startswith("### Reuse repeated text: saves \\$")
    assert "On GPT-5.4 this work costs \\$203 a month" in said(page)
    assert "- **Another model**: The scores were taken with thinking" in said(page)
    assert "tokens a request are thought" in said(page)
    assert "Savings do not add up" in said(page)
    assert "Sizes, effort and risk of measures that save" in said(page)


def _body_with_a_test_of_ones_own() -> None:
    from unittest.mock import patch  # noqa: PLC0415

    import pandas as pd  # noqa: PLC0415

    from estimator.dashboard import cheaper  # noqa: PLC0415
    from estimator.workload import from_template, templates  # noqa: PLC0415
    from pricing import catalog, now  # noqa: PLC0415

    rows = pd.DataFrame(
        {"Model": ["GPT-5.4", "GPT-5.4 nano", "half a row"], "Right": [45, 44, None], "Of": [50, 50, None]},
    ).astype({"Right": "Int64", "Of": "Int64"})
    start = now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    with patch("streamlit.data_editor", lambda *_, **__: rows):
        cheaper.show(from_template(templates()["support-chat"], 5000, catalog().sizes, start=start))


def test_the_persons_own_test_goes_before_all_others() -> None:
    page = AppTest.from_function(_body_with_a_test_of_ones_own, default_timeout=120).run()
    assert not page.exception, page.exception
    assert "The floor of 90 on your own test, as you ran it" in said(page)
    tests = [frame.value for frame in page.dataframe if "Who ran it" in frame.value.columns]
    assert tests[0]["Who ran it"].iloc[0] == "you"
    assert "45 of 50: between 79 and 96, 19 times in 20" in list(tests[0]["Setting"])


def test_answers_that_can_wait_change_the_answer() -> None:
    page = run(lambda p: p.toggle(key="lever-wait").set_value(True))
    assert headline(page) == "### Let answers wait a day: saves \\$101 a month"


def test_the_floor_is_told_with_its_benchmark_and_setting_and_what_it_costs() -> None:
    text = said(run())
    assert "The floor of 73 on LiveBench, June 2026, with thinking" in text
    assert "One more point of the floor costs about" in text
    assert "The split stays the cheapest while GPT-5.4 nano costs at most" in text


def test_a_floor_that_nothing_reaches_is_said() -> None:
    def demand(page: AppTest) -> None:
        next(s for s in page.slider if s.label.startswith("At least")).set_value(95.0)

    assert "No mix reaches 95 on LiveBench, June 2026" in said(run(demand))


def test_the_floor_of_the_mix_moves_by_itself() -> None:
    def demand(page: AppTest) -> None:
        next(s for s in page.slider if s.label == "The floor of the mix (percent)").set_value(75.5)
        page.session_state["savings-figures"] = True  # The fold below the chart is opened.

    page = run(demand)
    assert "The floor of 75.5 on LiveBench, June 2026" in said(page)
    done = next(frame.value for frame in page.dataframe if "What is done" in frame.value.columns)
    assert any("Gemini 3.5 Flash from" in change for change in done["What is done"])  # The levers keep theirs.


def test_a_model_without_scores_is_not_rated() -> None:
    page = run(model=("deepseek", "deepseek-flash"))
    assert "not rated on record" in said(page)
    assert "A mix needs a floor under quality" in said(page)
    assert any("DeepSeek V4.1-Flash" in fold.label for fold in page.expander)


def test_a_floor_chosen_for_a_model_that_is_not_rated_makes_a_mix() -> None:
    def demand(page: AppTest) -> None:
        next(s for s in page.selectbox if s.label == "Quality is measured by").select_index(0)

    page = run(demand, model=("deepseek", "deepseek-flash"))
    assert "The floor of 50 on LiveBench, June 2026, with thinking" in said(page)


@pytest.mark.parametrize("rule", ["eu", "own"])
def test_rules_leave_out_what_is_not_known_to_keep_them(rule: str) -> None:
    page = run(lambda p: p.multiselect(key="lever-rules").set_value([rule]))
    assert "No other model or seller" in said(page)


def test_the_chart_has_a_bar_for_each_lever_and_hatches_what_is_in_doubt() -> None:
    book = catalog()
    chat = from_template(templates()["support-chat"], 1000, book.sizes, start=AT.replace(day=1))
    found = levers(chat, book, Scenario(AT), book.find("gpt-5.4")).found
    chart = saving_chart(found, purse(AT.date()))
    ranges, solid = chart.figure["data"]
    assert len(solid["y"]) == len(chart.rows()) == len(found) >= len(ranges["y"])
    hatched = [shape == "/" for shape in solid["marker"]["pattern"]["shape"]]
    assert hatched == [bool(lever.doubt) for lever in found]
    assert any(hatched)
    assert not all(hatched)
