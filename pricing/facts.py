"""The door to data/: every fact is a row or record with a source, parsed once into a frozen value."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from pricing.errors import InputError

DATA = Path(__file__).resolve().parent.parent / "data"


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
    return tuple(_rows(path, kind))


def _rows(path: Path, kind: type[F]) -> Iterator[F]:
    reader = csv.DictReader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        for row in reader:
            if None in row or None in row.values():
                raise InputError(
                    f"{path.name}, line {reader.line_num}: expected {len(reader.fieldnames or [])} columns."
                )
            yield _parse({k: v for k, v in row.items() if v != ""}, kind, f"{path.name}, line {reader.line_num}")
    except csv.Error as error:
        raise InputError(f"{path.name}, line {reader.line_num}: {error}.") from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path.name} is not UTF-8 text: save it as UTF-8.") from None


def read_record(path: Path, kind: type[F]) -> F:
    """One JSON file as one value of `kind`. Raises InputError with file and field."""
    try:
        fields = json.loads(_text(path))
    except json.JSONDecodeError as error:
        raise InputError(f"{path.name}, line {error.lineno}: {error.msg}.") from None
    return _parse(fields, kind, path.name)


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
    found: dict[str, Source] = {}
    for path in sorted((directory / "sources").glob("*.csv")):
        for source in read_table(path, Source):
            if source.id in found:
                raise InputError(f"sources/{path.name}: {source.id} is there twice, or in another file: rename one.")
            found[source.id] = source
    return found
