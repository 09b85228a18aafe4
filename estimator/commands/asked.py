"""What several verbs ask for, and how a file is written. Every verb loads this: nothing heavy here."""

import argparse
import os
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

from pricing import Catalog, InputError, Model
from pricing.console import Parser

Verbs: TypeAlias = "argparse._SubParsersAction[Parser]"

_MOST_GROWTH = 2  # Tripled each month; what is above was meant in per cent.


def json_option() -> Parser:
    """`--json`, as the parent of a verb's parser."""
    parser = Parser(add_help=False)
    parser.add_argument("--json", action="store_true", help="for machines")
    return parser


def whole(text: str) -> int:
    """A whole number of a size that counts have. Raises ArgumentTypeError."""
    if not re.fullmatch(r"-?\d{1,12}", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"{text} is no whole number of at most 12 digits")
    return int(text)


def number(text: str) -> Decimal:
    """A plain number of a size that money and growth have. Raises ArgumentTypeError."""
    if not re.fullmatch(r"-?\d{1,12}(\.\d{1,9})?", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"{text} is no plain number, such as 250 or 0.05")
    return Decimal(text)


def growth_in_reach(growth: Decimal) -> Decimal:
    """A growth a month, as a share. Raises InputError for one that was meant in per cent."""
    if growth > _MOST_GROWTH:
        raise InputError(f"{growth} is a growth of {growth:.0%} a month: write 0.05 for 5 %.")
    return growth


def models_asked(names: Sequence[str], book: Catalog) -> list[Model]:
    """The models asked for, each once. Raises InputError for one that is not on record."""
    return list({(model.provider, model.id): model for model in map(book.find, names)}.values())


def featured(book: Catalog) -> list[Model]:
    """The models that stand for the rest where none is asked for."""
    return [model for model in book.models.values() if model.info.featured]


def write_whole(path: Path, data: bytes) -> None:
    """The whole file or nothing: what stood there stays until all is written. Raises InputError."""
    target = path.resolve()
    if target.exists() and not target.is_file():
        raise InputError(f"{path} is not a plain file: name another.")
    part = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        part.write_bytes(data)
        part.replace(target)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from None
    finally:
        part.unlink(missing_ok=True)
