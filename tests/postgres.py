"""A real PostgreSQL of Debian's package, in a folder of its own, reached by a socket in that folder."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from sqlalchemy import URL, NullPool, create_engine, text
from sqlalchemy.exc import OperationalError

_SETTINGS = ("-c", "fsync=off", "-c", "listen_addresses=", "-c", "max_connections=50")
_NUMBERS = count(1)


def program(name: str) -> str:
    """One of PostgreSQL's programs, which Debian keeps off the PATH; of several versions the newest."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    return str(found[-1]) if found else shutil.which(name) or name


@contextmanager
def server() -> Iterator[URL]:
    """A server that ends with the block, and the address of its first database."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    user = "postgres" if os.geteuid() == 0 else None  # It does not run as root.
    if user:
        shutil.chown(folder, user)
    data = str(folder / "data")
    initdb = [program("initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run(initdb, check=True, capture_output=True, cwd="/", user=user)
    command = [program("postgres"), "-D", data, "-k", str(folder), *_SETTINGS]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", user=user)
    try:
        url = URL.create("postgresql+psycopg", "postgres", database="postgres", query={"host": str(folder)})
        _wait_for(url)
        yield url
    finally:
        running.send_signal(signal.SIGQUIT)  # Nothing of it is wanted any more.
        running.wait(timeout=20)
        shutil.rmtree(folder)


def _wait_for(url: URL, patience_s: float = 60) -> None:
    deadline = time.monotonic() + patience_s
    while True:
        try:
            execute(url, "SELECT 1")
        except OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def execute(url: URL, statement: str) -> None:
    """A statement outside of any transaction, by somebody else than the code under test."""
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))


def new_database(url: URL) -> URL:
    """An empty database on the same server."""
    name = f"test_{os.getpid()}_{next(_NUMBERS)}"
    execute(url, f"CREATE DATABASE {name}")
    return url.set(database=name)


def new_schema(url: URL) -> URL:
    """An empty place of its own in the same database, which is there at once."""
    name = f"test_{os.getpid()}_{next(_NUMBERS)}"
    execute(url, f"CREATE SCHEMA {name}")
    return url.update_query_dict({"options": f"-c search_path={name}"})
