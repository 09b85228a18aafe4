"""The page of saved work, and the button that saves, without a browser."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from estimator.decision import Scenario
from estimator.workload import from_template, templates
from estimator.workspace import Budget, Study, Workspace, study, workspace
from estimator.workspace.database import writing
from pricing import Mode, catalog

LUNA = (("openai", "gpt-5.6-luna"),)
BEFORE, AFTER = datetime(2026, 7, 1, 12, tzinfo=UTC), datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BREAKEVEN_DATABASE_URL", raising=False)
    monkeypatch.setenv("BREAKEVEN_HOME", str(tmp_path / "home"))


def made(at: datetime = AFTER, **terms: Any) -> Study:
    """A month of customer support on GPT-5.6 Luna, whose price fell to a fifth on 30 July 2026."""
    task = templates()["support-chat"]
    work = from_template(task, task.default_units_per_month, catalog().sizes, start=at.replace(day=1, hour=0))
    mode = Mode(processing="batch") if terms.pop("batch", False) else Mode()
    return study(work, Scenario(at, mode), LUNA, catalog(), **terms)


def _saved() -> None:
    from estimator.dashboard import saved  # noqa: PLC0415 - the body of a script that Streamlit runs

    saved.show()


def _button() -> None:
    from datetime import UTC, datetime  # noqa: PLC0415 - the body of a script that Streamlit runs

    from estimator.dashboard import saving  # noqa: PLC0415
    from estimator.dashboard.work import choose  # noqa: PLC0415
    from estimator.decision import Scenario  # noqa: PLC0415

    work = choose(open_=True)
    if work is not None:
        models = [("openai", "gpt-5.6-luna")]
        saving.save_button(work, Scenario(datetime(2026, 11, 24, 12, tzinfo=UTC)), models, hosted=False)


def run(body: Callable[[], None], user: dict[str, Any] | None = None) -> AppTest:
    page = AppTest.from_function(body, default_timeout=60)
    page.user = user or {}
    return after(page)


def after(page: AppTest) -> AppTest:
    page.run()
    assert not page.exception, page.exception
    return page


def said(page: AppTest) -> str:
    kinds = (page.markdown, page.caption, page.error, page.warning, page.success, page.info)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def save(page: AppTest, client: str, name: str) -> AppTest:
    page.text_input[0].set_value(client)
    page.text_input[1].set_value(name)
    page.button(key="save-now").click()
    return after(page)


def test_at_first_it_says_how_to_save() -> None:
    assert "Nothing is saved yet" in said(run(_saved))


def test_what_is_saved_is_listed_and_said() -> None:
    page = save(run(_saved), "Acme", "chat")
    assert "Saved for Acme as chat, version 1." in said(page)
    assert "What you saved still holds" in said(page)
    assert page.dataframe[0].value.iloc[0][["Client", "Name", "Since then", "Version"]].tolist() == [
        "Acme",
        "chat",
        "the same",
        1,
    ]
    kept = workspace().open("Acme", "chat").study
    assert kept.workload.name == "Customer support chat"
    assert kept.hosted


def test_a_button_saves_from_another_page_and_goes_on_from_there() -> None:
    page = save(run(_button), "Acme", "chat")
    assert "version 1." in said(page)
    page.number_input(key="many-support-chat").set_value(2_000)
    page.button(key="save-now").click()
    assert "version 2." in said(after(page))
    assert workspace().open("Acme", "chat").study.workload.units_per_month == 2_000
    assert workspace().open("Acme", "chat", 1).study.workload.units_per_month == 1_000


@pytest.mark.parametrize(("client", "problem"), [(" ", "The client is blank"), ("a\0", "cannot be shown")])
def test_a_wrong_name_is_told(client: str, problem: str) -> None:
    assert problem in save(run(_button), client, "chat").error[0].value


def stale_page() -> tuple[AppTest, Workspace]:
    """A page that has saved a version, and saves again after somebody else did."""
    page, others = save(run(_button), "Acme", "chat"), workspace()
    others.save("Acme", "chat", made(budget=Budget(Decimal(7), Decimal(0))), 1)
    page.number_input(key="many-support-chat").set_value(2_000)
    page.button(key="save-now").click()
    return after(page), others


def test_a_stale_save_shows_both_and_loses_neither() -> None:
    page, others = stale_page()
    assert "**Not saved yet.** Acme · chat is at version 2 already" in said(page)
    assert "2,000 conversations a month" in said(page)
    assert r"a limit of \$7.00 a month" in said(page)
    page.button(key="keep-mine").click()
    assert "version 3." in said(after(page))
    assert others.open("Acme", "chat").study.workload.units_per_month == 2_000
    assert others.open("Acme", "chat", 2).study.budget == Budget(Decimal(7), Decimal(0))


def test_a_choice_that_cannot_be_saved_is_still_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page, others = stale_page()
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("BREAKEVEN_HOME", str(tmp_path / "file" / "x"))
    page.button(key="keep-mine").click()
    assert "cannot be made" in after(page).error[0].value
    monkeypatch.setenv("BREAKEVEN_HOME", str(tmp_path / "home"))
    page.button(key="keep-mine").click()
    assert "version 3." in said(after(page))
    assert others.open("Acme", "chat").study.workload.units_per_month == 2_000


def test_of_two_versions_the_saved_one_may_stay() -> None:
    page, others = stale_page()
    page.button(key="keep-theirs").click()
    assert "Not saved yet" not in said(after(page))
    assert [e.number for e in others.history("Acme", "chat")] == [2, 1]
    page.button(key="save-now").click()
    assert "version 3." in said(after(page))


def test_saved_work_opens_at_the_prices_of_its_day_and_moves_to_todays() -> None:
    workspace().save("Acme", "chat", made(BEFORE))
    cost = 5_000 * (1_800 * 1 + 240 * 6) / 1e6  # $1 and $6 a million until 30 July 2026; a fifth of that since.
    page = run(_saved)
    assert "### 0 of 1 saved still hold" in said(page)
    assert any(fold.label.startswith(f"GPT-5.6 Luna · \\${cost:.2f} a month") for fold in page.expander)
    moves = page.dataframe[1].value.iloc[0]
    assert [float(moves[c]) for c in ("Saved", "Today")] == pytest.approx([cost, cost / 5])
    assert moves["Because"] == "Input $1.00 per 1M → $0.20 per 1M; Output $6.00 per 1M → $1.20 per 1M"
    page.button(key="move").click()
    assert "What you saved still holds" in said(after(page))
    assert float(workspace().open("Acme", "chat", 2).study.options[0].usd) == pytest.approx(cost / 5)
    assert float(workspace().open("Acme", "chat", 1).study.options[0].usd) == pytest.approx(cost)


def test_what_cannot_be_read_leaves_the_others_in_view() -> None:
    workspace().save("Acme", "chat", made())
    newest = workspace().save("Zenith", "chat", made())
    with writing(workspace().url) as connection:
        newer = text("UPDATE breakeven_versions SET document = '{}' WHERE saved_at = :at")
        connection.execute(newer, {"at": newest.saved_at.isoformat(timespec="microseconds")})
    page = run(_saved)
    assert "Zenith, chat, version 1, format\\: Field required" in page.error[0].value
    assert page.dataframe[0].value["Since then"].tolist() == ["see below", "the same"]
    next(box for box in page.selectbox if box.label == "Look at").set_value(("Acme", "chat"))
    assert "It still holds" in said(after(page))


def test_the_one_that_is_chosen_is_shown() -> None:
    workspace().save("Acme", "chat", made(BEFORE))
    workspace().save("Acme", "later", made())
    page = run(_saved)
    assert "prices of 24 November 2026" in said(page)
    next(box for box in page.selectbox if box.label == "Look at").set_value(("Acme", "chat"))
    assert "prices of 1 July 2026" in said(after(page))
    saved = save(page, "Zenith", "new")
    assert next(box for box in saved.selectbox if box.label == "Look at").value == ("Zenith", "new")


def test_an_old_version_is_moved_only_over_the_newest() -> None:
    workspace().save("Acme", "chat", made(BEFORE))
    workspace().save("Acme", "chat", made(AFTER), 1)
    page = run(_saved)
    old = next(box for box in page.selectbox if box.label == "Version")
    old.set_value(workspace().history("Acme", "chat")[1])
    after(page).button(key="move").click()
    assert "Not saved yet" in said(after(page))


def test_a_correction_of_the_price_list_is_shown() -> None:
    kept = made(AFTER)
    wrong = replace(kept.options[0], usd=Decimal(99), high_usd=Decimal(99))
    workspace().save("Acme", "chat", replace(kept, options=(wrong,), catalog=replace(kept.catalog, digest="another")))
    page = run(_saved)
    assert "The price list was corrected since" in said(page)
    assert float(page.dataframe[1].value.iloc[0]["Saved"]) == 99


def test_saved_work_is_used_on_all_pages() -> None:
    workspace().save("Acme", "chat", made(BEFORE, batch=True, currency="EUR"))
    page = run(_saved)
    page.button(key="use").click()
    state = after(page).session_state
    assert (state["batch"], state["caching"], state["currency"]) == (True, False, "EUR")
    assert state["models"] == ["openai/gpt-5.6-luna"]
    assert "**Your work**: Acme · chat" in said(page)


SIGNED_IN = {"is_logged_in": True, "iss": "https://id.example", "email": "me@example.com"}


def test_people_see_their_own_clients_only(tmp_path: Path) -> None:
    workspace().save("Not theirs", "chat", made())
    one, other = SIGNED_IN | {"sub": "1"}, SIGNED_IN | {"sub": "2"}
    assert "Nothing is saved yet" in said(run(_saved, one))
    save(run(_button, one), "Acme", "chat")
    assert "What you saved still holds" in said(run(_saved, one))
    assert "Nothing is saved yet" in said(run(_saved, other))
    renamed = one | {"email": "new@example.com"}
    assert "What you saved still holds" in said(run(_saved, renamed))
    assert b"example.com" not in (tmp_path / "home" / "work.sqlite3").read_bytes()


def test_who_has_not_signed_in_is_asked_to() -> None:
    workspace().save("Acme", "chat", made())
    page = run(_saved, {"is_logged_in": False})
    assert "Sign in to save work" in said(page)
    assert not page.dataframe
    assert not run(_button, {"is_logged_in": False}).text_input


def test_only_who_has_signed_in_may_sign_out() -> None:
    assert "Sign out" in [b.label for b in run(_saved, SIGNED_IN | {"sub": "1"}).button]
    assert "Sign out" not in [b.label for b in run(_saved).button]


def test_somebody_without_a_subject_is_refused() -> None:
    assert "gives no subject" in said(run(_saved, SIGNED_IN))


def test_a_file_goes_out_and_comes_back_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace().save("Acme", "chat", made())
    exported = workspace().export()
    monkeypatch.setenv("BREAKEVEN_HOME", str(tmp_path / "another"))
    page = run(_saved)
    page.file_uploader(key="import-file").upload("work.zip", exported, "application/zip").run()
    page.button(key="import").click()
    assert "Brought in 1 new version." in said(after(page))
    assert "What you saved still holds" in said(page)


def test_a_foreign_file_is_told() -> None:
    page = run(_saved)
    page.file_uploader(key="import-file").upload("photo.zip", b"photo", "application/zip").run()
    page.button(key="import").click()
    assert "not a readable ZIP" in after(page).error[0].value


def test_a_database_that_cannot_be_used_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("BREAKEVEN_HOME", str(tmp_path / "file" / "x"))
    assert re.search("folder .* cannot be made", said(run(_saved)))
    page = save(run(_button), "Acme", "chat")
    assert re.search("folder .* cannot be made", page.error[0].value)
    monkeypatch.setenv("BREAKEVEN_HOME", str(tmp_path / "home"))
    page.button(key="save-now").click()
    assert "Saved for Acme as chat, version 1." in said(after(page))
