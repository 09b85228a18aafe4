"""A person's saved work: each save is a new version, old ones stay, and nobody writes over another unseen."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import URL, Connection

from estimator.workspace import rows
from estimator.workspace.archive import KeptStudy, KeptVersion, pack, unpack
from estimator.workspace.brands import read_brand
from estimator.workspace.budgets import read_budget
from estimator.workspace.database import database_url, reading, writing
from estimator.workspace.document import read, write
from estimator.workspace.errors import Stale
from estimator.workspace.names import LOCAL, MOST_SIGNS, clean, iso
from estimator.workspace.rows import Place
from estimator.workspace.study import Study
from pricing import InputError, now

_BRAND = "brand"
_READERS = {"study": read, "budget": read_budget, _BRAND: read_brand}


@dataclass(frozen=True)
class Entry:
    """A version of a study without its content."""

    client: str
    name: str
    number: int
    saved_at: datetime


@dataclass(frozen=True)
class Version(Entry):
    """A version of a study, as it was saved."""

    study: Study


@dataclass(frozen=True)
class Imported:
    """What an import brought: so many versions, in so many studies. What was there already is not counted."""

    studies: int
    versions: int


@dataclass(frozen=True)
class Workspace:
    """The saved work of one owner in one database. Every method raises Unavailable where the database cannot do it."""

    url: URL
    owner: str = LOCAL

    def entries(self) -> tuple[Entry, ...]:
        """The newest version of each study, those saved last first."""
        with reading(self.url) as connection:
            return tuple(map(_entry, rows.heads(connection, self.owner)))

    def history(self, client: str, name: str) -> tuple[Entry, ...]:
        """All versions of a study, the newest first; none where it is not there."""
        with reading(self.url) as connection:
            return tuple(map(_entry, rows.history(connection, Place(self.owner, client, name))))

    def open(self, client: str, name: str, number: int | None = None) -> Version:
        """A version of a study, the newest if left out. Raises InputError where it is not there."""
        with reading(self.url) as connection:
            found = rows.version(connection, Place(self.owner, client, name), number)
        if found is None:
            raise InputError(f"nothing is saved as {client}, {name}: choose from the list of saved work.")
        return _version(found)

    def save(self, client: str, name: str, study: Study, base: int = 0) -> Version:
        """A new version over `base`, the one that the person has seen; 0 for a study that is not there yet.

        Raises Stale with both versions where another is the newest by now, InputError for names that cannot be.
        Saving the very same again, as after an answer that got lost, finds it saved.
        """
        mine = Version(clean(client, "client"), clean(name, "name"), base + 1, now(), study)
        place, kept = Place(self.owner, mine.client, mine.name), KeptVersion(iso(mine.saved_at), write(study))
        read(kept.document, "this work")  # What could not be opened again is better not saved.
        with writing(self.url) as connection:
            if rows.add(connection, place, base, kept):
                return mine
            found = rows.version(connection, place)
        if found is None:
            raise InputError(f"{mine.client}, {mine.name} is not there any more: save it as something new.")
        theirs = _version(found)
        if theirs.number == mine.number and found.document == kept.document:
            return theirs
        raise Stale(mine, theirs)

    def export(self) -> bytes:
        """All versions of all studies and budgets, and the brands of clients, as one file."""
        with reading(self.url) as connection:
            found = {kind: rows.everything(connection, self.owner, shelf) for kind, shelf in rows.SHELVES.items()}
            looks = rows.brands(connection, self.owner)
        studies = (
            KeptStudy(*place, _kept(versions), kind)
            for kind, of_kind in found.items()
            for place, versions in groupby(of_kind, key=lambda row: (row.client, row.name))
        )
        return pack((*studies, *(KeptStudy(look.client, _BRAND, _kept([look]), _BRAND) for look in looks)))

    def bring_in(self, data: bytes, name: str) -> Imported:
        """Everything in an exported file, or nothing of it. Raises InputError for a foreign or damaged file.

        A study that is here already gets the versions that it lacks; one that went another way is put beside it. A
        client that has a brand here keeps that.
        """
        studies = unpack(data, name)
        for study in studies:
            for number, version in enumerate(study.versions, 1):
                _READERS[study.kind](version.document, f"{name}, {study.client}, {study.name}, version {number}")
        with writing(self.url) as connection:
            brought = [self._bring_in(connection, study) for study in studies]
        return Imported(sum(map(bool, brought)), sum(brought))

    def _bring_in(self, connection: Connection, study: KeptStudy) -> int:
        """The study under the first name whose versions agree with its own; how many it had more."""
        if study.kind == _BRAND:
            return int(rows.put_brand(connection, self.owner, study.client, 0, study.versions[-1]))
        place, beside = Place(self.owner, study.client, study.name, rows.SHELVES[study.kind]), 1
        here = _kept(rows.documents(connection, place))
        while not _agree(here, study.versions):
            beside += 1
            place = place._replace(name=f"{study.name[: MOST_SIGNS - 10]} ({beside})")
            here = _kept(rows.documents(connection, place))
        for base in range(len(here), len(study.versions)):
            rows.add(connection, place, base, study.versions[base])
        return max(0, len(study.versions) - len(here))


def workspace(owner: str = LOCAL) -> Workspace:
    """The saved work of this owner where the environment says that it is. Raises InputError as database_url does."""
    return Workspace(database_url(), owner)


def _agree(some: tuple[KeptVersion, ...], others: tuple[KeptVersion, ...]) -> bool:
    """Whether one continues the other."""
    return all(a == b for a, b in zip(some, others, strict=False))


def _kept(found: Iterable[rows.VersionRow]) -> tuple[KeptVersion, ...]:
    return tuple(KeptVersion(row.saved_at, row.document) for row in found)


def _entry(row: rows.VersionRow) -> Entry:
    return Entry(row.client, row.name, row.number, datetime.fromisoformat(row.saved_at))


def _version(row: rows.VersionRow) -> Version:
    study = read(row.document, f"{row.client}, {row.name}, version {row.number}")
    return Version(row.client, row.name, row.number, datetime.fromisoformat(row.saved_at), study)
