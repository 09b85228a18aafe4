"""Bytes of an uploaded file to text."""

import codecs
import re
from dataclasses import dataclass

from pricing.errors import InputError

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF16 = (("utf-16-le", 1), ("utf-16-be", 0))  # Without a mark: of plain signs, the byte at this place is 0.
_USUAL = "cp1252"
# Among others a short text looks like too many: these differ enough to be told apart.
_GUESSED = (_USUAL, "cp1251", "gb18030", "shift_jis", "euc_kr", "big5")
_NAMES = {_USUAL: "Windows-1252", "cp1251": "Windows-1251", "gb18030": "GB 18030"}
_SAMPLE_BYTES = 2**15
_NEIGHBOURS = re.compile(rb"[\x80-\xff]{2}")  # Only Western letters stand alone among plain ones.
_CONTROLS = bytes({*range(32)} - set(b"\t\n\f\r\x1b"))
_BYTES_TO_A_NUL = 50  # Fewer make text binary; a damaged one has more.
_CONTROL_SIGNS = frozenset(map(chr, [*_CONTROLS, *range(0x80, 0xA0), 0xFEFF, 0xFFFE, 0xFFFF]))


@dataclass(frozen=True, slots=True)
class Encoding:
    """How bytes stand for text: Python's name of it, and whether that is only likely."""

    codec: str
    is_assumed: bool = False

    @property
    def note(self) -> str:
        """What was taken for granted; blank where nothing was."""
        said = _NAMES.get(self.codec, self.codec.upper())
        return f"The text is not in UTF-8: it is read as {said}." if self.is_assumed else ""


def read_text(data: bytes, name: str) -> str:
    """The text, in whatever encoding it is likely to be. Raises InputError, which names the file."""
    try:
        text = data.decode(encoding_of(data, name).codec)
    except UnicodeDecodeError:
        raise InputError(f"{name} is not text in UTF-8: save it as plain text in UTF-8.") from None
    if "\0" in text:
        raise _binary(name)
    if not text.strip():
        raise InputError(f"{name} is empty: there is nothing to count.")
    return text


def encoding_of(head: bytes, name: str) -> Encoding:
    """The encoding of a file that begins so, perhaps in the middle of a character.

    UTF-8 and marked UTF-16 are certain, others are a guess. Raises InputError where it is no text.
    """
    if head.startswith(_UTF16_MARKS):
        return Encoding("utf-16")
    if head.count(0) * _BYTES_TO_A_NUL > len(head):
        codec = next((codec for codec, zero in _UTF16 if _is_utf16(head, codec, zero)), None)
        if codec is None:
            raise _binary(name)
        return Encoding(codec, is_assumed=True)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError as error:
        start = max(0, error.start - _SAMPLE_BYTES // 2)
        return Encoding(_guess(head[start : start + _SAMPLE_BYTES], name), is_assumed=True)
    return Encoding("utf-8-sig")


def _is_utf16(head: bytes, codec: str, zero: int) -> bool:
    try:
        text = codecs.getincrementaldecoder(codec)().decode(head) if 0 not in head[1 - zero :: 2] else ""
    except UnicodeDecodeError:
        return False
    return text != "" and not set(text) & _CONTROL_SIGNS


def _guess(sample: bytes, name: str) -> str:
    from charset_normalizer import from_bytes  # noqa: PLC0415

    if len(sample.translate(None, _CONTROLS)) < len(sample):
        raise _binary(name)
    best = from_bytes(sample, cp_isolation=list(_GUESSED)).best() if _NEIGHBOURS.search(sample) else None
    codec = best.encoding if best else _USUAL
    return "gb18030" if codec in {"gb2312", "gbk"} else codec


def _binary(name: str) -> InputError:
    return InputError(f"{name} is not text but a binary file: give its text, saved in UTF-8.")
