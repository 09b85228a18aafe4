"""Saved work as rows: what is asked of the tables and put into them, inside a transaction that is the caller's."""

from collections.abc import Sequence
from typing import Any, NamedTuple, cast

from sqlalchemy import Connection, Insert, Row, Select, insert, select, update
from sqlalchemy.exc import IntegrityError

from estimator.workspace.archive import KeptVersion
from estimator.workspace.schema import CLIENTS, STUDIES, VERSIONS

VersionRow = Row[Any]  # client, name, number, saved_at; and its document where that was asked for.
_COLUMNS = (CLIENTS.c.name.label("client"), STUDIES.c.name, VERSIONS.c.number, VERSIONS.c.saved_at)
_TABLES = VERSIONS.join(STUDIES).join(CLIENTS)


class Place(NamedTuple):
    """Where the versions of one study are."""

    owner: str
    client: str
    name: str


def heads(connection: Connection, owner: str) -> Sequence[VersionRow]:
    """The newest version of each study, those saved last first."""
    newest = _asked(owner).where(VERSIONS.c.number == STUDIES.c.version)
    return connection.execute(newest.order_by(VERSIONS.c.saved_at.desc(), CLIENTS.c.name, STUDIES.c.name)).all()


def history(connection: Connection, place: Place) -> Sequence[VersionRow]:
    """All versions of a study, the newest first."""
    asked = _at(place, _asked(place.owner))
    return connection.execute(asked.order_by(VERSIONS.c.number.desc())).all()


def everything(connection: Connection, owner: str) -> Sequence[VersionRow]:
    """Every version of every study with its document, by client, name and number."""
    asked = _asked(owner, documents=True)
    return connection.execute(asked.order_by(CLIENTS.c.name, STUDIES.c.name, VERSIONS.c.number)).all()


def documents(connection: Connection, place: Place) -> Sequence[VersionRow]:
    """Every version of a study with its document, the first one first."""
    asked = _at(place, _asked(place.owner, documents=True))
    return connection.execute(asked.order_by(VERSIONS.c.number)).all()


def version(connection: Connection, place: Place, number: int | None = None) -> VersionRow | None:
    """A version with its document, the newest where no number is given; None where there is none."""
    asked = _at(place, _asked(place.owner, documents=True))
    return connection.execute(asked.where(VERSIONS.c.number == (number or STUDIES.c.version))).one_or_none()


def _asked(owner: str, *, documents: bool = False) -> Select[Any]:
    columns = (*_COLUMNS, VERSIONS.c.document) if documents else _COLUMNS
    return select(*columns).select_from(_TABLES).where(CLIENTS.c.owner == owner)


def _at(place: Place, asked: Select[Any]) -> Select[Any]:
    return asked.where(CLIENTS.c.name == place.client, STUDIES.c.name == place.name)


def add(connection: Connection, place: Place, base: int, kept: KeptVersion) -> bool:
    """Put a version in over `base`, 0 for a new study, and say whether that was the newest: if not, nothing is put in.

    Of two who try at once, the second waits for the first and then finds that it is not.
    """
    study_id = _advance(connection, place, base) if base else _begin(connection, place)
    if study_id is None:
        return False
    row = {"study_id": study_id, "number": base + 1, "saved_at": kept.saved_at, "document": kept.document}
    connection.execute(insert(VERSIONS).values(row))
    return True


def _advance(connection: Connection, place: Place, base: int) -> int | None:
    """Take the next number of a study, if its newest is `base`."""
    its = STUDIES.c.client_id == _client(place).scalar_subquery(), STUDIES.c.name == place.name
    taken = update(STUDIES).where(*its, STUDIES.c.version == base).values(version=base + 1)
    if not connection.execute(taken).rowcount:
        return None
    return cast("int", connection.execute(select(STUDIES.c.id).where(*its)).scalar_one())


def _begin(connection: Connection, place: Place) -> int | None:
    """A new study, and its client if that is new; None where the study is there already."""
    _insert(connection, insert(CLIENTS).values(owner=place.owner, name=place.client))
    client_id = connection.execute(_client(place)).scalar_one()
    return _insert(connection, insert(STUDIES).values(client_id=client_id, name=place.name, version=1))


def _client(place: Place) -> "Select[int]":
    return select(CLIENTS.c.id).where(CLIENTS.c.owner == place.owner, CLIENTS.c.name == place.client)


def _insert(connection: Connection, row: Insert) -> int | None:
    """The id of a new row, or None where there is one of that name."""
    try:
        with connection.begin_nested():
            (id_,) = connection.execute(row).inserted_primary_key or (None,)
    except IntegrityError:
        return None
    return cast("int", id_)
