"""The one database of saved work: SQLite in the user's data folder, or PostgreSQL by URL, its schema always the newest.

Every use is one transaction: all of it holds or nothing. Whatever the database cannot do becomes one sentence.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from platformdirs import user_data_path
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from estimator.workspace.errors import Unavailable
from pricing import InputError

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

URL_VARIABLE, FOLDER_VARIABLE = "BREAKEVEN_DATABASE_URL", "BREAKEVEN_HOME"
FILE = "work.sqlite3"
SCHEMA_TABLE = "breakeven_schema"
PATIENCE_S = 10  # A save takes milliseconds; who waits longer is told.
_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATING = 0x62726B65  # Any number that other users of the same server are unlikely to lock.
_MAKING = Lock()
_POSTGRES = ("postgresql", "postgres", "postgresql+psycopg")


def database_url() -> URL:
    """Where saved work is. Raises InputError, without the URL and its password, where it is not one of PostgreSQL."""
    given = os.environ.get(URL_VARIABLE)
    if not given:
        folder = os.environ.get(FOLDER_VARIABLE)
        return sqlite_url((Path(folder) if folder else user_data_path("breakeven", appauthor=False)) / FILE)
    try:
        url = make_url(given)
    except (ArgumentError, ValueError):
        raise _no_url() from None
    if url.drivername not in _POSTGRES:
        raise _no_url()
    return url.set(drivername="postgresql+psycopg")


def _no_url() -> InputError:
    return InputError(f"{URL_VARIABLE} is no address of a PostgreSQL database: write postgresql://user@host/database.")


def sqlite_url(path: Path) -> URL:
    return URL.create("sqlite", database=str(path))


def engine(url: URL) -> Engine:
    """Connections to this database, the same for all threads."""
    with _MAKING:  # Two threads that begin at once would make two, and one of them would leave its connections open.
        return _engine(url)


@cache
def _engine(url: URL) -> Engine:
    """SQLite gets a fresh connection each time: a kept one would outlive its file."""
    if url.get_backend_name() == "sqlite":
        made = create_engine(url, poolclass=NullPool)
        event.listen(made, "connect", _prepare_sqlite)
        event.listen(made, "begin", _begin_sqlite)
    else:
        made = create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": PATIENCE_S})
        event.listen(made, "begin", _begin_postgres)
    return made


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # The driver would begin and end transactions where it sees fit.
    connection.execute(f"PRAGMA busy_timeout = {PATIENCE_S * 1000}")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes its turn at once; one that first reads could be overtaken."""
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgres(connection: Connection) -> None:
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE_S}s'")


@contextmanager
def reading(url: URL) -> Iterator[Connection]:
    """A transaction that changes nothing. Raises Unavailable."""
    _ensure_newest(url)
    with _told(url), engine(url).begin() as connection:
        yield connection


@contextmanager
def writing(url: URL) -> Iterator[Connection]:
    """A transaction that holds as a whole once it ends, or not at all. Raises Unavailable."""
    _ensure_newest(url)
    with _told(url):
        before = _file_of(url)
        with engine(url).connect().execution_options(writes=True) as connection, connection.begin():
            yield connection
        if _file_of(url) != before:
            raise Unavailable(f"the file {url.database} was taken away while it was written: save again.")


def _file_of(url: URL) -> int | None:
    """Which file it is, of those that may stand in this place one after the other."""
    if url.get_backend_name() != "sqlite":
        return None
    path = Path(url.database or "")
    return path.stat().st_ino if path.exists() else None


@cache
def _scripts() -> "ScriptDirectory":
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - loaded when the database is first asked for

    return ScriptDirectory(str(_MIGRATIONS))


def _ensure_newest(url: URL) -> None:
    """Bring the schema up to this version of Breakeven, once, whoever else may be about to."""
    if url.get_backend_name() == "sqlite":
        _make_folder(Path(url.database or ""))
    with _told(url):
        with engine(url).begin() as connection:
            found = _revision(connection)
        newest = _scripts().get_current_head()
        if found == newest:
            return
        with engine(url).connect().execution_options(writes=True) as connection, connection.begin():
            if url.get_backend_name() == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATING})
            found = _revision(connection)
            if found is not None and found not in {script.revision for script in _scripts().walk_revisions()}:
                raise Unavailable(f"the saved work is of a newer Breakeven (schema {found}): update this one.")
            from alembic import command  # noqa: PLC0415 - loaded where a database is brought up to date
            from alembic.config import Config  # noqa: PLC0415 - as above

            config = Config(attributes={"connection": connection})
            config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
            command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    """The version of the schema that is there, None for an empty database."""
    if not inspect(connection).has_table(SCHEMA_TABLE):
        return None
    found = connection.execute(text(f"SELECT version_num FROM {SCHEMA_TABLE}"))  # noqa: S608 - a constant
    return found.scalar_one_or_none()


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Unavailable(f"the folder {path.parent} cannot be made: {error.strerror}.") from None


# What each database says, and what a person can do about it.
_SQLITE = {
    "locked": "somebody else is saving in {place} and does not come to an end: try again in a moment.",
    "readonly": "{place} may not be written: ask for the right to, or set BREAKEVEN_HOME to a folder of your own.",
    "full": "the disk of {place} is full: make room and save again.",
    "unable to open": "{place} cannot be opened: see that its folder is there and may be written.",
    "not a database": "{place} is not a database of Breakeven: move it away, or bring back a backup.",
    "malformed": "{place} is damaged: bring back a backup.",
    "no such table": "{place} is not whole: bring back a backup.",
}
_STATES = {  # By the beginning of PostgreSQL's SQLSTATE.
    "55P03": "somebody else is saving in {place} and does not come to an end: try again in a moment.",
    "25006": "{place} may only be read: ask who runs it for the right to write.",
    "42501": "{place} may not be used: ask who runs it for the right to.",
    "53": "{place} has no room left: ask who runs it to make some, and save again.",
}
_GONE = "{place} does not answer, and nothing was half-saved: see that it runs, and try again."


@contextmanager
def _told(url: URL) -> Iterator[None]:
    """What goes wrong in the database, as one sentence without its password or any SQL."""
    try:
        yield
    except DBAPIError as error:
        if url.get_backend_name() == "sqlite":
            place, signs = str(url.database), (w for sign, w in _SQLITE.items() if sign in str(error.orig))
        else:
            place, state = f"the database {url.database}", getattr(error.orig, "sqlstate", None) or ""
            signs = (words for sign, words in _STATES.items() if state.startswith(sign))
        said = next(signs, _GONE if isinstance(error, OperationalError) else "")
        if not said:
            raise
        raise Unavailable(said.format(place=place)) from None
