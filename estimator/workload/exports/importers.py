"""Usage exports and request logs, also in a ZIP → a profile, whatever known form they have and however large."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import chain

from estimator.workload.exports.logs import Bill, Log, profile_of_rows, sound
from estimator.workload.exports.parts import Part, checked, merged, part_of, profile_of_part
from estimator.workload.exports.records import UNDERSTOOD, NoRequests
from estimator.workload.exports.remarks import Remarks
from estimator.workload.files.archive import files_in, is_archive
from estimator.workload.files.lines import BLOCK_BYTES, MARK, Block, blocks, in_utf8, is_as_it_stands, text_of
from estimator.workload.files.rows import NotJson, Row, first_lines, header_of, is_json, opened, parsed
from estimator.workload.files.source import MOST_WHOLE_BYTES, Source
from estimator.workload.profile import Profile
from estimator.workload.saved import is_saved, load
from pricing import InputError

Progress = Callable[[float], None]
_FIRST_LINES = 10


@dataclass
class Reading:
    """What the files of one upload share: the catalog's sizes, the ids met, and the bytes done of all."""

    sizes: tuple[int, ...]
    total: int = 0
    progress: Progress | None = None
    seen: set[tuple[object, ...]] = field(default_factory=set)
    done: int = 0

    def advance(self, size: int) -> None:
        self.done += size
        if self.progress and self.total:
            self.progress(min(1.0, self.done / self.total))

    def remarks(self) -> Remarks:
        return Remarks(seen=self.seen)


def read_usage(data: bytes, name: str, sizes: tuple[int, ...], progress: Progress | None = None) -> Profile:
    """The profile of an export, a log or a ZIP of them at hand, whatever known form they have.

    `sizes` are the catalog's. Raises InputError with the file, the line and what to do.
    """
    part = part_of_usage(Source(name, len(data), data=data), Reading(sizes, len(data), progress))
    return profile_of_part(part, sizes)


def part_of_usage(source: Source, reading: Reading) -> Part:
    """A file of requests. Raises InputError where it is none."""
    if is_archive(source.head()):
        part = part_of_archive(source, reading)
        reading.advance(source.size)
        return part
    remarks = reading.remarks()
    shape = _shape(source, reading, remarks)
    return checked(_of_shape(shape, remarks), source.name)


def rows_in(source: Source, reading: Reading, remarks: Remarks) -> Iterator[Row]:
    """The rows of a file, whatever they tell, in bounded memory if they lie in lines. Broken ones are remembered."""
    shape = _shape(source, reading, remarks)
    if shape.document is None:
        return shape.log.rows(shape.blocks, remarks)
    return sound(opened(source.name, shape.document), remarks)


def _counted(chunks: Iterable[bytes], reading: Reading) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk
        reading.advance(len(chunk))


@dataclass(frozen=True)
class _Shape:
    """A file as a log and the blocks of its rows, or as one JSON document in these blocks."""

    log: Log
    blocks: Iterator[Block]
    document: object = None


def _shape(source: Source, reading: Reading, remarks: Remarks) -> _Shape:
    """How a file is to be read. Raises InputError where it is no text, empty, or too large for what it is."""
    chunks, note = in_utf8(_counted(source.chunks(), reading), source.head(), source.name)
    others = blocks(chunks, source.name)
    first = next((block for block in others if block.data.strip()), None)
    if first is None:
        raise InputError(f"{source.name} is empty: there is nothing to count.")
    remarks.notes |= {note} - {""}
    text = text_of(first, remarks.notes)
    if not is_json(text):
        log = Log(source.name, header_of(text), reading.sizes)
        return _Shape(log, chain([log.body(first)], others))
    log, given = Log(source.name, None, reading.sizes), chain([first], others)
    if source.size > BLOCK_BYTES and is_log(text, source.size):
        return _Shape(log, given)
    source.check_size()
    return _of_json(log, list(given), remarks)


def _of_json(log: Log, held: list[Block], remarks: Remarks) -> _Shape:
    """One JSON document; or a document a line, where it is none."""
    text = "".join(text_of(block, remarks.notes) for block in held)
    try:
        return _Shape(log, iter(held), parsed(text))
    except NotJson as error:
        if not is_log(text, 0):
            remarks.fault = f"{log.name}, line {error.line}: {error}"
        return _Shape(log, iter(held))


def _of_shape(shape: _Shape, remarks: Remarks) -> Part:
    log, document = shape.log, shape.document
    if document is None:
        return log.part(shape.blocks, remarks)
    if isinstance(document, Mapping) and is_saved(document):
        text = "".join(text_of(block, remarks.notes) for block in shape.blocks)
        return Part(profile=load(text, log.name), rows=1)
    rows = sound(opened(log.name, document), remarks)
    return part_of(None, profile_of_rows(rows, log.name, log.sizes, remarks), remarks)


def log_of(source: Source, sizes: tuple[int, ...]) -> tuple[Log, int] | None:
    """The log that a file is, and the byte that its rows begin at, if each of them stands alone, as bytes of UTF-8."""
    head = source.head()
    if is_archive(head) or not is_as_it_stands(head, source.name):
        return None
    body = head.removeprefix(MARK)
    first = Block(body[: body.rfind(b"\n") + 1] if source.size > len(head) else body)
    text = text_of(first, set())
    if not is_json(text):
        log = Log(source.name, header_of(text), sizes)
    elif is_log(text, source.size) if source.size > BLOCK_BYTES else not _is_document(text):
        log = Log(source.name, None, sizes)
    else:
        return None
    start = len(head) - len(body) + (log.header.size if log.header else 0)
    return (log, start) if log.stands_alone(log.body(first)) else None


def is_log(text: str, size: int) -> bool:
    """Whether the JSON that begins with this text is a document a line, and not one document in many lines.

    Where the file is too large to be one document, its first line may be damaged.
    """
    return any(map(_is_document, first_lines(text, 1 if size <= MOST_WHOLE_BYTES else _FIRST_LINES)))


def _is_document(line: str) -> bool:
    try:
        parsed(line)
    except NotJson:
        return False
    return True


def part_of_archive(source: Source, reading: Reading) -> Part:
    """All its files together: each once, and without bills and logs that hold no requests."""
    parts, inside = [], replace(reading, progress=None)
    notes: set[str] = set()
    for path, content in files_in(source.whole(), source.name):
        if not content.strip():
            continue
        if not reading.remarks().is_new(sha256(content).digest()):
            notes.add("The ZIP holds a file twice: it is counted once.")
            continue
        try:
            parts.append(part_of_usage(Source(f"{source.name}, {path}", len(content), data=content), inside))
        except Bill:
            notes.add("The ZIP holds bills too: they count no tokens and are left out.")
        except NoRequests:
            continue
    if not parts:
        raise InputError(f"{source.name}: no file in it holds requests. {UNDERSTOOD}")
    return merged([*parts, Part(notes=frozenset(notes))])
