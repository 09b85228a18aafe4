"""What clients and studies may be called, whose they are where nobody signs in, and how an instant is kept."""

import unicodedata
from datetime import UTC, datetime

from pricing import InputError

MOST_SIGNS = 100
LOCAL = "local"  # The one owner where nobody signs in.


def clean(text: str, what: str) -> str:
    """The name as it is kept: one spelling of each sign, single blanks. Raises InputError for none, or a wrong one."""
    name = unicodedata.normalize("NFC", " ".join(text.split()))
    if not name:
        raise InputError(f"the {what} is blank: write one.")
    if len(name) > MOST_SIGNS:
        raise InputError(f"the {what} has {len(name)} signs, more than {MOST_SIGNS}: shorten it.")
    if not name.isprintable():
        raise InputError(f"the {what} has signs that cannot be shown: write it with letters.")
    return name


def iso(at: datetime) -> str:
    """In UTC and of one length, so that texts sort as instants do."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
