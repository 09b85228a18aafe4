"""The door to data/: every fact is a row or record with a source, parsed once into a frozen value."""

import csv
import io
import json
import os
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from pricing.errors import InputError

DATA = Path(os.environ.get("BREAKEVEN_DATA") or Path(__file__).resolve().parent.parent / "data")


class Fact(BaseModel):
    """Base of all values that are read from data/: frozen, and no unknown columns."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Fact):
    """Who says so. `locator` is a URL, or a package and file; `accessed_on` the day it was read."""

    id: str
    publisher: str
    title: str
    locator: str
    version: str = ""
    published_on: date | None = None
    accessed_on: date
    licence: str
    note: str = ""


F = TypeVar("F", bound=Fact)


def read_table(path: Path, kind: type[F]) -> tuple[F, ...]:
    """Rows of a CSV as values of `kind`; an empty cell is a missing field. Raises InputError with file and line."""
    return parse_table(_text(path), path.name, kind)


def parse_table(text: str, name: str, kind: type[F]) -> tuple[F, ...]:
    """The same of a CSV's text; `name` is the file that errors speak of."""
    rows = list(_rows(text, name))
    try:
        return tuple(_table_of(kind).validate_python([fields for _, fields in rows]))
    except ValidationError:
        return tuple(_parse(fields, kind, f"{name}, line {line}") for line, fields in rows)  # Says which line.


@cache
def _table_of(kind: type[F]) -> TypeAdapter[list[F]]:
    return TypeAdapter(list[kind])  # type: ignore[valid-type]


def _rows(text: str, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The line at which each row ends, and its cells that are not empty."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        for row in filter(None, reader):
            if len(row) != len(header):
                raise InputError(f"{name}, line {reader.line_num}: expected {len(header)} columns.")
            yield reader.line_num, {column: cell for column, cell in zip(header, row, strict=True) if cell}
    except csv.Error as error:
        raise InputError(f"{name}, line {reader.line_num}: {error}.") from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path.name} is not UTF-8 text: save it as UTF-8.") from None


def read_record(path: Path, kind: type[F]) -> F:
    """One JSON file as one value of `kind`. Raises InputError with file and field."""
    return parse_record(_text(path), path.name, kind)


def parse_record(text: str, name: str, kind: type[F]) -> F:
    """The same of a JSON text; `name` is the place that errors speak of."""
    try:
        fields = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{name}, line {error.lineno}: {error.msg}.") from None
    return _parse(fields, kind, name)


def _parse(fields: object, kind: type[F], place: str) -> F:
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        column = ".".join(map(str, first["loc"])) or "row"
        raise InputError(f"{place}, {column}: {first['msg']}") from None


@cache
def sources(directory: Path = DATA) -> dict[str, Source]:
    """Every source below `directory` by id; other facts name one of these. Raises InputError where two share an id."""
    paths = sorted((directory / "sources").glob("*.csv"))
    return sources_by_id((path.name, read_table(path, Source)) for path in paths)


def sources_by_id(tables: Iterable[tuple[str, tuple[Source, ...]]]) -> dict[str, Source]:
    """The sources of several files, each given with its name. Raises InputError where two share an id."""
    found: dict[str, Source] = {}
    for name, table in tables:
        for source in table:
            if source.id in found:
                raise InputError(f"sources/{name}: {source.id} is there twice, or in another file: rename one.")
            found[source.id] = source
    return found
