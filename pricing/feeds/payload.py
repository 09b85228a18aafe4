"""What all feeds share: bytes to JSON, and JSON to numbers, names and days that can be trusted."""

import hashlib
import json
import re
from collections.abc import Iterable
from datetime import date
from decimal import Context, Decimal

from pricing.feeds.values import FeedRefused, Listing, Quote, Reading
from pricing.values import EXACT

PER_TOKENS = 1_000_000
PER_CALLS = 1_000
_NUMBER = re.compile(r"-?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,3})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_CLEAN = Context(prec=12)  # Publishers divide in binary: 4.9999999999999996e-06 is meant to be 5e-06.
_MAX_NAME = 200
_MAX_USD = Decimal(1_000_000)


class RowSkipped(Exception):
    """One row that says what we have no words for; its message goes to `skipped`."""


def decode(payload: bytes) -> object:
    """The JSON of `payload`, with Decimals for floats. Raises FeedRefused."""
    try:
        return json.loads(
            payload.decode("utf-8-sig"),
            parse_float=Decimal,
            parse_constant=_no_constant,
            object_pairs_hook=_no_twins,
        )
    except FeedRefused:
        raise
    except RecursionError:
        raise FeedRefused("the JSON is nested too deeply.") from None
    except (ValueError, ArithmeticError):
        start = payload[:40].decode("utf-8", "replace")
        raise FeedRefused(f"the payload is not JSON; it begins with {start!r}.") from None


def _no_constant(name: str) -> None:
    raise FeedRefused(f"{name} stands in place of a number.")


def _no_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twin = next(name for name in names if names.count(name) > 1)
        raise FeedRefused(f"the key {twin[:60]!r} stands twice in one object.")
    return found


def table(value: object, place: str) -> dict[str, object]:
    """`value` if it is an object. Raises FeedRefused."""
    if not isinstance(value, dict):
        raise FeedRefused(f"{place}: expected an object.")
    return value


def rows(value: object, place: str) -> list[object]:
    """`value` if it is a list. Raises FeedRefused."""
    if not isinstance(value, list):
        raise FeedRefused(f"{place}: expected a list.")
    return value


def name(value: object, place: str) -> str:
    """`value` if it can be an id or a name. Raises FeedRefused."""
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_NAME or not value.isprintable():
        raise FeedRefused(f"{place}: expected a short text.")
    return value


def title(value: object, otherwise: str) -> str:
    """A display name; an id where there is none."""
    usable = isinstance(value, str) and value.strip() and value.isprintable() and len(value) <= _MAX_NAME
    return str(value).strip() if usable else otherwise


def usd(value: object, place: str, times: int = 1) -> Decimal:
    """The price `value`, a number or a number in a text, × `times`, to 12 significant digits.

    Raises FeedRefused for what is no price.
    """
    if isinstance(value, bool) or not isinstance(value, (int, Decimal, str)):
        raise FeedRefused(f"{place}: expected a price.")
    spelled = str(value)
    if not _NUMBER.fullmatch(spelled):
        raise FeedRefused(f"{place}: {spelled[:40]!r} is not a price.")
    price = Decimal(spelled)
    if price.is_signed() and price:
        raise FeedRefused(f"{place}: the price is negative ({spelled[:40]}).")
    amount = EXACT.multiply(_CLEAN.plus(price), Decimal(times)).normalize(EXACT)
    if amount > _MAX_USD:
        raise FeedRefused(f"{place}: {amount:.3g} USD is beyond belief.")
    return amount.quantize(Decimal(1), context=EXACT) if amount == amount.to_integral_value() else amount


def count(value: object) -> int | None:
    """A number of tokens, None for what is none: limits are a by-product, and some feeds put words there."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)) or not 0 < value < 10**9:
        return None
    return int(value)


def threshold(value: object, place: str) -> int:
    """The total input above which a tier begins. Raises FeedRefused."""
    tokens = count(value)
    if tokens is None:
        raise FeedRefused(f"{place}: expected a number of tokens.")
    return tokens


def day(value: object) -> date | None:
    """An ISO day; None for anything else."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def digest(payload: bytes) -> str:
    """A version for payloads that carry none: the same bytes, the same version."""
    return f"sha256:{hashlib.sha256(payload).hexdigest()[:16]}"


def reading(version: str, quotes: Iterable[Quote], listings: Iterable[Listing], skipped: Iterable[str] = ()) -> Reading:
    """All that was read. Raises FeedRefused if no price is among it, or two for the same thing at the same time."""
    found = tuple(dict.fromkeys(quotes))
    if not found:
        raise FeedRefused("there is no price in it.")
    seen: set[object] = set()
    for quote in found:
        price = (quote.key, quote.window and quote.window.id, quote.valid_from)
        if price in seen:
            raise FeedRefused(f"{quote.provider}/{quote.model}, {quote.item}: two prices for the same thing.")
        seen.add(price)
    return Reading(version, found, tuple(dict.fromkeys(listings)), tuple(dict.fromkeys(skipped)))
