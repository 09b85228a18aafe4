"""Text of a file → its rows, wherever they lie: a table, JSON lines, or pages of a provider's answer."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from typing import Any

from pricing import InputError

_DELIMITERS = ",;\t|"
_MAY_HAVE_MORE = "has_more"
csv.field_size_limit(2**31 - 1)  # Logs may carry whole prompts.


@dataclass(frozen=True, slots=True)
class Row:
    """Named values and the place to name if they are wrong. `partial`: the file says that there is more of it."""

    place: str
    fields: Mapping[str, Any]
    partial: bool = False


def rows_of(text: str, name: str) -> Iterator[Row]:
    """All rows of a CSV, JSON or JSON lines file. Raises InputError, with file and line, where it is none of them."""
    return _table(text, name) if text.lstrip()[:1] not in {"{", "["} else _json(text, name)


def delimiter_of(line: str) -> str:
    """What the cells of a table are parted by, judged by its header."""
    return max(_DELIMITERS, key=line.lstrip().count)


def _table(text: str, name: str) -> Iterator[Row]:
    first = text.lstrip().partition("\n")[0]
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter_of(first))
    try:
        cells = (row for row in reader if any(cell.strip() for cell in row))
        header = [cell.strip() for cell in next(cells)]
        for row in cells:
            if len(row) != len(header):
                raise InputError(f"{name}, line {reader.line_num}: has {len(row)} cells, its header {len(header)}.")
            yield Row(f"{name}, line {reader.line_num}", dict(zip(header, row, strict=True)))
    except csv.Error as error:
        raise InputError(f"{name}, line {reader.line_num}: not a readable table ({error}).") from None


def _json(text: str, name: str) -> Iterator[Row]:
    try:
        document = _parsed(text)
    except _NotJson as error:
        yield from _json_lines(text, name, error)
    else:
        yield from _opened(name, document)


class _NotJson(Exception):
    """Text that is not one JSON document; `line` is the first that cannot be."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise _NotJson(error.lineno, error.msg) from None
    except (ValueError, RecursionError):
        raise _NotJson(1, "too deep, or a number too long") from None


def _json_lines(text: str, name: str, whole: _NotJson) -> Iterator[Row]:
    """A document a line; if not even the first is one, the fault is where the `whole` breaks off."""
    lines = [(n, line) for n, line in enumerate(text.splitlines(), start=1) if line.strip()]
    for n, line in lines:
        try:
            document = _parsed(line)
        except _NotJson as error:
            at, why = (whole.line, whole) if (n, line) == lines[0] else (n, error)
            raise InputError(f"{name}, line {at}: not readable as JSON ({why}).") from None
        yield from _opened(f"{name}, line {n}", document)


def _opened(place: str, document: object, partial: bool = False) -> Iterator[Row]:
    """The rows inside lists, pages (`data`) and time buckets (`results`), which hand down their times."""
    if isinstance(document, list):
        for n, entry in enumerate(document, start=1):
            yield from _opened(f"{place}, entry {n}", entry, partial)
    elif isinstance(document, Mapping) and isinstance(document.get("data"), list):
        yield from _opened(place, document["data"], bool(document.get(_MAY_HAVE_MORE)))
    elif isinstance(document, Mapping) and isinstance(document.get("results"), list):
        for n, result in enumerate(document["results"], start=1):
            if not isinstance(result, Mapping):
                raise InputError(f"{place}, result {n}: not a JSON object.")
            times = {k: v for k, v in document.items() if k not in {"object", "results"}}
            yield Row(f"{place}, result {n}", {**times, **result}, partial)
    elif isinstance(document, Mapping):
        yield Row(place, document, partial)
    else:
        raise InputError(f"{place}: not a JSON object.")


def pivoted(rows: Iterable[Row], key: tuple[str, ...], name: str, value: str) -> Iterator[Row]:
    """Rows that share `key` as one row, in which each `name` is a column that holds its `value`."""
    merged: dict[tuple[str, ...], dict[str, Any]] = {}
    places: dict[tuple[str, ...], str] = {}
    for row in rows:
        group = tuple(str(row.fields.get(k)) for k in key)
        places.setdefault(group, row.place)
        columns = merged.setdefault(group, dict(zip(key, group, strict=True)))
        column = str(row.fields.get(name))
        if column in columns:
            raise InputError(f"{row.place}: {column} is there twice for the same {', '.join(key)}.")
        columns[column] = row.fields.get(value)
    return (Row(places[group], columns) for group, columns in merged.items())
