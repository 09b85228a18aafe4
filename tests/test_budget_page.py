"""The budget page without a browser: make a budget, import a bill and see why it was higher, what can be afforded."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from estimator.decision import month_after, month_of
from estimator.workspace import budgets, workspace
from pricing import now
from tests.test_dashboard import run, said
from tests.test_variance import exports
from tests.test_workspace_pages import made


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BREAKEVEN_DATABASE_URL", raising=False)
    monkeypatch.setenv("BREAKEVEN_HOME", str(tmp_path / "home"))


THIS = month_of(now())
LAST = month_after(THIS, -1)


def then(page: AppTest, change: Callable[[AppTest], object]) -> AppTest:
    change(page)
    page.run()
    assert not page.exception, page.exception
    return page


def saved(page: AppTest, client: str = "Acme", name: str = "2027") -> AppTest:
    page.text_input(key="budget-client-").set_value(client)
    page.text_input(key="budget-name-").set_value(name)
    return then(page, lambda p: p.button(key="save-budget").click())


def last_month(page: AppTest, requests: int) -> AppTest:
    """Upload the bill of a month: so many requests a day of 1,000 tokens in and 100 out."""
    days = (THIS - LAST).days
    files = [(name, data, "text/csv") for name, data in exports(LAST, days, requests)]
    return then(page, lambda p: p.file_uploader(key="budget-bill").set_value(files))


def test_a_budget_is_made_and_kept() -> None:
    page = saved(run("budget", lambda p: p.number_input(key="limit").set_value(1_000)))
    assert "The budget 2027 of Acme is saved, version 1." in said(page)
    kept = budgets().open("Acme", "2027").budget
    assert (int(kept.plan.limit_usd), kept.plan.months, kept.plan.start) == (1_000, 12, THIS)
    assert kept.plan.tasks[0].model == ("openai", "gpt-5.4")
    assert "It fits." in said(page)


def test_a_saved_budget_opens_and_is_changed_as_its_next_version() -> None:
    page = saved(run("budget", lambda p: p.number_input(key="limit").set_value(1_000)))
    assert page.selectbox(key="budget-chosen").value == ("Acme", "2027")
    then(page, lambda p: p.number_input(key="limit-Acme/2027/1").set_value(10))
    assert "It does not fit." in said(page)
    then(page, lambda p: p.button(key="save-budget").click())
    assert "version 2." in said(page)
    assert [budgets().open("Acme", "2027", n).budget.plan.limit_usd for n in (1, 2)] == [1_000, 10]


def test_somebody_who_saved_in_between_is_not_written_over() -> None:
    page = saved(run("budget"))
    other = budgets().open("Acme", "2027")
    budgets().save("Acme", "2027", other.budget.with_bills(()), 1)
    page = saved(run("budget"))  # A new one of the same name.
    assert "Not saved yet" in said(page)
    then(page, lambda p: p.button(key="keep-their-budget").click())
    assert "Not saved yet" not in said(page)
    assert [e.number for e in budgets().entries()] == [2]


def test_a_limit_a_year() -> None:
    page = run("budget", lambda p: p.selectbox(key="limit-period").set_value("year"))
    assert "a year" in said(page)
    assert "It fits until" in said(page)  # $40.50 a month at first, against $100 for all twelve.


def test_more_work_and_a_project_come_into_it() -> None:
    workspace().save("Acme", "chat", made())
    page = run("budget", lambda p: p.number_input(key="limit").set_value(100_000))
    page.number_input(key="budget-add-growth").set_value(10)
    then(page, lambda p: p.button(key="budget-add").click())
    assert "growing by 10 % a month (5 to 20)" in said(page)
    page.text_input(key="project-name").set_value("Setting it up")
    page.number_input(key="project-usd").set_value(500)
    then(page, lambda p: p.button(key="project-add").click())
    saved(page)
    plan = budgets().open("Acme", "2027").budget.plan
    assert [task.name for task in plan.tasks] == ["Customer support chat", "Acme · chat"]
    assert [(p.name, int(p.usd[1])) for p in plan.projects] == [("Setting it up", 500)]


@pytest.mark.parametrize(
    ("seasons", "problem"),
    [
        pytest.param("100, 100", "The seasons have 2 figures", id="too few"),
        pytest.param("a lot", "no number", id="words"),
        pytest.param(", ".join(["-1"] * 12), "twelve factors from 0", id="below nothing"),
    ],
)
def test_seasons_that_cannot_be_are_told(seasons: str, problem: str) -> None:
    page = run("budget", lambda p: p.text_input(key="budget-seasons").set_value(seasons))
    assert problem in page.error[0].value


def test_a_model_that_retires_within_the_plan_cannot_pass() -> None:
    def choose(page: AppTest) -> None:
        page.number_input(key="limit").set_value(100_000)
        box = page.selectbox(key="budget-model")
        box.set_value(next(o for o in box.options if "Gemini 2.5 Flash" in o))

    page = run("budget", choose)
    assert "It cannot be said" in said(page)
    assert "has no price from December 2026 on" in said(page)


def test_last_months_bill_says_why_it_was_higher() -> None:
    # 5,000 requests of 1,800 tokens in and 240 out are planned; 500 a day, smaller, are billed.
    page = last_month(run("budget"), 500)
    days = (THIS - LAST).days
    apart = 500 * days * 0.004 - 40.5
    assert f"{LAST:%B %Y} cost \\${apart:.2f} more than planned, most of it for more requests" in said(page)
    causes = next(t.value for t in page.dataframe if "Because of" in t.value)
    assert causes["Difference"].astype(float).sum() == pytest.approx(apart, abs=0.001)
    by_cause = causes.set_index("Cause")["Difference"].astype(float)
    assert by_cause["tokens per request"] < 0 < by_cause["volume"]
    assert abs(by_cause.get("price", 0)) < 0.001
    assert "lies outside this budget" in said(page)


def test_a_bill_is_kept_in_the_budget_and_counts() -> None:
    page = saved(run("budget", lambda p: p.number_input(key="limit").set_value(1_000)))
    last_month(page, 500)
    then(page, lambda p: p.button(key="keep-bill").click())
    assert "version 2." in said(page)
    (kept,) = budgets().open("Acme", "2027").budget.bills
    assert (kept.month, kept.lines[0].model) == (LAST, "gpt-5.4")


def test_a_file_that_is_no_bill_is_one_sentence() -> None:
    files = [("prose.csv", b"Dear all,\nthanks.\n", "text/csv")]
    page = run("budget", lambda p: p.file_uploader(key="budget-bill").set_value(files))
    assert len(page.error) == 1
    assert "Prose.csv, line 2" in page.error[0].value


def test_what_can_be_afforded() -> None:
    page = run("budget", lambda p: p.number_input(key="customers").set_value(10))
    bought = next(t.value for t in page.dataframe if "A month" in t.value)
    row = bought[bought["Model"] == "GPT-5.4"].iloc[0]
    month = int(100 / (5 * (1_800 * 2.5 + 240 * 15) / 1e6))
    assert (row["A month"], row["A customer"]) == (month, month // 10)


def test_what_was_ruled_out_is_looked_at_again() -> None:
    def look_back(page: AppTest) -> None:
        page.number_input(key="limit").set_value(20)
        page.date_input(key="ruled-out-since").set_value(date(2026, 1, 1))
        page.button(key="look-again").click()

    page = run("budget", look_back)
    found = next(t.value for t in page.dataframe if "A month then" in t.value)
    assert "Grok 4.20" in found["Model"].tolist()


def test_what_stands_is_told() -> None:
    page = run("budget", lambda p: p.number_input(key="limit").set_value(10))
    assert "will be passed with a chance of" in said(page)
    assert "Nothing about this budget needs you today" in said(
        then(page, lambda p: p.number_input(key="limit").set_value(10_000))
    )


def test_nobody_elses_budgets_are_seen() -> None:
    saved(run("budget"))
    assert budgets("somebody-else").entries() == ()
