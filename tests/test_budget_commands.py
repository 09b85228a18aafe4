"""The verbs of saved budgets, as a person or a scheduler calls them."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from estimator.__main__ import main
from estimator.decision import BudgetPlan, Task, month_after, month_of
from estimator.workload import from_template, templates
from estimator.workspace import budgets, saved_budget
from pricing import catalog, now
from tests.planned import growth
from tests.test_alerts import mail_server, mail_settings, silent, webhook
from tests.test_variance import exports

THIS = month_of(now())
LAST = month_after(THIS, -1)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BREAKEVEN_DATABASE_URL", raising=False)
    for name in ("BREAKEVEN_WEBHOOK_URL", "BREAKEVEN_SMTP_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BREAKEVEN_HOME", str(tmp_path / "home"))


def keep(limit: str, name: str = "2027", start: date = LAST) -> None:
    """A month of customer support on GPT-5.4 for $40.50."""
    base = from_template(templates()["support-chat"], 1000, catalog().sizes, start=datetime(2026, 11, 1, tzinfo=UTC))
    chat = Task("chat", base, ("openai", "gpt-5.4"), growth("0"), start, date(2030, 1, 1))
    plan = BudgetPlan((chat,), (), Decimal(limit), "month", "USD", start, 6)
    budgets().save("Acme", name, saved_budget(plan, catalog(), start))


def call(*args: str) -> int:
    try:
        return main(list(args))
    except SystemExit as ended:
        return int(str(ended.code))


def asked(capsys: pytest.CaptureFixture[str], *args: str) -> Any:
    call(*args, "--json")
    return json.loads(capsys.readouterr().out)


def test_a_watch_ends_with_3_once(capsys: pytest.CaptureFixture[str]) -> None:
    keep("10")
    assert call("watch") == 3
    assert "new  Acme, 2027: The limit of 10.00 USD a month will be passed" in capsys.readouterr().out
    assert call("watch") == 0
    assert "     Acme, 2027: The limit" in capsys.readouterr().out


def test_a_watch_without_news_ends_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    keep("10000")
    assert call("watch") == 0
    assert capsys.readouterr().out == "nothing about 1 budgets needs you today\n"


def test_a_watch_tells_by_webhook_and_by_mail_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keep("10")
    with webhook() as (url, got), mail_server() as (server, mails):
        for name, value in ({"BREAKEVEN_WEBHOOK_URL": url} | mail_settings(server)).items():
            monkeypatch.setenv(name, value)
        assert [call("watch", "--notify"), call("watch", "--notify")] == [3, 0]
    assert [post["budgets"][0]["budget"] for post in got] == ["2027"]
    assert mails.count("data") == 1
    assert "error" not in capsys.readouterr().err


def test_what_was_only_said_is_still_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    keep("10")
    assert call("watch") == 3
    with webhook() as (url, got):
        monkeypatch.setenv("BREAKEVEN_WEBHOOK_URL", url)
        assert call("watch", "--notify") == 0
    assert len(got) == 1


def test_a_webhook_that_hangs_needs_a_person(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("estimator.workspace.deliver.PATIENCE_S", 0.3)
    keep("10")
    with silent() as url:
        monkeypatch.setenv("BREAKEVEN_WEBHOOK_URL", url)
        assert [call("watch", "--notify"), call("watch", "--notify")] == [3, 3]
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert all("did not answer" in line and url not in line for line in said)


def test_nowhere_to_notify_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("watch", "--notify") == 2
    assert "nowhere to notify: set BREAKEVEN_WEBHOOK_URL" in capsys.readouterr().err


def test_the_list_says_whether_it_fits(capsys: pytest.CaptureFixture[str]) -> None:
    keep("10")
    keep("10000", "ample")
    verdicts = {each["name"]: each["verdict"] for each in asked(capsys, "budgets")}
    assert verdicts == {"2027": "does not fit", "ample": "fits"}
    assert call("budgets") == 0
    assert "It does not fit" in capsys.readouterr().out


def test_an_unpriced_budget_does_not_pass(capsys: pytest.CaptureFixture[str]) -> None:
    keep("10000")
    made = budgets().open("Acme", "2027").budget
    gone = replace(made.plan.tasks[0], model=("openai", "gpt-gone"))
    budgets().save("Acme", "2027", replace(made, plan=replace(made.plan, tasks=(gone,))), 1)
    (found,) = asked(capsys, "budgets")
    assert (found["verdict"], len(found["unpriced"])) == ("unpriced", 6)
    assert call("watch") == 3
    assert "the budget cannot be checked" in capsys.readouterr().out


def test_a_bill_against_a_budget(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep("10000")
    files = []
    for name, data in exports(LAST, (THIS - LAST).days, 500):
        (tmp_path / name).write_bytes(data)
        files.append(str(tmp_path / name))
    against = ("variance", *files, "--client", "Acme", "--budget", "2027")
    (found,) = asked(capsys, *against, "--keep")
    assert sum(found["parts"].values()) == pytest.approx(found["billed_usd"] - found["planned_usd"])
    assert found["planned_usd"] == pytest.approx(40.5)
    assert budgets().open("Acme", "2027").budget.bills[0].month == LAST
    assert call(*against) == 0
    assert "more than planned, most of it for more requests" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("args", "problem"),
    [
        pytest.param("variance no.csv --client A --budget B", "no budget is saved as A, B", id="no such budget"),
        pytest.param("afford --monthly-usd -1 --since 2026-01-01", "is no amount", id="less than nothing"),
        pytest.param("afford --monthly-usd 9 --since tomorrow", "is no date", id="no date"),
        pytest.param("afford --monthly-usd 9 --since 2099-01-01", "is not in the past", id="a day to come"),
    ],
)
def test_a_wrong_call_is_one_line(args: str, problem: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(*args.split()) == 2
    said = capsys.readouterr().err
    assert problem in said
    assert said.count("\n") == 1


def test_what_has_come_within_reach(capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, "afford", "--monthly-usd", "20", "--since", "2026-01-01")
    assert ("support-chat", "grok-4.20") in {(each["task"], each["model"].split("-0309")[0]) for each in found}
    assert all(each["then_usd"] > 20 >= each["now_usd"] for each in found)
