"""A ZIP of exports → its files, one at a time, in bounded memory. Nothing is written to disk, no name is followed."""

import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from pricing import InputError

MOST_FILES = 10_000
MOST_BYTES = 2**29  # All files together, unpacked.
_BEGINNINGS = (b"PK\x03\x04", b"PK\x05\x06")
_ENCRYPTED = 1
_OFFICE = "[Content_Types].xml"


def is_archive(data: bytes) -> bool:
    """Whether the data begins as a ZIP does. No text begins so."""
    return data.startswith(_BEGINNINGS)


def is_office(data: bytes) -> bool:
    """Whether a ZIP is an Office document."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            return _OFFICE in archive.namelist()
    except (BadZipFile, ValueError, OSError, NotImplementedError):
        return False


def unpacked_bytes(data: bytes) -> int:
    """The size of a file, or of what a ZIP says that it holds: no more than that is ever unpacked."""
    if not is_archive(data):
        return len(data)
    try:
        with ZipFile(BytesIO(data)) as archive:
            return sum(info.file_size for info in archive.infolist())
    except (BadZipFile, ValueError, OSError, NotImplementedError):
        return len(data)


def files_in(data: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    """The names and contents of the files in a ZIP, without what an operating system adds.

    Raises InputError where it is broken, encrypted, too large, or holds an archive or a name that leads out of it.
    """
    try:
        archive = ZipFile(BytesIO(data))
    except (BadZipFile, ValueError, OSError, NotImplementedError):
        raise InputError(f"{name}: not a readable ZIP: download it again.") from None
    with archive:
        files = [info for info in archive.infolist() if not _is_left_out(info.filename)]
        _check(files, name)
        room = MOST_BYTES
        for info in files:
            content = _unpacked(archive, info, f"{name}, {info.filename}", room)
            room -= len(content)
            yield info.filename, content


def _is_left_out(path: str) -> bool:
    """Folders, and what an operating system adds."""
    parts = PurePosixPath(path).parts
    return path.endswith("/") or "__MACOSX" in parts or parts[-1:] in {(".DS_Store",), ("Thumbs.db",), ("desktop.ini",)}


def _check(files: list[ZipInfo], name: str) -> None:
    names = [info.filename for info in files]
    if _OFFICE in names:
        raise InputError(f"{name}: an Office document: save its table as CSV.")
    if len(files) > MOST_FILES:
        raise InputError(f"{name}: holds {len(files):,} files, more than {MOST_FILES:,}: split it.")
    if sum(info.file_size for info in files) > MOST_BYTES:
        raise _too_large(name)
    if len(set(names)) < len(names):
        raise InputError(f"{name}: holds two files of the same name: pack them anew.")
    if not all(map(_stays_inside, names)):
        raise InputError(f"{name}: holds a file whose name leads out of the archive: pack it anew.")


def _stays_inside(path: str) -> bool:
    signs = path.isprintable() and not {"\\", ":"} & set(path)
    return signs and path[:1] not in {"", "/"} and ".." not in path.split("/")


def _too_large(name: str) -> InputError:
    return InputError(f"{name}: holds more than {MOST_BYTES // 2**20} MiB unpacked: give its files in parts.")


def _unpacked(archive: ZipFile, info: ZipInfo, place: str, room: int) -> bytes:
    """The content; `room` bytes at most, whatever size the archive says."""
    if info.flag_bits & _ENCRYPTED:
        raise InputError(f"{place}: locked with a password: pack it anew without one.")
    if info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        raise InputError(f"{place}: packed in a way that is not read here: pack it anew as a plain ZIP.")
    try:
        with archive.open(info) as file:
            content = file.read(room + 1)
    except (BadZipFile, zlib.error, EOFError, ValueError, OSError, NotImplementedError, RuntimeError):
        raise InputError(f"{place}: broken inside the ZIP: download it again.") from None
    if len(content) > room:
        raise _too_large(archive.filename or place)
    if is_archive(content) and not is_office(content):
        raise InputError(f"{place}: an archive inside an archive: unpack it first.")
    return content
