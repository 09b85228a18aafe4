"""Bytes of an uploaded file to text."""

import codecs

from pricing.errors import InputError

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_text(data: bytes, name: str) -> str:
    """The text in UTF-8, or in UTF-16 with its byte order mark. Raises InputError, which names the file."""
    encoding = "utf-16" if data.startswith(_UTF16_MARKS) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise InputError(f"{name} is not text in UTF-8: save it as plain text in UTF-8.") from None
    if "\0" in text:
        raise InputError(f"{name} is not text but a binary file: give its text, saved in UTF-8.")
    if not text.strip():
        raise InputError(f"{name} is empty: there is nothing to count.")
    return text
