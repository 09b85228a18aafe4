"""The page on accuracy and the nearest measured systems, without a browser."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from estimator.selfhost.accuracy import error_of, points, weak
from estimator.selfhost.constants import EVERY
from tests.test_dashboard import run as run_page
from tests.test_dashboard import said


def _page() -> None:
    from estimator.dashboard.frame import PAGES  # noqa: PLC0415 - the body of a script that Streamlit runs

    PAGES["accuracy"].body()


def run(change: Callable[[AppTest], object] | None = None) -> AppTest:
    page = AppTest.from_function(_page, default_timeout=60).run()
    if change is not None:
        change(page)
        page.run()
    assert not page.exception, page.exception
    return page


@pytest.fixture(scope="module")
def opened() -> AppTest:
    """The page as it opens."""
    return run()


def labels(page: AppTest) -> str:
    return "\n".join(fold.label for fold in page.expander)


def test_the_error_comes_first_and_what_it_means_in_money(opened: AppTest) -> None:
    first, second = (m.value for m in opened.markdown[:2])
    assert first.startswith(f"### Predictions come within {error_of('family', EVERY, 'tokens').median_error:.0%}"[:-1])
    assert r"\$1,000" in second
    assert "four of five" in second


def test_money_is_in_the_chosen_currency() -> None:
    page = run(lambda p: p.selectbox(key="currency").set_value("EUR"))
    assert "€1,000" in page.markdown[1].value


def test_large_errors_are_said_plainly(opened: AppTest) -> None:
    text = said(opened)
    assert f"{error_of('family', EVERY, 'ttft').median_error:.0%}"[:-1] in text
    assert "mostly too high" in text
    worst = max(points(), key=lambda p: abs(p.error or 0) if p.counts else 0)
    assert "The farthest" in text
    assert f"{1 + (worst.error or 0):.2g} times" in text
    assert f"All {len(weak())} errors" in labels(opened)


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        pytest.param("Model", "deepseek-v4-flash", lambda m: m.model == "deepseek-v4-flash", id="a model"),
        pytest.param("GPU", "h100-sxm", lambda m: m.device == "h100-sxm", id="a GPU"),
        pytest.param("Measured by", "TRT-LLM", lambda m: m.family == "TRT-LLM", id="a group of sources"),
        pytest.param("Phase", "prefill", lambda m: m.phase == "prefill", id="a phase"),
    ],
)
def test_a_filter_leaves_what_it_says(field: str, value: str, kept: Callable[..., bool]) -> None:
    def choose(page: AppTest) -> None:
        page.selectbox(key=f"accuracy-{field}").set_value(value)
        page.session_state["accuracy-figures"] = True  # The fold below the chart is opened.

    page = run(choose)
    rows = [p for p in points() if kept(p.measurement)]
    assert f"{len(rows):,} measurements are shown" in said(page)
    table = page.dataframe[0].value
    assert len(table) == len(rows)
    assert set(table["Source"]) != {""}


def test_a_choice_that_nobody_measured_is_said_to_be_empty() -> None:
    def choose(page: AppTest) -> None:
        page.selectbox(key="accuracy-Model").set_value("kimi-k2")
        page.selectbox(key="accuracy-GPU").set_value("rtx-4090")

    page = run(choose)
    assert "Nobody on record measured that" in page.info[0].value


def test_rows_that_do_not_count_are_said_not_to() -> None:
    page = run(lambda p: p.selectbox(key="accuracy-GPU").set_value("ascend-910b"))
    assert "none counts in the errors" in said(page)


def test_every_equation_stands_there_with_its_code(opened: AppTest) -> None:
    code = [block.value for block in opened.code]
    assert any(block.startswith("def step_s(") for block in code)
    assert any("`throughput.step_s`" in fold.label for fold in opened.expander)


def test_what_was_left_out_is_told_with_its_reason(opened: AppTest) -> None:
    fold = next(fold for fold in opened.expander if fold.label.startswith("What was left out"))
    assert "acceptance unstated" in fold.table[0].value["Why"].str.lower().str.cat()


def test_a_plan_shows_the_nearest_measured_systems() -> None:
    page = run_page("selfhost", lambda p: p.selectbox(key="device").set_value("h200"))
    fold = next(fold for fold in page.expander if fold.label == "The nearest measured systems to yours")
    assert "The same model was measured on the same GPUs" in fold.markdown[0].value
    table = fold.table[0].value
    assert len(table) == 5
    assert table["System"][0].startswith("DeepSeek-V4-Flash")
    assert "H200" in table["System"][0]
    assert all(table["Source"])


def test_a_plan_that_nobody_measured_says_so() -> None:
    page = run_page("selfhost", lambda p: p.selectbox(key="weights").set_value("gemma-4-31b"))
    fold = next(fold for fold in page.expander if fold.label == "The nearest measured systems to yours")
    assert "Nobody on record measured" in fold.markdown[0].value
