"""What a database can do to a save: one sentence each, nothing half-saved, and the work still at hand."""

import logging
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Barrier

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from platformdirs import user_data_path
from sqlalchemy import URL, Connection, event, text

from estimator.workspace import Unavailable, Workspace, workspace
from estimator.workspace import database as workspace_database
from estimator.workspace.database import FILE, SCHEMA_TABLE, engine, reading, sqlite_url
from estimator.workspace.schema import METADATA
from pricing import InputError
from tests import postgres
from tests.kept import a_study

ROOT = Path(__file__).parent.parent
FIRST, SECOND = a_study("1"), a_study("2")


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace_database, "PATIENCE_S", 1)


def fails(said: str, action: Callable[[], object]) -> None:
    """The action ends with one sentence, and says nothing of SQL."""
    with pytest.raises(Unavailable, match=said) as caught:
        action()
    assert "\n" not in str(caught.value)
    assert "INSERT" not in str(caught.value)


def hang_up_on_all(url: URL, server: URL) -> None:
    name = url.database
    postgres.execute(server, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")  # noqa: S608 - ours


@contextmanager
def held(url: URL) -> Iterator[None]:
    """Somebody else who is in the middle of saving."""
    with engine(url).connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text("UPDATE breakeven_studies SET version = version"))
        yield


def test_who_finds_it_locked_is_told_and_can_try_again(database: URL) -> None:
    mine = Workspace(database)
    mine.save("Acme", "chat", FIRST)
    with held(database):
        fails("somebody else is saving", lambda: mine.save("Acme", "chat", SECOND, 1))
        assert mine.open("Acme", "chat").study == FIRST
    assert mine.save("Acme", "chat", SECOND, 1).number == 2


def test_a_save_that_breaks_off_leaves_nothing(database: URL) -> None:
    mine = Workspace(database)
    mine.save("Acme", "chat", FIRST)

    def break_off(*_: object) -> None:
        raise KeyboardInterrupt

    for place in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(engine(database), place, break_off)
        with pytest.raises(KeyboardInterrupt):
            mine.save("Acme", "chat", SECOND, 1)
        event.remove(engine(database), place, break_off)
    assert [e.number for e in mine.history("Acme", "chat")] == [1]
    assert mine.save("Acme", "chat", SECOND, 1).number == 2


def test_a_server_that_goes_mid_save_is_told_and_comes_back(postgres_server: URL) -> None:
    url = postgres.new_database(postgres_server)
    mine = Workspace(url)
    mine.save("Acme", "chat", FIRST)

    def hang_up(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT"):
            hang_up_on_all(url, postgres_server)

    event.listen(engine(url), "before_cursor_execute", hang_up)
    fails("does not answer, and nothing was half-saved", lambda: mine.save("Acme", "chat", SECOND, 1))
    event.remove(engine(url), "before_cursor_execute", hang_up)
    assert [e.number for e in mine.history("Acme", "chat")] == [1]
    assert mine.save("Acme", "chat", SECOND, 1).number == 2
    engine(url).dispose()


def test_a_server_that_was_restarted_between_two_saves_is_no_matter(postgres_server: URL) -> None:
    url = postgres.new_database(postgres_server)
    Workspace(url).save("Acme", "chat", FIRST)
    hang_up_on_all(url, postgres_server)
    assert Workspace(url).save("Acme", "chat", SECOND, 1).number == 2
    engine(url).dispose()


def test_no_server_is_told_without_the_password(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BREAKEVEN_DATABASE_URL", f"postgresql://me:secret@/work?host={tmp_path}")
    with pytest.raises(Unavailable, match="the database work does not answer") as caught:
        workspace().entries()
    assert "secret" not in str(caught.value)


def test_a_database_that_may_only_be_read_can_be_read(postgres_server: URL) -> None:
    url = postgres.new_database(postgres_server)
    Workspace(url).save("Acme", "chat", FIRST)
    engine(url).dispose()
    postgres.execute(url, f"ALTER DATABASE {url.database} SET default_transaction_read_only = on")
    assert Workspace(url).open("Acme", "chat").study == FIRST
    fails("may only be read", lambda: Workspace(url).save("Acme", "chat", SECOND, 1))
    engine(url).dispose()


def test_a_user_without_rights_is_told(postgres_server: URL) -> None:
    url = postgres.new_database(postgres_server)
    Workspace(url).save("Acme", "chat", FIRST)
    engine(url).dispose()
    postgres.execute(url, "DROP ROLE IF EXISTS guest")
    postgres.execute(url, "CREATE ROLE guest LOGIN")
    guest = url.set(username="guest")
    fails("may not be used: ask who runs it", lambda: Workspace(guest).entries())
    engine(guest).dispose()


def _limit_pages(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA max_page_count = 12")


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / FILE)
    mine = Workspace(url)
    mine.save("Acme", "chat", FIRST)
    event.listen(engine(url), "connect", _limit_pages)
    fails("the disk of .* is full: make room and save again", lambda: _save_on(mine))
    event.remove(engine(url), "connect", _limit_pages)
    saved = [e.number for e in mine.history("Acme", "chat")]
    assert saved == list(range(len(saved), 0, -1))
    assert mine.save("Acme", "chat", SECOND, len(saved)).number == len(saved) + 1


def _save_on(mine: Workspace) -> None:
    for base in range(1, 100):
        mine.save("Acme", "chat", SECOND, base)


def read_only(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA query_only = ON")


def test_a_file_that_may_only_be_read_can_be_read(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / FILE)
    Workspace(url).save("Acme", "chat", FIRST)
    event.listen(engine(url), "connect", read_only)  # Root may write any file, so the mode of the file tells nothing.
    assert Workspace(url).open("Acme", "chat").study == FIRST
    fails("may not be written: ask for the right to", lambda: Workspace(url).save("Acme", "chat", SECOND, 1))


def test_a_file_that_is_taken_away_mid_save_is_told(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / FILE)
    mine = Workspace(url)
    mine.save("Acme", "chat", FIRST)

    def take_away(connection: Connection) -> None:
        if connection.get_execution_options().get("writes"):
            (tmp_path / FILE).unlink()

    event.listen(engine(url), "commit", take_away)
    fails("was taken away while it was written: save again", lambda: mine.save("Acme", "chat", SECOND, 1))
    event.remove(engine(url), "commit", take_away)
    assert mine.entries() == ()
    assert mine.save("Acme", "chat", SECOND).number == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"a photo" * 1000, "is not a database of Breakeven: move it away", id="another file"),
        pytest.param(None, "cannot be opened: see that its folder", id="a folder"),
    ],
)
def test_what_is_no_database_is_told(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / FILE
    path.mkdir() if content is None else path.write_bytes(content)
    fails(said, lambda: Workspace(sqlite_url(path)).entries())
    assert content is None or path.read_bytes() == content


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / FILE
    Workspace(sqlite_url(path)).save("Acme", "chat", FIRST)
    data = bytearray(path.read_bytes())
    data[100:5000] = bytes(4900)
    path.write_bytes(data)
    fails("bring back a backup", lambda: Workspace(sqlite_url(path)).entries())


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    fails("the folder .* cannot be made", lambda: Workspace(sqlite_url(tmp_path / "file" / "x" / FILE)).entries())


def test_a_newer_schema_is_refused_and_left_alone(database: URL) -> None:
    mine = Workspace(database)
    mine.save("Acme", "chat", FIRST)
    with engine(database).begin() as connection:
        connection.execute(text(f"UPDATE {SCHEMA_TABLE} SET version_num = 'v99'"))  # noqa: S608 - a constant
    fails(r"of a newer Breakeven \(schema v99\): update this one", mine.entries)
    fails("of a newer Breakeven", lambda: mine.save("Acme", "chat", SECOND, 1))
    with engine(database).begin() as connection:
        connection.execute(text(f"UPDATE {SCHEMA_TABLE} SET version_num = 'v3'"))  # noqa: S608 - a constant
    assert mine.open("Acme", "chat").study == FIRST


_NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "v4"
down_revision = "v3"


def upgrade() -> None:
    op.add_column("breakeven_studies", sa.Column("note", sa.Text, nullable=False, server_default=""))
"""


def test_an_older_schema_is_brought_up_and_keeps_all(
    database: URL, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mine = Workspace(database)
    saved = mine.save("Acme", "chat", FIRST)
    folder = tmp_path / "50 % of next year's"
    shutil.copytree(workspace_database._MIGRATIONS, folder)
    (folder / "versions" / "v4_notes.py").write_text(_NEXT)
    with monkeypatch.context() as next_year:
        next_year.setattr(workspace_database, "_MIGRATIONS", folder)
        workspace_database._scripts.cache_clear()
        assert mine.open("Acme", "chat") == saved
        with reading(database) as connection:
            assert connection.execute(text("SELECT note FROM breakeven_studies")).scalars().all() == [""]
        assert mine.save("Acme", "chat", SECOND, 1).number == 2
    workspace_database._scripts.cache_clear()
    fails(r"of a newer Breakeven \(schema v4\)", mine.entries)


def test_the_migrations_make_the_tables_that_the_code_knows(database: URL) -> None:
    with reading(database) as connection:
        known = MigrationContext.configure(connection, opts={"version_table": SCHEMA_TABLE})
        assert compare_metadata(known, METADATA) == []


def test_a_migration_that_breaks_off_leaves_nothing(database: URL) -> None:
    def break_off(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "CREATE TABLE breakeven_versions" in statement:
            raise KeyboardInterrupt

    event.listen(engine(database), "after_cursor_execute", break_off)
    with pytest.raises(KeyboardInterrupt):
        Workspace(database).entries()
    event.remove(engine(database), "after_cursor_execute", break_off)
    assert Workspace(database).save("Acme", "chat", FIRST).number == 1


_STARTS = """
import sys
from sqlalchemy import make_url
from estimator.workspace import Workspace
from tests.kept import a_study
sys.stdin.readline()
print(Workspace(make_url(sys.argv[1])).save("Acme", sys.argv[2], a_study()).number)
"""


def test_processes_that_start_at_once_make_one_schema(database: URL) -> None:
    address = database.render_as_string(hide_password=False)
    starting = [
        subprocess.Popen(
            [sys.executable, "-c", _STARTS, address, str(i)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for i in range(3)
    ]
    for process in starting:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.communicate(timeout=120)[0] for process in starting] == ["1\n"] * 3
    assert len(Workspace(database).entries()) == 3


def test_threads_that_start_at_once_share_their_connections(database: URL) -> None:
    at_once = Barrier(8)

    def begin(_: int) -> int:
        at_once.wait()
        return id(engine(database))

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(begin, range(8)))) == 1


def test_a_copy_made_while_somebody_saves_is_whole(tmp_path: Path) -> None:
    mine = Workspace(sqlite_url(tmp_path / FILE))
    mine.save("Acme", "chat", FIRST)
    (tmp_path / "backup").mkdir()
    with held(mine.url), closing(sqlite3.connect(tmp_path / FILE)) as source:
        source.execute("VACUUM INTO ?", (str(tmp_path / "backup" / FILE),))
    mine.save("Acme", "chat", SECOND, 1)
    restored = Workspace(sqlite_url(tmp_path / "backup" / FILE))
    assert restored.open("Acme", "chat").study == FIRST
    assert restored.save("Acme", "chat", SECOND, 1).number == 2


def test_a_dump_of_postgresql_brings_it_all_back(postgres_server: URL) -> None:
    url, anew = postgres.new_database(postgres_server), postgres.new_database(postgres_server)
    Workspace(url).save("Acme", "chat", FIRST)
    host, user = ["-h", str(url.query["host"])], ["-U", "postgres"]
    dump = subprocess.run(
        [postgres.program("pg_dump"), *host, *user, str(url.database)], capture_output=True, check=True
    ).stdout
    psql = [postgres.program("psql"), "-q", "-v", "ON_ERROR_STOP=1", *host, *user, str(anew.database)]
    subprocess.run(psql, input=dump, capture_output=True, check=True)
    assert Workspace(anew).open("Acme", "chat").study == FIRST
    assert Workspace(anew).save("Acme", "chat", SECOND, 1).number == 2
    engine(url).dispose()
    engine(anew).dispose()


def test_work_lies_in_the_users_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("BREAKEVEN_DATABASE_URL", raising=False)
    monkeypatch.delenv("BREAKEVEN_HOME", raising=False)
    assert workspace().url == sqlite_url(user_data_path("breakeven", appauthor=False) / FILE)
    monkeypatch.setenv("BREAKEVEN_HOME", str(tmp_path / "a" / "b"))
    workspace().save("Acme", "chat", FIRST)
    assert (tmp_path / "a" / "b" / FILE).is_file()
    assert (tmp_path / "a" / "b").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "given",
    ["postgresql://me@server/work", "postgres://me@server/work", "postgresql+psycopg://me@server/work"],
)
def test_a_team_names_its_database(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("BREAKEVEN_DATABASE_URL", given)
    assert str(workspace().url) == "postgresql+psycopg://me@server/work"


@pytest.mark.parametrize(
    "given",
    ["secret", "mysql://me:secret@server/work", "postgresql://me:secret@server:port/work", "sqlite:///secret"],
)
def test_a_wrong_address_is_refused_without_being_told(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("BREAKEVEN_DATABASE_URL", given)
    with pytest.raises(InputError, match="BREAKEVEN_DATABASE_URL is no address") as caught:
        workspace()
    assert "secret" not in str(caught.value)


def test_nothing_of_the_work_is_logged(database: URL, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    Workspace(database, "owner-of-it").save("A secret client", "chat", FIRST)
    assert "secret" not in caplog.text
    assert "owner-of-it" not in caplog.text
