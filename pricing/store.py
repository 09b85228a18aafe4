"""The catalog on disk: a change of several files is seen whole or not at all, even if its writer is killed.

A change is first written whole into one record, refresh/commit.json, whose renaming into place is the instant at which
it holds. Then its files are brought into place and the record is emptied. A reader that meets a full record takes the
files from it; the next writer brings the rest into place. A reader that a writer has overtaken begins again.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout

from pricing.errors import InputError, StoreBusy
from pricing.facts import DATA, F, parse_table

RECORD = "refresh/commit.json"
LOCK = "refresh/lock"
PATIENCE_S = 60.0  # A writer holds the lock for well under a second.

T = TypeVar("T")


@dataclass(frozen=True)
class Snapshot:
    """The files below `directory` as of one generation: those in `pending` go before those on disk."""

    directory: Path
    generation: int
    pending: Mapping[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A file by its path below the directory, `prices/openai.csv`. Raises OSError, or InputError if not UTF-8."""
        if name in self.pending:
            return self.pending[name]
        try:
            with (self.directory / name).open(encoding="utf-8-sig", newline="") as file:
                return file.read()
        except UnicodeDecodeError:
            raise InputError(f"{name} is not UTF-8 text: save it as UTF-8.") from None

    def text_or(self, name: str, missing: str) -> str:
        try:
            return self.text(name)
        except FileNotFoundError:
            return missing

    def table(self, name: str, kind: type[F]) -> tuple[F, ...]:
        """The rows of a CSV. Raises InputError that names file, line and column."""
        return parse_table(self.text(name), Path(name).name, kind)

    def names(self, folder: str) -> list[str]:
        """The CSVs of a folder, sorted."""
        on_disk = {f"{folder}/{path.name}" for path in (self.directory / folder).glob("*.csv")}
        return sorted(on_disk | {name for name in self.pending if Path(name).parent == Path(folder)})

    def with_files(self, files: Mapping[str, str]) -> "Snapshot":
        """The same with other texts in some files, as it would be once they are committed."""
        return replace(self, pending={**self.pending, **files})


def snapshot(directory: Path = DATA) -> Snapshot:
    """The directory as of now; a reader of several files uses `read_whole`."""
    try:
        record = json.loads((directory / RECORD).read_text(encoding="utf-8"))
        return Snapshot(directory, record["generation"], record["files"])
    except FileNotFoundError:
        return Snapshot(directory, 0)
    except (ValueError, KeyError, TypeError):
        raise InputError(f"{RECORD} is not a record of a change: take it from the last backup.") from None


def generation(directory: Path = DATA) -> int:
    """A number that grows with every change: what was read under another one is out of date."""
    return snapshot(directory).generation


def read_whole(directory: Path, read: Callable[[Snapshot], T]) -> T:
    """What `read` makes of the files, all of them of one generation."""
    while True:
        seen = snapshot(directory)
        try:
            value = read(seen)
        except (InputError, OSError):
            if generation(directory) == seen.generation:
                raise
        else:
            if generation(directory) == seen.generation:
                return value


@contextmanager
def writing(directory: Path = DATA) -> Iterator[Snapshot]:
    """The one writer's view, an interrupted change finished first. Raises StoreBusy where another does not end."""
    (directory / LOCK).parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(directory / LOCK, timeout=PATIENCE_S):
            yield _settle(snapshot(directory))
    except Timeout:
        raise StoreBusy(f"another refresh has held {directory / LOCK} for {PATIENCE_S:.0f} s: try later.") from None


def commit(held: Snapshot, files: Mapping[str, str]) -> Snapshot:
    """Replace `files` (texts by path below the directory), all or none. Only inside `writing`."""
    return _settle(_record(Snapshot(held.directory, held.generation + 1, files)))


def _settle(seen: Snapshot) -> Snapshot:
    """Bring the files of a record into place, then empty it."""
    if not seen.pending:
        return seen
    for name, text in seen.pending.items():
        write_file(seen.directory / name, text.encode())
    return _record(replace(seen, pending={}))


def _record(new: Snapshot) -> Snapshot:
    record = json.dumps({"generation": new.generation, "files": dict(new.pending)}, ensure_ascii=False)
    write_file(new.directory / RECORD, f"{record}\n".encode())
    return new


def write_file(path: Path, content: bytes) -> None:
    """A file whole or not at all, on the disk before this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
