"""Monthly reports: the prices of the month's end, the client's brand and limit; files that stay the same."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from estimator.__main__ import main
from estimator.commands import reports
from estimator.report import Brand
from estimator.workspace import (
    Entry,
    Study,
    Version,
    brands,
    budgets,
    prices_at,
    saved_budget,
    study,
    study_report,
    workspace,
)
from estimator.workspace.database import writing
from pricing import Catalog, InputError, catalog
from pricing.state import catalog_state
from tests.kept import a_study, book
from tests.made_up import AT, model, rule, sold
from tests.planned import plan, task

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
KEYS = (("acme", "m"), ("acme", "n"))


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BREAKEVEN_DATABASE_URL", raising=False)
    monkeypatch.setenv("BREAKEVEN_HOME", str(tmp_path / "home"))


def version(saved: Study | None = None, name: str = "chat") -> Version:
    return Version("Acme", name, 1, AT, saved or a_study())


@pytest.mark.parametrize(
    ("month", "day"),
    [
        pytest.param(date(2026, 10, 1), "2026-10-31T23:59:00+00:00", id="past"),
        pytest.param(date(2026, 2, 1), "2026-02-28T23:59:00+00:00", id="short"),
        pytest.param(date(2025, 12, 1), "2025-12-31T23:59:00+00:00", id="year"),
        pytest.param(date(2026, 11, 1), "2026-11-27T23:59:00+00:00", id="running"),
    ],
)
def test_a_month_has_the_prices_of_its_end_or_of_today(month: date, day: str) -> None:
    assert prices_at(month, NOON).isoformat() == day


def test_a_month_to_come_has_no_prices() -> None:
    first = datetime(2026, 12, 1, tzinfo=UTC)
    assert prices_at(date(2026, 12, 1), first).date() == date(2026, 12, 1)
    with pytest.raises(InputError, match="December 2026 has not begun"):
        prices_at(date(2026, 12, 1), NOON)


# Prices that come and go later change nothing about an earlier day


def later(earlier: Catalog) -> Catalog:
    """The same price list after a refresh: m got dearer on 1 December, and all was checked again."""
    change = "2026-12-01T00:00:00Z"
    checked = {"checked_on": "2026-12-05"}
    m = model(
        rule("input", "2", valid_to=change, **checked),
        rule("input", "3", valid_from=change, **checked),
        rule("output", "10", **checked),
    )
    n = model(rule("input", "1", **checked), rule("output", "10", **checked), id="n")
    return replace(sold(m, n), sources=earlier.sources)


def test_later_prices_do_not_change_the_report_of_an_earlier_day() -> None:
    before, after = (study_report(version(), each, AT) for each in (book(), later(book())))
    assert before.state.digest == after.state.digest
    assert [(o.model, o.usd) for o in before.options] == [(o.model, o.usd) for o in after.options]
    assert (before.spending, before.effects) == (after.spending, after.effects)
    december = study_report(version(), later(book()), datetime(2026, 12, 6, tzinfo=UTC))
    assert december.state.digest != before.state.digest
    assert next(o.usd for o in december.options if o.model == "m") == 4


def test_a_correction_of_its_own_day_does_change_its_state() -> None:
    assert catalog_state(book("3"), KEYS, AT).digest != catalog_state(book(), KEYS, AT).digest


def test_the_order_of_prices_is_no_part_of_the_state() -> None:
    rules = (rule("input", "2"), rule("output", "10"))
    one, other = (sold(model(*some)) for some in (rules, rules[::-1]))
    assert catalog_state(one, KEYS, AT) == catalog_state(other, KEYS, AT)


def test_a_study_keeps_the_state_of_all_its_prices() -> None:
    assert catalog_state(later(book()), KEYS).digest != catalog_state(book(), KEYS).digest


# What a report of a saved study says


def test_its_limit_is_its_own_then_that_of_the_budget_of_its_name() -> None:
    year = saved_budget(plan(task(growth=(Decimal(0), Decimal("0.02"), Decimal(1))), period="year"), book(), AT.date())
    two = saved_budget(plan(task(), task("more")), book(), AT.date())
    own = replace(a_study(), budget=None)
    found = [
        study_report(version(saved), book(), AT, budget=budget).spending
        for saved, budget in ((a_study(), year), (own, year), (own, two), (own, None))
    ]
    limits = [(each.limit_usd, each.growth) if each else None for each in found]
    assert limits[0] == (Decimal(100), Decimal("0.05"))
    assert limits[1] == (Decimal(100) / 12, Decimal("0.02"))
    assert limits[2] is not None
    assert limits[2][0] == 100
    assert limits[3] is not None
    assert limits[3][0] is None


def test_it_bears_the_clients_brand_or_the_clients_name() -> None:
    assert study_report(version(), book(), AT).brand == Brand(client="Acme")
    look = Brand(client="Acme Ltd", color="#8a1c3c")
    made = study_report(version(), book(), AT, look)
    assert (made.brand, made.title) == (look, "chat: what it costs, November 2026")


# The command


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str, str]]:
    monkeypatch.setattr(reports, "now", lambda: NOON)

    def run(*argv: object) -> tuple[int, str, str]:
        try:
            code = main(["reports", *map(str, argv)])
        except SystemExit as stop:
            code = int(stop.code or 0)
        return code, *capsys.readouterr()

    return run


def real() -> Study:
    """Of models that are in the catalog."""
    keys = (("openai", "gpt-5.4"), ("deepseek", "deepseek-v4-pro"))
    return study(a_study().workload, a_study().scenario, keys, catalog())


CSV_JSON = ("--format", "csv", "--format", "json")


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_every_study_of_every_client_is_written(say: Any, tmp_path: Path) -> None:
    for client, name in (("Acme", "chat"), ("Acme", "docs"), ("Zoë & Co.", "Übersetzung 1/2")):
        workspace().save(client, name, real())
    brands().save("Acme", Brand(client="Acme Ltd"))
    code, out, err = say("--month", "2026-10", *CSV_JSON, "-o", tmp_path / "out")
    assert (code, err) == (0, "")
    stems = ("acme/chat", "acme/docs", "zoë-co/übersetzung-1-2")
    assert files(tmp_path / "out") == [f"{stem}-2026-10.{end}" for stem in stems for end in ("csv", "json")]
    assert out.splitlines()[-1] == "6 reports of October 2026, at the prices of 31 October 2026"
    made = json.loads((tmp_path / "out" / "acme" / "chat-2026-10.json").read_bytes())
    assert (made["brand"]["client"], made["prices_of"]) == ("Acme Ltd", "2026-10-31T23:59:00+00:00")


def test_made_again_the_files_are_the_same_to_the_byte(say: Any, tmp_path: Path) -> None:
    workspace().save("Acme", "chat", real())
    for folder in ("one", "two"):
        assert say("--month", "2026-11", *CSV_JSON, "-o", tmp_path / folder)[0] == 0
    for name in files(tmp_path / "one"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_without_a_month_it_is_that_of_yesterday(say: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace().save("Acme", "chat", real())
    for now, name in (("2026-12-01", "chat-2026-11.csv"), ("2026-12-02", "chat-2026-12.csv")):
        monkeypatch.setattr(reports, "now", lambda now=now: datetime.fromisoformat(f"{now}T06:00:00+00:00"))
        assert say("--format", "csv", "-o", tmp_path / now)[0] == 0
        assert files(tmp_path / now) == [f"acme/{name}"]


def test_one_client_alone(say: Any, tmp_path: Path) -> None:
    for client in ("Acme", "Zebra"):
        workspace().save(client, "chat", real())
    assert say("--client", "Zebra", "--format", "csv", "-o", tmp_path / "out")[0] == 0
    assert files(tmp_path / "out") == ["zebra/chat-2026-11.csv"]
    code, _, err = say("--client", "Nobody", "--format", "csv", "-o", tmp_path / "out")
    assert (code, err.count("\n")) == (2, 1)
    assert "nothing is saved for Nobody" in err


def test_the_budget_of_its_name_gives_the_limit(say: Any, tmp_path: Path) -> None:
    workspace().save("Acme", "chat", real())
    budgets().save("Acme", "chat", saved_budget(plan(task()), book(), AT.date()))
    assert say("--format", "json", "-o", tmp_path / "out")[0] == 0
    made = json.loads((tmp_path / "out" / "acme" / "chat-2026-11.json").read_bytes())
    assert made["spending"]["limit_usd"] == "100"


def test_one_that_is_damaged_does_not_stop_the_others(say: Any, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        workspace().save("Acme", name, real())
    with writing(workspace().url) as connection:
        connection.execute(text("UPDATE breakeven_versions SET document = '{}' WHERE study_id = 2"))
    code, out, err = say("--format", "csv", "-o", tmp_path / "out")
    assert code == 3
    assert err.startswith("Acme, b: Acme, b, version 1, format: Field required.")
    assert err.count("\n") == 1
    assert files(tmp_path / "out") == ["acme/a-2026-11.csv", "acme/c-2026-11.csv"]
    assert out.splitlines()[-1].startswith("2 reports of November 2026")


def test_a_folder_that_cannot_be_written_is_told(say: Any, tmp_path: Path) -> None:
    workspace().save("Acme", "chat", real())
    (tmp_path / "out").write_text("a file")
    code, _, err = say("--format", "csv", "-o", tmp_path / "out")
    assert (code, err.count("\n")) == (3, 1)
    assert "Acme, chat: " in err


@pytest.mark.parametrize(
    ("argv", "fault"),
    [
        pytest.param(("--month", "2026-13"), "2026-13 is no month, such as 2026-11", id="month"),
        pytest.param(("--month", "2026-11-01"), "2026-11-01 is no month", id="day"),
        pytest.param(("--month", "2026-12"), "December 2026 has not begun", id="to come"),
        pytest.param(("--format", "focus"), "invalid choice: 'focus'", id="focus is no report"),
    ],
)
def test_a_wrong_call_is_said_in_one_line(say: Any, tmp_path: Path, argv: tuple[str, str], fault: str) -> None:
    code, out, err = say("--format", "csv", "-o", tmp_path / "out", *argv)
    assert (code, out) == (2, "")
    assert fault in err
    assert not (tmp_path / "out").exists()


def test_nothing_saved_makes_nothing(say: Any, tmp_path: Path) -> None:
    assert say("--format", "csv", "-o", tmp_path / "out", "--json")[:2] == (0, "[]\n")


def paths(*places: tuple[str, str]) -> list[str]:
    entries = [Entry(client, name, 1, AT) for client, name in places]
    return list(reports._paths(entries).values())


@pytest.mark.parametrize(
    ("name", "file"),
    [
        pytest.param("Support chat", "support-chat", id="blank"),
        pytest.param("../../etc/passwd", "etc-passwd", id="path"),
        pytest.param("a\\b:c*d?", "a-b-c-d", id="signs of Windows"),
        pytest.param("ärger 客服", "ärger-客服", id="letters"),
        pytest.param("x" * 100, "x" * 50, id="long"),
    ],
)
def test_a_name_becomes_a_part_of_a_path(name: str, file: str) -> None:
    assert paths(("Acme", name)) == [f"acme/{file}"]


def test_names_that_would_be_alike_are_told_apart_whatever_their_order() -> None:
    alike = [("Acme", "a b"), ("Acme", "a-b"), ("ACME", "a b"), ("Acme", "***")]
    found = paths(*alike)
    assert len({path.lower() for path in found}) == 4
    assert found == paths(*alike[::-1])
    assert all(len(part.encode()) <= 60 for path in found for part in path.split("/"))
