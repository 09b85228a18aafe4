"""Saved work on each database: every version stays, nobody writes over another unseen, one file carries it all."""

import io
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import URL

from estimator.workspace import LOCAL, Budget, Stale, Study, Version, Workspace
from estimator.workspace.database import FILE, engine, sqlite_url
from pricing import InputError
from tests import postgres
from tests.kept import a_study

ROOT = Path(__file__).parent.parent
FIRST, SECOND, THIRD = (a_study(limit) for limit in ("1", "2", "3"))


def numbers(mine: Workspace, client: str = "Acme", name: str = "chat") -> list[int]:
    return [entry.number for entry in mine.history(client, name)]


def test_what_is_saved_comes_back_exactly(database: URL) -> None:
    saved = Workspace(database).save("Acme", "chat", FIRST)
    assert Workspace(database).open("Acme", "chat") == saved
    assert saved.study == FIRST


def test_each_save_is_a_new_version_and_old_ones_stay(database: URL) -> None:
    mine = Workspace(database)
    for base, study in enumerate((FIRST, SECOND, THIRD)):
        assert mine.save("Acme", "chat", study, base).number == base + 1
    assert numbers(mine) == [3, 2, 1]
    assert [mine.open("Acme", "chat", n).study for n in (1, 2, 3)] == [FIRST, SECOND, THIRD]
    assert mine.open("Acme", "chat").number == 3


def test_the_list_has_the_newest_versions_those_saved_last_first(database: URL) -> None:
    mine = Workspace(database)
    mine.save("Acme", "chat", FIRST)
    mine.save("Zenith", "chat", FIRST)
    mine.save("Acme", "mail", FIRST)
    mine.save("Acme", "chat", SECOND, 1)
    assert [(e.client, e.name, e.number) for e in mine.entries()] == [
        ("Acme", "chat", 2),
        ("Acme", "mail", 1),
        ("Zenith", "chat", 1),
    ]


def test_nothing_is_saved_at_first(database: URL) -> None:
    assert Workspace(database).entries() == ()
    assert Workspace(database).history("Acme", "chat") == ()


@pytest.mark.parametrize(
    ("client", "name", "number"),
    [
        pytest.param("Acme", "chats", None, id="another name"),
        pytest.param("acme", "chat", None, id="another client"),
        pytest.param("Acme", "chat", 2, id="a version to come"),
    ],
)
def test_what_is_not_there_is_said(database: URL, client: str, name: str, number: int | None) -> None:
    mine = Workspace(database)
    mine.save("Acme", "chat", FIRST)
    with pytest.raises(InputError, match=f"nothing is saved as {client}, {name}"):
        mine.open(client, name, number)


@pytest.mark.parametrize("base", [0, 1, 3])
def test_a_stale_save_is_refused_with_both_versions(database: URL, base: int) -> None:
    mine = Workspace(database)
    mine.save("Acme", "chat", FIRST)
    newest = mine.save("Acme", "chat", SECOND, 1)
    with pytest.raises(Stale, match=r"Acme, chat is at version 2 of .* choose which") as caught:
        mine.save("Acme", "chat", THIRD, base)
    assert (caught.value.mine.study, caught.value.theirs) == (THIRD, newest)
    assert numbers(mine) == [2, 1]
    kept = mine.save("Acme", "chat", caught.value.mine.study, caught.value.theirs.number)
    assert (kept.number, kept.study) == (3, THIRD)


def test_saving_the_very_same_again_finds_it_saved(database: URL) -> None:
    mine = Workspace(database)
    mine.save("Acme", "chat", FIRST)
    once = mine.save("Acme", "chat", SECOND, 1)
    assert mine.save("Acme", "chat", SECOND, 1) == once
    assert numbers(mine) == [2, 1]


def test_a_version_of_what_is_not_there_is_refused(database: URL) -> None:
    with pytest.raises(InputError, match="is not there any more"):
        Workspace(database).save("Acme", "chat", FIRST, 1)
    assert Workspace(database).entries() == ()


def test_of_many_who_save_at_once_one_is_first_and_nothing_is_lost(database: URL) -> None:
    people, mine = 8, Workspace(database)
    studies = [a_study(str(i)) for i in range(1, people + 1)]

    def save(study: Study) -> int:
        base, refused = 0, 0
        while True:
            try:
                mine.save("Acme", "chat", study, base)
            except Stale as stale:
                base, refused = stale.theirs.number, refused + 1
            else:
                return refused

    with ThreadPoolExecutor(people) as pool:
        refused = sum(pool.map(save, studies))
    kept = [mine.open("Acme", "chat", n).study.budget for n in range(1, people + 1)]
    assert sorted(budget.limit_usd for budget in kept if budget) == list(range(1, people + 1))
    assert numbers(mine) == list(range(people, 0, -1))
    assert refused >= people - 1


def test_people_see_their_own_only(database: URL) -> None:
    mine, hers = Workspace(database), Workspace(database, "somebody-else")
    mine.save("Acme", "chat", FIRST)
    assert hers.entries() == ()
    assert hers.save("Acme", "chat", SECOND).number == 1
    assert mine.open("Acme", "chat").study == FIRST
    assert hers.open("Acme", "chat").study == SECOND
    assert mine.owner == LOCAL


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        pytest.param("  Acme   Ltd ", "Acme Ltd", id="blanks"),
        pytest.param("Cafe\u0301", "Café", id="one spelling of an accent"),
        pytest.param("株式会社", "株式会社", id="another script"),
        pytest.param(
            "Robert'); DROP TABLE breakeven_clients;--", "Robert'); DROP TABLE breakeven_clients;--", id="SQL"
        ),
        pytest.param("x" * 100, "x" * 100, id="the longest"),
    ],
)
def test_a_name_is_kept_in_one_spelling(database: URL, written: str, kept: str) -> None:
    mine = Workspace(database)
    assert mine.save(written, written, FIRST).client == kept
    assert [(e.client, e.name) for e in mine.entries()] == [(kept, kept)]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param(" ", "is blank", id="blank"),
        pytest.param("x" * 101, "101 signs, more than 100", id="too long"),
        pytest.param("a\0b", "cannot be shown", id="a zero"),
        pytest.param("a\ud800", "cannot be shown", id="half a sign"),
    ],
)
def test_a_name_that_cannot_be_is_refused(database: URL, name: str, said: str) -> None:
    with pytest.raises(InputError, match=f"the client .*{said}"):
        Workspace(database).save(name, "chat", FIRST)
    with pytest.raises(InputError, match=f"the name .*{said}"):
        Workspace(database).save("Acme", name, FIRST)
    assert Workspace(database).entries() == ()


def filled(url: URL) -> Workspace:
    mine = Workspace(url)
    mine.save("Acme", "chat", FIRST)
    mine.save("Acme", "chat", SECOND, 1)
    mine.save("Café, “Zoë”", "a/b: *", THIRD)
    return mine


def everything(mine: Workspace) -> list[Version]:
    return [mine.open(e.client, e.name, v.number) for e in mine.entries() for v in mine.history(e.client, e.name)]


def test_one_file_carries_it_all_to_any_database(database: URL, tmp_path: Path, postgres_server: URL) -> None:
    mine = filled(database)
    for other in (sqlite_url(tmp_path / "other" / FILE), postgres.new_schema(postgres_server)):
        theirs = Workspace(other)
        brought = theirs.bring_in(mine.export(), "work.zip")
        assert (brought.studies, brought.versions) == (2, 3)
        assert everything(theirs) == everything(mine)
        engine(other).dispose()


def test_bringing_it_in_again_changes_nothing(database: URL) -> None:
    mine = filled(database)
    before = everything(mine)
    again = mine.bring_in(mine.export(), "work.zip")
    assert (again.studies, again.versions) == (0, 0)
    assert everything(mine) == before


def test_what_a_newer_file_has_more_is_added(database: URL) -> None:
    mine, hers = filled(database), Workspace(database, "somebody-else")
    hers.bring_in(mine.export(), "old.zip")
    mine.save("Acme", "chat", THIRD, 2)
    brought = hers.bring_in(mine.export(), "new.zip")
    assert (brought.studies, brought.versions) == (1, 1)
    assert everything(hers) == everything(mine)


def test_an_older_file_takes_nothing_away(database: URL) -> None:
    mine = filled(database)
    old = mine.export()
    mine.save("Acme", "chat", THIRD, 2)
    assert mine.bring_in(old, "old.zip").versions == 0
    assert numbers(mine) == [3, 2, 1]


def test_what_went_another_way_is_put_beside_once(database: URL) -> None:
    mine, hers = filled(database), Workspace(database, "somebody-else")
    hers.bring_in(mine.export(), "work.zip")
    mine.save("Acme", "chat", THIRD, 2)
    hers.save("Acme", "chat", FIRST, 2)
    for times in (3, 0):
        assert hers.bring_in(mine.export(), "work.zip").versions == times
    assert hers.open("Acme", "chat").study == FIRST
    assert hers.open("Acme", "chat (2)").study == THIRD
    assert numbers(hers, name="chat (2)") == [3, 2, 1]


def altered(data: bytes, file: str, old: bytes, new: bytes) -> bytes:
    """The same ZIP with other content in the files whose names end so."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as packed, zipfile.ZipFile(made, "w") as anew:
        for info in packed.infolist():
            content = packed.read(info)
            if info.filename.endswith(file):
                assert old in content
                content = content.replace(old, new)
            anew.writestr(info.filename, content)
    return made.getvalue()


def foreign(**files: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name, content in files.items():
            packed.writestr(f"{name}.json", content)
    return made.getvalue()


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return filled(sqlite_url(tmp_path_factory.mktemp("exported") / FILE)).export()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        pytest.param(("contents.json", b'"version": 1', b'"version": 2'), "version: Input should be 1", id="newer"),
        pytest.param(("contents.json", b"breakeven-work", b"other-work"), "format", id="another format"),
        pytest.param(("contents.json", b"1/2.json", b"1/9.json"), "missing", id="a version is missing"),
        pytest.param(("contents.json", b"Acme", b" Acme"), "names", id="a name that is not kept so"),
        pytest.param(("contents.json", b'"saved_at": "2', b'"saved_at": "x2'), "saved_at", id="a time that is none"),
        pytest.param(("1/2.json", b'"limit_usd":"2"', b'"limit_usd":"1e999"'), "too large", id="an amount overflows"),
        pytest.param(("1/2.json", b'"limit_usd":"2"', b'"limit_usd":"NaN"'), "limit_usd", id="an amount is none"),
        pytest.param(("1/2.json", b'"limit_usd"', b'"limit_eur"'), "limit_", id="an unknown field"),
        pytest.param(("1/2.json", b'_month":"1000"', b'_month":"1e999999999"'), "3/4", id="huge"),
        pytest.param(("1/2.json", b'_month":"1000"', b'_month":"1/0"'), "damaged", id="by zero"),
        pytest.param(("1/2.json", b'_month":"1000"', b'_month":"0"'), "more than 0", id="none"),
        pytest.param(("1/2.json", b'"low":0', b'"low":7'), "damaged", id="a profile is missing"),
        pytest.param(("1/2.json", b"breakeven-profile", b"other-profile"), "profile", id="a foreign profile"),
        pytest.param(("1/2.json", b'-study","version":1', b'-study","version":2'), "version", id="newer study"),
        pytest.param(("1/2.json", b'"currency":"USD"', b'"currency":"XTS"'), "no rates of XTS", id="no such currency"),
        pytest.param(("1/2.json", b'T00:00:00Z","mode', b'T00:00:00","mode'), "no time zone", id="no time zone"),
        pytest.param(("1/2.json", b"}", b""), "JSON", id="cut off"),
    ],
)
def test_a_damaged_file_is_refused_whole(
    database: URL, exported: bytes, changed: tuple[str, bytes, bytes], said: str
) -> None:
    mine = Workspace(database)
    with pytest.raises(InputError, match=said) as caught:
        mine.bring_in(altered(exported, *changed), "work.zip")
    assert str(caught.value).startswith("work.zip")
    assert "\n" not in str(caught.value)
    assert mine.entries() == ()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(b"", "not a readable ZIP", id="empty"),
        pytest.param(b"start_time,model\n", "not a readable ZIP", id="a table"),
        pytest.param(foreign(usage="{}"), "not saved work of Breakeven", id="another ZIP"),
        pytest.param(foreign(contents="{}"), "Field required", id="no contents"),
        pytest.param(foreign(contents="[" * 10_000), "Invalid JSON", id="deep"),
        pytest.param(
            foreign(contents='{"format":"breakeven-work","version":1,"studies":[{}]}'), "required", id="hollow"
        ),
    ],
)
def test_a_foreign_file_is_refused(database: URL, data: bytes, said: str) -> None:
    with pytest.raises(InputError, match=f"^work.zip.*{said}") as caught:
        Workspace(database).bring_in(data, "work.zip")
    assert "\n" not in str(caught.value)


def test_a_file_with_one_changed_byte_is_refused_or_brings_the_same(exported: bytes, tmp_path: Path) -> None:
    mine = Workspace(sqlite_url(tmp_path / FILE))
    for place in range(0, len(exported), 97):
        broken = exported[:place] + bytes([exported[place] ^ 0x10]) + exported[place + 1 :]
        try:
            mine.bring_in(broken, "work.zip")
        except InputError as error:
            assert str(error).startswith("work.zip")  # noqa: PT017 - either outcome is right
    for version in everything(mine):
        assert version.study in {1: (FIRST, THIRD), 2: (SECOND,)}[version.number]


def test_a_huge_budget_is_refused(database: URL) -> None:
    huge = replace(FIRST, budget=Budget(Decimal("1e31"), Decimal(0)))
    with pytest.raises(InputError, match="too large or too small to be kept"):
        Workspace(database).save("Acme", "chat", huge)
    largest = replace(FIRST, budget=Budget(Decimal("1e30"), Decimal(0)))
    assert Workspace(database).save("Acme", "chat", largest).study == largest


def test_hundreds_of_kills_leave_nothing_half_saved(database: URL) -> None:
    address = database.render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, "-m", "tests.killing", address, "100"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    killed, saved = map(int, done.stdout.split())
    assert killed == 100
    assert saved > 20
    mine = Workspace(database)
    assert numbers(mine) == list(range(saved, 0, -1))
    for entry in mine.history("Acme", "chat"):
        budget = mine.open("Acme", "chat", entry.number).study.budget
        assert budget is not None
        assert budget.limit_usd == entry.number
