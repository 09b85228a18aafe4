"""Saved work as rows: what is asked of the tables and put into them, inside a transaction that is the caller's."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

from sqlalchemy import Column, Connection, Insert, Row, Select, Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from estimator.workspace.archive import KeptVersion
from estimator.workspace.schema import BRANDS, BUDGET_VERSIONS, BUDGETS, CLIENTS, FIRED, STUDIES, VERSIONS

VersionRow = Row[Any]  # client, name, number, saved_at; and its document where that was asked for.


class Shelf(NamedTuple):
    """The two tables of one kind of saved work: what there is, and its versions."""

    kind: str
    heads: Table
    versions: Table

    @property
    def head_id(self) -> "Column[int]":
        """In the table of versions, whose they are."""
        return cast("Column[int]", self.versions.c[f"{self.kind}_id"])


STUDY, BUDGET = Shelf("study", STUDIES, VERSIONS), Shelf("budget", BUDGETS, BUDGET_VERSIONS)
SHELVES = {shelf.kind: shelf for shelf in (STUDY, BUDGET)}


class Place(NamedTuple):
    """Where the versions of one study or budget are."""

    owner: str
    client: str
    name: str
    shelf: Shelf = STUDY


def heads(connection: Connection, owner: str, shelf: Shelf = STUDY) -> Sequence[VersionRow]:
    """The newest version of each study, those saved last first."""
    newest = _asked(owner, shelf).where(shelf.versions.c.number == shelf.heads.c.version)
    order = (shelf.versions.c.saved_at.desc(), CLIENTS.c.name, shelf.heads.c.name)
    return connection.execute(newest.order_by(*order)).all()


def history(connection: Connection, place: Place) -> Sequence[VersionRow]:
    """All versions of a study, the newest first."""
    asked = _at(place, _asked(place.owner, place.shelf))
    return connection.execute(asked.order_by(place.shelf.versions.c.number.desc())).all()


def everything(connection: Connection, owner: str, shelf: Shelf = STUDY) -> Sequence[VersionRow]:
    """Every version of every study with its document, by client, name and number."""
    asked = _asked(owner, shelf, documents=True)
    order = (CLIENTS.c.name, shelf.heads.c.name, shelf.versions.c.number)
    return connection.execute(asked.order_by(*order)).all()


def documents(connection: Connection, place: Place) -> Sequence[VersionRow]:
    """Every version of a study with its document, the first one first."""
    asked = _at(place, _asked(place.owner, place.shelf, documents=True))
    return connection.execute(asked.order_by(place.shelf.versions.c.number)).all()


def version(connection: Connection, place: Place, number: int | None = None) -> VersionRow | None:
    """A version with its document, the newest where no number is given; None where there is none."""
    asked, shelf = _at(place, _asked(place.owner, place.shelf, documents=True)), place.shelf
    return connection.execute(asked.where(shelf.versions.c.number == (number or shelf.heads.c.version))).one_or_none()


def _asked(owner: str, shelf: Shelf, *, documents: bool = False) -> Select[Any]:
    versions = shelf.versions.c
    columns = (CLIENTS.c.name.label("client"), shelf.heads.c.name, versions.number, versions.saved_at)
    tables = shelf.versions.join(shelf.heads).join(CLIENTS)
    asked = select(*columns, versions.document) if documents else select(*columns)
    return asked.select_from(tables).where(CLIENTS.c.owner == owner)


def _at(place: Place, asked: Select[Any]) -> Select[Any]:
    return asked.where(CLIENTS.c.name == place.client, place.shelf.heads.c.name == place.name)


def add(connection: Connection, place: Place, base: int, kept: KeptVersion) -> bool:
    """Put a version in over `base`, 0 for a new study, and say whether that was the newest: if not, nothing is put in.

    Of two who try at once, the second waits for the first and then finds that it is not.
    """
    head_id = _advance(connection, place, base) if base else _begin(connection, place)
    if head_id is None:
        return False
    row: dict[str, int | str] = {place.shelf.head_id.name: head_id, "number": base + 1}
    row |= {"saved_at": kept.saved_at, "document": kept.document}
    connection.execute(insert(place.shelf.versions).values(row))
    return True


def _client_id(connection: Connection, owner: str, client: str) -> int:
    """The client's, who is put in if new."""
    _insert(connection, insert(CLIENTS).values(owner=owner, name=client))
    return connection.execute(_client(owner, client)).scalar_one()


def _its(place: Place) -> tuple[Any, Any]:
    heads = place.shelf.heads.c
    return heads.client_id == _client(place.owner, place.client).scalar_subquery(), heads.name == place.name


def _head_id(connection: Connection, place: Place) -> int:
    return cast("int", connection.execute(select(place.shelf.heads.c.id).where(*_its(place))).scalar_one())


def _advance(connection: Connection, place: Place, base: int) -> int | None:
    """Take the next number of a study, if its newest is `base`."""
    heads = place.shelf.heads
    taken = update(heads).where(*_its(place), heads.c.version == base).values(version=base + 1)
    return _head_id(connection, place) if connection.execute(taken).rowcount else None


def _begin(connection: Connection, place: Place) -> int | None:
    """A new study, and its client if that is new; None where the study is there already."""
    client_id = _client_id(connection, place.owner, place.client)
    return _insert(connection, insert(place.shelf.heads).values(client_id=client_id, name=place.name, version=1))


def brands(connection: Connection, owner: str) -> Sequence[VersionRow]:
    """The brand of every client that has one, by the client's name."""
    return connection.execute(_brands(owner).order_by(CLIENTS.c.name)).all()


def branded(connection: Connection, owner: str) -> Sequence[str]:
    """The clients that have a brand, by name."""
    asked = select(CLIENTS.c.name).select_from(BRANDS.join(CLIENTS)).where(CLIENTS.c.owner == owner)
    return connection.execute(asked.order_by(CLIENTS.c.name)).scalars().all()


def brand(connection: Connection, owner: str, client: str) -> VersionRow | None:
    """None where the client has none."""
    return connection.execute(_brands(owner).where(CLIENTS.c.name == client)).one_or_none()


def _brands(owner: str) -> Select[Any]:
    columns = (CLIENTS.c.name.label("client"), BRANDS.c.version.label("number"), BRANDS.c.saved_at, BRANDS.c.document)
    return select(*columns).select_from(BRANDS.join(CLIENTS)).where(CLIENTS.c.owner == owner)


def put_brand(connection: Connection, owner: str, client: str, base: int, kept: KeptVersion) -> bool:
    """Put a brand in the place of number `base`, 0 for the first, and say whether that was the one there."""
    row = {"version": base + 1, "saved_at": kept.saved_at, "document": kept.document}
    if not base:
        client_id = _client_id(connection, owner, client)
        return _insert(connection, insert(BRANDS).values(client_id=client_id, **row)) is not None
    its = BRANDS.c.client_id == _client(owner, client).scalar_subquery()
    changed = update(BRANDS).where(its, BRANDS.c.version == base).values(**row)
    return bool(connection.execute(changed).rowcount)


def claim(connection: Connection, place: Place, alert: Mapping[str, str], fired_at: str) -> bool:
    """Take down that an alert (cause, month, channel) of a budget goes out; False where it already did."""
    row = {"budget_id": _head_id(connection, place), **alert, "fired_at": fired_at}
    return _insert(connection, insert(FIRED).values(row)) is not None


def release(connection: Connection, place: Place, alert: Mapping[str, str]) -> None:
    """An alert that did not arrive goes out another time."""
    its = (FIRED.c[name] == value for name, value in alert.items())
    connection.execute(delete(FIRED).where(FIRED.c.budget_id == _head_id(connection, place), *its))


def _client(owner: str, client: str) -> "Select[int]":
    return select(CLIENTS.c.id).where(CLIENTS.c.owner == owner, CLIENTS.c.name == client)


def _insert(connection: Connection, row: Insert) -> int | None:
    """The id of a new row, or None where there is one of that name."""
    try:
        with connection.begin_nested():
            key = connection.execute(row).inserted_primary_key
    except IntegrityError:
        return None
    return cast("int", key[0]) if key else None
