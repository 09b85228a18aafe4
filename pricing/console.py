"""What both commands share: tables for people, JSON for machines, and the exit codes of the contract."""

import argparse
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NoReturn

from pricing.errors import Failed, InputError, PricingError

# A sign, a currency's symbol or code, figures, a per cent sign.
_NUMBER = re.compile(r"[<+–-]?(?:[A-Z]{0,3}[$£¥\u20a0-\u20cf\N{NO-BREAK SPACE}])?[\d,]*\.?\d+%?", re.ASCII)

DONE, FAILED, BAD_INPUT, NEEDS_A_PERSON = 0, 1, 2, 3


class Parser(argparse.ArgumentParser):
    """A wrong call is said in one line, as all else is."""

    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"error: {message}. `{self.prog} --help` shows how.\n")


def run(command: Callable[[], int]) -> int:
    """Run a command; what it cannot use is said in one line, with exit code 2."""
    try:
        return command()
    except (InputError, PricingError) as error:
        print(f"error: {error}", file=sys.stderr)
        return BAD_INPUT
    except Failed as error:
        print(f"error: {error}", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Else Python complains again as it ends.
        return FAILED
    except OSError as error:
        reason = error.strerror or str(error)
        print(f"error: {error.filename}: {reason}." if error.filename else f"error: {reason}.", file=sys.stderr)
        return BAD_INPUT


def show_json(value: Any) -> None:
    print(json.dumps(value, indent=1, ensure_ascii=False, default=_plain))


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def show_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table in plain text, numbers to the right."""
    body = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in [list(header), *body]) for i in range(len(header))]
    for row in [list(header), ["-" * w for w in widths], *body]:
        cells = [c.rjust(w) if _is_number(c) else c.ljust(w) for c, w in zip(row, widths, strict=True)]
        print("  ".join(cells).rstrip())


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def parse_time(text: str) -> datetime:
    """A day or an instant in ISO form, as aware UTC: a day is its first instant. Raises InputError."""
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None and len(text) <= 10:
            at = at.replace(tzinfo=UTC)
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InputError(f"{text} is no date: write 2026-11-23 or 2026-11-23T12:00:00Z.") from None
    raise InputError(f"{text} has no time zone: add Z for UTC.")
