"""Where a workload lies: a file, many by a pattern, an object store, or bytes at hand."""

import errno
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
from pyarrow import fs

from estimator.workload.files.lines import BLOCK_BYTES, MOST_LINE_BYTES, endless
from pricing import InputError

MOST_WHOLE_BYTES = 2**28
_END = b"\n"
_SIGNS = frozenset("*?[")
_STEP_BYTES = 2**20


@dataclass(frozen=True)
class Source:
    """A file: its name in messages, its bytes, and where it is, if they are not at hand. An address may hold a key."""

    name: str
    size: int
    address: str = field(default="", repr=False)
    data: bytes | None = field(default=None, repr=False)

    def open(self) -> Any:
        """An Arrow file, to be closed. Raises InputError where it cannot be reached."""
        if self.data is not None:
            return pa.BufferReader(self.data)
        try:
            filesystem, path = _located(self.address)
            return filesystem.open_input_file(path)
        except (OSError, pa.ArrowInvalid):
            raise _unreachable(self.name) from None

    def head(self, size: int = BLOCK_BYTES) -> bytes:
        """Its first bytes."""
        with self.open() as file:
            return bytes(file.read(size))

    def chunks(self) -> Iterator[bytes]:
        with self.open() as file:
            while chunk := file.read(BLOCK_BYTES):
                yield chunk

    def whole(self) -> bytes:
        """All of it. Raises InputError, before it is read, where that is too much."""
        self.check_size()
        return b"".join(self.chunks())

    def check_size(self) -> None:
        """Raises InputError where it is more than fits into memory together with what is made of it."""
        if self.size > MOST_WHOLE_BYTES:
            raise InputError(
                f"{self.name}: has {self.size // 2**20:,} MiB, and a ZIP or a single JSON document may have "
                f"{MOST_WHOLE_BYTES // 2**20}: split it, or write it as JSON lines or CSV, which may have any size."
            )

    def lines(self, start: int, end: int, is_first: bool) -> bytes:
        """The whole lines that begin from byte `start` on and before `end`; at the `is_first` start one begins.

        Raises InputError where a line is endless.
        """
        with self.open() as file:
            before = 0 if is_first else 1
            data = file.read_at(end - start + before, start - before)
            if not is_first:
                data = data[data.find(_END) + 1 :] if _END in data else b""
            pieces = [data]
            while data and end < self.size and not pieces[-1].endswith(_END):
                piece = file.read_at(_STEP_BYTES, end)
                pieces.append(piece[: piece.find(_END) + 1] or piece)
                end += _STEP_BYTES
                if end - start > MOST_LINE_BYTES + len(data):
                    raise endless(self.name)
            return b"".join(pieces)


def _unreachable(name: str) -> InputError:
    return InputError(f"{name} cannot be read: check its name, and that you may read it.")


def _located(address: str) -> tuple[Any, str]:
    if "://" not in address:
        return fs.LocalFileSystem(), address
    filesystem, path = fs.FileSystem.from_uri(address)
    return filesystem, path


def sources(inputs: Iterable[str]) -> list[Source]:
    """The files of names, patterns such as logs/**/*.csv, and addresses such as s3://bucket/*.jsonl; each once.

    Raises InputError where a pattern fits none, and OSError where there is no such file.
    """
    found = {source.address: source for text in inputs for source in _named(text)}
    return list(found.values())


def _named(text: str) -> list[Source]:
    if "://" not in text:
        text_is_name = not _SIGNS & set(text) or Path(text).exists()
        return [_local(text)] if text_is_name else _fitting(text, text, fs.LocalFileSystem(), str(Path(text)))
    base = text.partition("?")[0]
    shown = base.partition("://")[0] + "://" + base.partition("://")[2].rpartition("@")[2]
    try:
        filesystem, path = fs.FileSystem.from_uri(text)
        if _SIGNS & set(path):
            return _fitting(text, shown, filesystem, path)
        info = filesystem.get_file_info(path)
    except (OSError, pa.ArrowInvalid, ValueError):
        raise _unreachable(shown) from None
    if not info.is_file:
        raise _unreachable(shown)
    return [Source(shown, info.size, text)]


def _local(text: str) -> Source:
    path = Path(text)
    size = path.stat().st_size
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), text)
    return Source(text, size, str(path.resolve()))


def _fitting(text: str, shown: str, filesystem: Any, pattern: str) -> list[Source]:
    """The files below the fixed beginning of the pattern that it fits, in order of their names."""
    parts = pattern.split("/")
    fixed = next(n for n, part in enumerate(parts) if _SIGNS & set(part))
    base = "/".join(parts[:fixed]) or ("/" if pattern.startswith("/") else ".")
    selector = fs.FileSelector(base, allow_not_found=True, recursive=len(parts) > fixed + 1)
    files = [
        info
        for info in filesystem.get_file_info(selector)
        if info.is_file and _fits(_below(info.path, base), parts[fixed:])
    ]
    if not files:
        raise InputError(f"{shown} fits no file: check the pattern.")
    return [_found(info, text, shown, pattern) for info in sorted(files, key=lambda info: info.path)]


def _below(path: str, base: str) -> list[str]:
    return path.removeprefix(base).removeprefix("./").strip("/").split("/")


def _fits(path: list[str], pattern: list[str]) -> bool:
    if not pattern:
        return not path
    if pattern[0] == "**":
        return _fits(path, pattern[1:]) or (bool(path) and _fits(path[1:], pattern))
    return bool(path) and fnmatchcase(path[0], pattern[0]) and _fits(path[1:], pattern[1:])


def _found(info: Any, text: str, shown: str, pattern: str) -> Source:
    if "://" not in text:
        return Source(info.path.removeprefix("./"), info.size, str(Path(info.path).resolve()))
    return Source(shown.replace(pattern, info.path), info.size, text.replace(pattern, info.path))
