"""Any upload → a profile: usage exports and logs, chats, documents and media, and ZIPs of them, told by content."""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from itertools import chain
from pathlib import PurePath
from typing import Any, Literal

from estimator.tokens import read_text
from estimator.tokens.media import AUDIO, PICTURES, VIDEO
from estimator.workload.archive import files_in, is_archive, is_office
from estimator.workload.chats import Chat, chat_of, is_chat, tells_tokens
from estimator.workload.columns import columns_of
from estimator.workload.forms import flat, in_googles_words, instead_of_bill, with_litellms_parts
from estimator.workload.importers import read_usage
from estimator.workload.profile import Profile
from estimator.workload.remarks import Remarks
from estimator.workload.rows import Row, rows_of
from estimator.workload.saved import is_saved
from estimator.workload.tally import profile_of
from estimator.workload.texts import read_texts
from estimator.workload.threads import chats_in, is_message
from pricing import InputError

_ROWS = frozenset({".json", ".jsonl", ".ndjson", ".csv", ".tsv"})
Kind = Literal["usage", "chats", "text", "rows"]


def read_any(data: bytes, name: str, sizes: tuple[int, ...]) -> Profile:
    """The profile of any file that is understood; `sizes` are the catalog's. Its name tells media from text.

    What tells its usage is read from that; what holds chats or prompts is counted; any other document is one prompt.
    Raises InputError with the file, the line and what to do.
    """
    if is_archive(data) and not is_office(data):
        return _of_archive(data, name, sizes)
    kind = _kind(data, name)
    if kind == "chats":
        remarks = Remarks()
        return profile_of(_chats(data, name, remarks), name, sizes, remarks)
    return read_texts([(name, data)], sizes) if kind == "text" else read_usage(data, name, sizes)


def _of_archive(data: bytes, name: str, sizes: tuple[int, ...]) -> Profile:
    """Of a ZIP: its usage, else its chats, else each file as a prompt. A file that is there twice counts once."""
    distinct = {sha256(content).digest(): (path, content) for path, content in files_in(data, name) if content.strip()}
    files = [(path, content, _kind(content, path)) for path, content in distinct.values()]
    kinds = {kind for *_, kind in files}
    if "usage" in kinds or kinds <= {"rows"}:
        return read_usage(data, name, sizes)
    if "chats" not in kinds:
        return read_texts([(f"{name}, {path}", content) for path, content, _ in files], sizes)
    remarks = Remarks()
    if len(kinds) > 1:
        remarks.notes.add("Files in the ZIP that hold no chat are left out.")
    logs = (_chats(content, f"{name}, {path}", remarks) for path, content, kind in files if kind == "chats")
    return profile_of(chain.from_iterable(logs), name, sizes, remarks)


def _kind(data: bytes, name: str) -> Kind:
    """What a file holds: `rows` are a table or JSON of an unknown form, which the reader of usage may know."""
    suffix = PurePath(name).suffix.lower()
    if suffix in PICTURES | AUDIO | VIDEO or is_archive(data) or b"%PDF-" in data[:1024]:
        return "text"
    first = _first(read_text(data, name), name)
    if first is not None and _tells_usage(first.fields):
        return "usage"
    if first is not None and (is_chat(first.fields) or is_message(first.fields)):
        return "chats"
    is_table = first is not None and (columns_of(first.fields).tell_usage or (not suffix and len(first.fields) > 1))
    return "rows" if suffix in _ROWS or is_table else "text"


def _tells_usage(fields: Mapping[str, Any]) -> bool:
    counted = flat(with_litellms_parts(in_googles_words(fields)))
    return is_saved(fields) or instead_of_bill(fields) is not None or tells_tokens(counted)


def _first(text: str, name: str) -> Row | None:
    """The first row of a table or of JSON, None where there is none."""
    try:
        return next(rows_of(text, name), None)
    except InputError:
        return None


def _chat(row: Row, remarks: Remarks) -> Chat | None:
    try:
        return chat_of(row.fields, remarks)
    except (RecursionError, TypeError):  # Nested without end, or of kinds that no API knows.
        return None


def _chats(data: bytes, name: str, remarks: Remarks) -> Iterator[Chat]:
    rows = rows_of(read_text(data, name), name)
    first = next(rows)
    every = chain([first], rows)
    if not is_chat(first.fields):
        yield from chats_in(every, remarks)
        return
    for row in every:
        chat = _chat(row, remarks)
        if chat is None:
            remarks.notes.add("Rows that hold no chat are left out.")
        else:
            yield chat
