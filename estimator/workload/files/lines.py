"""Bytes of a file → blocks of whole lines in UTF-8, in bounded memory."""

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import IncrementalNewlineDecoder

import numpy as np

from estimator.tokens.reading import encoding_of
from pricing import InputError

BLOCK_BYTES = 2**24  # Of 16 MiB, tables are read faster than of 4 or 64.
MOST_LINE_BYTES = 2**26
MARK = codecs.BOM_UTF8  # What some programs put before UTF-8.
_END, _RETURN, _QUOTE = b"\n", b"\r", b'"'
_STRAY = "Some lines are not in UTF-8: their text is read as Windows-1252."


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines of a file; `line` is the number of the first, from 1."""

    data: bytes
    line: int = 1


def blocks(chunks: Iterable[bytes], name: str) -> Iterator[Block]:
    """Chunks of a file, cut anew at the ends of lines. Raises InputError where a line is endless."""
    rest, line = b"", 1
    for chunk in chunks:
        end = chunk.rfind(_END) + 1
        if end:
            data = b"".join([rest, memoryview(chunk)[:end]])
            yield Block(data, line)
            line += lines_in(data)
            rest = b""
        rest += chunk[end:]
        if len(rest) > MOST_LINE_BYTES:
            raise endless(f"{name}, line {line}")
    if rest:
        yield Block(rest, line)


def endless(place: str) -> InputError:
    return InputError(f"{place}: a line is longer than {MOST_LINE_BYTES // 2**20} MiB: end it with a line break.")


def lines_in(data: bytes) -> int:
    """How many lines end in it: at line feeds, and at carriage returns without one."""
    lines = int(np.count_nonzero(np.frombuffer(data, np.uint8) == ord(_END)))  # Much faster than count, as it is here.
    return lines + (data.count(_RETURN) - data.count(_RETURN + _END) if _RETURN in data else 0)


def quoted_ends(data: bytes) -> frozenset[int]:
    """How many quotes, 0 for even and 1 for odd, lie before the ends of its lines."""
    if _QUOTE not in data:
        return frozenset({0})
    signs = np.frombuffer(data, np.uint8)
    quotes = np.cumsum(signs == ord(_QUOTE), dtype=np.uint8)  # It counts modulo 256, which is as even or odd.
    return frozenset((quotes[signs == ord(_END)] & 1).tolist())


def in_utf8(chunks: Iterator[bytes], head: bytes, name: str) -> tuple[Iterator[bytes], str]:
    """The chunks of a file that begins with `head`, in UTF-8 with line feeds; and a note on its encoding, or none.

    Raises InputError where it is no text.
    """
    encoding = encoding_of(head, name)
    if is_as_it_stands(head, name):
        return _without_mark(chunks), ""
    return _recoded(chunks, encoding.codec), encoding.note


def is_as_it_stands(head: bytes, name: str) -> bool:
    """Whether the bytes of a file that begins so are lines of UTF-8."""
    return encoding_of(head, name).codec == "utf-8-sig" and (_END in head or _RETURN not in head)


def _without_mark(chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield next(chunks, b"").removeprefix(MARK)
    yield from chunks


def _recoded(chunks: Iterable[bytes], codec: str) -> Iterator[bytes]:
    """Also the line ends of old Macs, lone carriage returns, as those of today."""
    decoder = IncrementalNewlineDecoder(codecs.getincrementaldecoder(codec)(errors="replace"), translate=True)
    for chunk in chunks:
        yield decoder.decode(chunk).encode()
    yield decoder.decode(b"", final=True).encode()


def text_of(block: Block, notes: set[str]) -> str:
    """The lines as text; those that are not in UTF-8 as Windows-1252."""
    try:
        return block.data.decode()
    except UnicodeDecodeError:
        notes.add(_STRAY)
    return "".join(map(_line, block.data.splitlines(keepends=True)))


def _line(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")
