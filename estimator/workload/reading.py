"""Any files → a profile: usage exports and logs, chats, documents and media, and ZIPs of them, told by content."""

from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import chain, islice
from pathlib import PurePath
from typing import Any, Literal

from estimator.tokens import read_text
from estimator.tokens.media import AUDIO, PICTURES, VIDEO
from estimator.tokens.reading import encoding_of
from estimator.workload.exports.columns import columns_of
from estimator.workload.exports.forms import flat, in_googles_words, instead_of_bill, with_litellms_parts
from estimator.workload.exports.importers import Progress, Reading, is_log, part_of_archive, part_of_usage, rows_in
from estimator.workload.exports.importers import log_of as usage_log_of
from estimator.workload.exports.parts import Part, checked, merged, part_of, profile_of_part
from estimator.workload.exports.records import NoRequests
from estimator.workload.exports.remarks import Remarks
from estimator.workload.files.archive import files_in, is_archive, is_office
from estimator.workload.files.lines import BLOCK_BYTES, Block, lines_in, text_of
from estimator.workload.files.rows import Header, Row, every_row_of, is_json, json_rows
from estimator.workload.files.source import Source
from estimator.workload.profile import Profile
from estimator.workload.ranges import LineReader, ranges
from estimator.workload.saved import is_saved
from estimator.workload.texts.chats import Chat, chat_of, is_chat, tells_tokens
from estimator.workload.texts.prompts import read_texts
from estimator.workload.texts.tally import profile_of
from estimator.workload.texts.threads import chats_in, is_message

_ROWS = frozenset({".json", ".jsonl", ".ndjson", ".csv", ".tsv"})
_LOOKED_AT = 20  # Rows.
_LOOKED_AT_BYTES = 2**20
Kind = Literal["usage", "chats", "text", "rows"]


def read_any(data: bytes, name: str, sizes: tuple[int, ...], progress: Progress | None = None) -> Profile:
    """As `read_files`, of one file at hand."""
    return read_files([Source(name, len(data), data=data)], sizes, progress)


def read_files(sources: Iterable[Source], sizes: tuple[int, ...], progress: Progress | None = None) -> Profile:
    """The profile of files of any kind together; `sizes` are the catalog's. Names tell media from text.

    What tells its usage is read from that; what holds chats or prompts is counted; any other document is one prompt.
    Lines are read in bounded memory. `progress` is told the share of bytes that are read. Rows that cannot be read are
    left out and noted. Raises InputError with the file, the line and what to do.
    """
    return profile_of_part(merged(parts_of_files(sources, sizes, progress)), sizes)


def parts_of_files(
    sources: Iterable[Source], sizes: tuple[int, ...], progress: Progress | None = None
) -> tuple[Part, ...]:
    """What each of the files holds; documents and media all stand where the first of them does.

    What one file repeats of another counts once, where its format tells.
    """
    files = list(sources)
    reading = Reading(sizes, sum(file.size for file in files), progress)
    kinds = [_kind_of(file) for file in files]
    texts = [file for file, kind in zip(files, kinds, strict=True) if kind == "text"]
    parts, has_texts = [], False
    for file, kind in zip(files, kinds, strict=True):
        if kind != "text":
            parts.append(_part(file, kind, reading))
        else:
            parts.append(Part() if has_texts else _of_texts(texts, reading))
            has_texts = True
    return tuple(parts)


def log_of(source: Source, sizes: tuple[int, ...]) -> tuple[LineReader, int] | None:
    """What reads the lines of a file, and the byte where they begin, if each of them stands for itself."""
    kind = _kind_of(source)
    if kind in ("usage", "rows"):
        return usage_log_of(source, sizes)
    return (ChatLog(source.name, sizes), 0) if kind == "chats" and _is_chat_a_line(source) else None


@dataclass(frozen=True)
class ChatLog:
    """JSON lines, of which each is a chat for itself."""

    name: str
    sizes: tuple[int, ...]
    header: Header | None = None
    first_line: int = 1

    def part_of_lines(self, block: Block) -> Part:
        """What some lines hold. What they repeat of others is not seen."""
        remarks = Remarks()
        rows = json_rows([text_of(block, remarks.notes)], self.name, block.line)
        return _of_chats(_chats(_counted(rows, remarks), remarks), self.name, self.sizes, remarks)


def _kind_of(source: Source) -> Kind | Literal["archive"]:
    head = source.head(_LOOKED_AT_BYTES)
    if b"\n" not in head:
        head = source.head()
    if is_archive(head):
        return "text" if is_office(source.whole()) else "archive"
    return _kind(head, source)


def _kind(head: bytes, source: Source) -> Kind:
    """What a file holds: `rows` are a table or JSON of an unknown form, which the reader of usage may know."""
    suffix = PurePath(source.name).suffix.lower()
    if suffix in PICTURES | AUDIO | VIDEO or is_archive(head) or b"%PDF-" in head[:1024]:
        return "text"
    rows = [row.fields for row in _first(head, source)]
    if any(map(_tells_usage, rows)):
        return "usage"
    if any(is_chat(row) or is_message(row) for row in rows):
        return "chats"
    is_table = any(columns_of(row).tell_usage or (not suffix and len(row) > 1) for row in rows[:1])
    return "rows" if suffix in _ROWS or is_table else "text"


def _tells_usage(fields: Mapping[str, Any]) -> bool:
    counted = flat(with_litellms_parts(in_googles_words(fields)))
    return is_saved(fields) or instead_of_bill(fields) is not None or tells_tokens(counted)


def _first(head: bytes, source: Source) -> list[Row]:
    """The first rows of a table or of JSON that can be read, none where there are none. One alone may be damaged."""
    text = read_text(head, source.name) if source.size <= len(head) else _whole_lines(head, source.name)
    if is_json(text) and source.size > len(head) and not is_log(text, source.size):
        text = read_text(source.whole(), source.name)
    rows = _sound(every_row_of(text, source.name))
    return rows or (_sound(json_rows([text], source.name, 1)) if is_json(text) else [])


def _whole_lines(head: bytes, name: str) -> str:
    """The lines that end in the beginning of a file, which may break off inside a character."""
    text = getincrementaldecoder(encoding_of(head, name).codec)("replace").decode(head)
    return text[: text.rfind("\n") + 1] or text


def _sound(rows: Iterable[Row]) -> list[Row]:
    return list(islice((row for row in rows if not row.fault), _LOOKED_AT))


def _part(source: Source, kind: str, reading: Reading) -> Part:
    if kind == "archive":
        part = _of_archive(source, reading)
        reading.advance(source.size)
        return part
    if kind != "chats":
        return part_of_usage(source, reading)
    if _is_chat_a_line(source):
        return checked(_of_ranges(source, ChatLog(source.name, reading.sizes), reading), source.name)
    remarks = reading.remarks()
    part = _of_chats(_chats(rows_in(source, reading, remarks), remarks), source.name, reading.sizes, remarks)
    return checked(part, source.name)


def _is_chat_a_line(source: Source) -> bool:
    """Whether a file of chats is JSON lines in UTF-8."""
    head = source.head()
    first = head.partition(b"\n")[0]
    try:
        return is_json(text := first.decode()) and is_log(text, BLOCK_BYTES + source.size)
    except UnicodeDecodeError:
        return False


def _of_ranges(source: Source, log: LineReader, reading: Reading) -> Part:
    """The file in the ranges of lines in which a cluster reads it, so that both come to the same."""
    parts, line = [], log.first_line
    for lines in ranges(source, 0):
        data = lines.read()
        parts.append(log.part_of_lines(Block(data, line)))
        line += lines_in(data)
        reading.advance(lines.end - lines.start)
    return merged(parts)


def _of_texts(sources: Iterable[Source], reading: Reading) -> Part:
    files = list(sources)
    made = read_texts(((file.name, file.whole()) for file in files), reading.sizes)
    reading.advance(sum(file.size for file in files))
    return Part(profile=made, rows=made.requests)


def _of_chats(chats: Iterable[Chat], name: str, sizes: tuple[int, ...], remarks: Remarks) -> Part:
    try:
        made = profile_of(chats, name, sizes, remarks)
    except NoRequests:
        made = None
    return part_of(None, made, remarks)


def _chats(rows: Iterator[Row], remarks: Remarks) -> Iterator[Chat]:
    """The chats of rows that each hold one, or of rows that hold a message each; other rows are left out and noted."""
    first = next(rows, None)
    if first is None:
        return
    every = chain([first], rows)
    if is_message(first.fields) and not is_chat(first.fields):
        yield from chats_in(every, remarks)
        return
    for row in every:
        chat = _chat(row, remarks)
        if chat is None:
            remarks.lose(row.place, "holds no chat.")
        else:
            yield chat


def _chat(row: Row, remarks: Remarks) -> Chat | None:
    try:
        return chat_of(row.fields, remarks)
    except RecursionError:  # Nested without end.
        return None


def _counted(rows: Iterable[Row], remarks: Remarks) -> Iterator[Row]:
    for row in rows:
        remarks.rows += 1
        if row.fault:
            remarks.lose(row.place, row.fault)
        else:
            yield row


def _of_archive(source: Source, reading: Reading) -> Part:
    """Of a ZIP: its usage, else its chats, else each file as a prompt. A file that is there twice counts once."""
    distinct = {
        sha256(content).digest(): Source(f"{source.name}, {path}", len(content), data=content)
        for path, content in files_in(source.whole(), source.name)
        if content.strip()
    }
    kinds = {file: _kind(file.head(), file) for file in distinct.values()}
    found = set(kinds.values())
    if "usage" in found or found <= {"rows"}:
        return part_of_archive(source, reading)
    inside = replace(reading, progress=None)
    if "chats" not in found:
        return _of_texts(kinds, inside)
    part = merged(_part(file, kind, inside) for file, kind in kinds.items() if kind == "chats")
    left_out = {"Files in the ZIP that hold no chat are left out."} if len(found) > 1 else set()
    return replace(part, notes=part.notes | left_out)
