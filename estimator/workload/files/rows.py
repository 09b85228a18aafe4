"""Text of a file → its rows, wherever they lie: a table, JSON lines, or pages of a provider's answer."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from typing import Any

from estimator.workload.files.lines import MOST_LINE_BYTES
from pricing import InputError

_DELIMITERS = ",;\t|"
_MAY_HAVE_MORE = "has_more"
_MOST_DEPTH = 8
_MOST_HEADER = 2**20
csv.field_size_limit(MOST_LINE_BYTES)  # Logs may carry whole prompts.


@dataclass(frozen=True, slots=True)
class Row:
    """Named values and the place to name if they are wrong. `number` counts the lines or entries before it.

    `partial`: the file says that there is more of it. `fault`: why there are no values, where it is broken.
    """

    place: str
    fields: Mapping[str, Any]
    partial: bool = False
    number: int = 0
    fault: str = ""


@dataclass(frozen=True)
class Header:
    """The names of a table's columns, what parts its cells, and how many lines and bytes of UTF-8 it takes."""

    names: tuple[str, ...]
    delimiter: str
    lines: int
    size: int


def rows_of(text: str, name: str) -> Iterator[Row]:
    """All rows of a CSV, JSON or JSON lines file. Raises InputError, with file and line, where one is broken."""
    for row in every_row_of(text, name):
        if row.fault:
            raise InputError(f"{row.place}: {row.fault}")
        yield row


def every_row_of(text: str, name: str) -> Iterator[Row]:
    """All rows, the broken ones with their fault."""
    return _json(text, name) if is_json(text) else _table(text, name)


def _table(text: str, name: str) -> Iterator[Row]:
    header = header_of(text)
    return table_rows(
        [text[header.size :] if text.isascii() else text.encode()[header.size :].decode()],
        name,
        header,
        1 + header.lines,
    )


def _json(text: str, name: str) -> Iterator[Row]:
    try:
        return opened(name, parsed(text))
    except NotJson as error:
        first = next(json_rows(first_lines(text, 1), name, 1))
        return (
            iter([Row(f"{name}, line {error.line}", {}, fault=str(error))])
            if first.fault
            else json_rows([text], name, 1)
        )


def is_json(text: str) -> bool:
    """Whether a file that begins so is JSON, if anything that is read here."""
    return text.lstrip()[:1] in {"{", "["}


def delimiter_of(line: str) -> str:
    """What the cells of a table are parted by, judged by its header."""
    return max(_DELIMITERS, key=line.lstrip().count)


def header_of(text: str) -> Header:
    """The header of the table that begins so: its first row with anything in it."""
    text = text[:_MOST_HEADER]
    delimiter = delimiter_of(text.lstrip().partition("\n")[0])
    reader = csv.reader(_lines(text), delimiter=delimiter)
    try:
        cells = next((row for row in reader if any(cell.strip() for cell in row)), [])
    except csv.Error:
        cells = []
    size = sum(len(line.encode()) for line in islice(_lines(text), reader.line_num))
    return Header(tuple(cell.strip() for cell in cells), delimiter, reader.line_num, size)


def table_rows(texts: Iterable[str], name: str, header: Header, line: int) -> Iterator[Row]:
    """The rows of a table's body, which begins at this `line` and comes in texts of whole lines."""
    reader = csv.reader((each for text in texts for each in _lines(text)), delimiter=header.delimiter)
    while True:
        try:
            cells = next(reader, None)
            fault = ""
        except csv.Error as error:
            cells, fault = [str(error)], f"not a readable table ({error})."
        if cells is None:
            return
        number = line - 1 + reader.line_num
        if not any(cell.strip() for cell in cells):
            continue
        if not fault and len(cells) != len(header.names):
            fault = f"has {len(cells)} cells, its header {len(header.names)}."
        fields = {} if fault else dict(zip(header.names, cells, strict=True))
        yield Row(f"{name}, line {number}", fields, number=number - 1, fault=fault)


def first_lines(text: str, count: int) -> list[str]:
    """The first lines of a text that are not blank."""
    return list(islice(filter(str.strip, _lines(text)), count))


def _lines(text: str) -> Iterator[str]:
    """The lines, which end as those of tables may."""
    return iter(StringIO(text, newline=""))


class NotJson(Exception):
    """Text that is not one JSON document; `line` is the first that cannot be."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"not readable as JSON ({why}).")
        self.line = line


def parsed(text: str) -> object:
    """The document. Raises NotJson."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise NotJson(error.lineno, error.msg) from None
    except (ValueError, RecursionError):
        raise NotJson(1, "too deep, or a number too long") from None


def json_rows(texts: Iterable[str], name: str, line: int) -> Iterator[Row]:
    """The rows of JSON lines, of which the first is this `line` of the file: a document each."""
    for number, each in enumerate((each for text in texts for each in _lines(text)), start=line):
        if not each.strip():
            continue
        place = f"{name}, line {number}"
        try:
            yield from opened(place, parsed(each), number - 1)
        except NotJson as error:
            yield Row(place, {}, number=number - 1, fault=str(error))


def opened(place: str, document: object, number: int = 0, partial: bool = False, depth: int = 0) -> Iterator[Row]:
    """The rows inside lists, pages (`data`) and time buckets (`results`), which hand down their times."""
    if depth == _MOST_DEPTH:
        yield Row(place, {}, partial, number, "lists lie too deep in lists.")
    elif isinstance(document, list):
        for n, entry in enumerate(document):
            yield from opened(f"{place}, entry {n + 1}", entry, number + n, partial, depth + 1)
    elif isinstance(document, Mapping) and isinstance(document.get("data"), list):
        yield from opened(place, document["data"], number, bool(document.get(_MAY_HAVE_MORE)), depth + 1)
    elif isinstance(document, Mapping) and isinstance(document.get("results"), list):
        times = {k: v for k, v in document.items() if k not in {"object", "results"}}
        for n, result in enumerate(document["results"]):
            fields = {**times, **result} if isinstance(result, Mapping) else result
            yield _row(f"{place}, result {n + 1}", fields, number + n, partial)
    else:
        yield _row(place, document, number, partial)


def _row(place: str, value: object, number: int, partial: bool) -> Row:
    if isinstance(value, Mapping):
        return Row(place, value, partial, number)
    return Row(place, {}, partial, number, "not a JSON object.")


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
            raise InputError(f"{row.place}: {ascii(column[:40])[1:-1]} is there twice for the same {', '.join(key)}.")
        columns[column] = row.fields.get(value)
    return (Row(places[group], columns) for group, columns in merged.items())
