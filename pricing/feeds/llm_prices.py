"""llm-prices: input, cached input and output of well-known models, today's list or the one with history.

It cannot express: cache writes, audio, fees by the call, other modes of service, hours, regions, limits, and any time
but a day. Prices of long prompts stand in rows of their own, known by a name such as "GPT-5.4 >272k".
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time

from pricing.feeds.payload import PER_TOKENS, day, decode, digest, name, reading, rows, table, title, usd
from pricing.feeds.values import FeedRefused, Listing, Quote, Reading
from pricing.values import CLAIMS, STANDARD, PriceRule

URL = "https://www.llm-prices.com/historical-v1.json"

_SELLERS = {
    "openai": "openai",
    "anthropic": "anthropic",
    "google": "google",
    "deepseek": "deepseek",
    "xai": "x-ai",
    "mistral": "mistral",
    "moonshot-ai": "moonshotai",
    "minimax": "minimax",
    "amazon": "aws",
}
_ITEMS = {"input": "input", "input_cached": "cache_read", "output": "output"}
_OTHER = frozenset({"id", "vendor", "name", "from_date", "to_date"})
_LONG = re.compile(r"(?P<name>.*?)\s*>\s*(?P<thousands>\d{1,6})k", re.ASCII)
_SHORT = re.compile(r"\s*(≤|<=|<)\s*\d{1,6}k$", re.ASCII)


def adapt(payload: bytes) -> Reading:
    """Read `current-v1.json` or `historical-v1.json`. Raises FeedRefused."""
    content = table(decode(payload), "the payload")
    quotes: list[Quote] = []
    listings: dict[tuple[str, str], Listing] = {}
    skipped: list[str] = []
    for listed in rows(content.get("prices"), "prices"):
        row = table(listed, "a row of prices")
        own, vendor = name(row.get("id"), "an id"), name(row.get("vendor"), "a vendor")
        if vendor not in _SELLERS:
            skipped.append(f"{vendor} is no seller that is known.")
            continue
        spelled = title(row.get("name"), own)
        long = _LONG.fullmatch(spelled)
        tokens = int(long["thousands"]) * 1000 if long else 0
        model = own.removesuffix(f"-{long['thousands']}k") if long else own
        quotes += _quotes(_SELLERS[vendor], model, tokens, row)
        if not long:
            sold = Listing(_SELLERS[vendor], model, _SHORT.sub("", spelled))
            listings.setdefault((sold.provider, sold.model), sold)
    version = content.get("updated_at")
    return reading(
        version if isinstance(version, str) and day(version) else digest(payload), quotes, listings.values(), skipped
    )


def _quotes(provider: str, model: str, tokens: int, row: dict[str, object]) -> Iterator[Quote]:
    place = f"{provider}/{model}"
    if unknown := sorted(row.keys() - _ITEMS.keys() - _OTHER):
        raise FeedRefused(f"{place}: {unknown[0][:60]!r} has a unit that is not known.")
    start, end = _start_of(row.get("from_date"), place), _start_of(row.get("to_date"), place)
    for key, item in _ITEMS.items():
        if row.get(key) is not None:
            amount = usd(row[key], f"{place}, {key}")
            yield Quote(provider, model, item, amount, PER_TOKENS, tokens, valid_from=start, valid_to=end)


def _start_of(value: object, place: str) -> datetime | None:
    """Midnight in UTC: a row holds from its first day on, and up to the day it ends, without that day."""
    if value is None:
        return None
    told = day(value)
    if told is None:
        raise FeedRefused(f"{place}: {str(value)[:40]!r} is no day.")
    return datetime.combine(told, time(), UTC)


def expresses(rule: PriceRule) -> bool:
    """Whether the feed could state such a price."""
    return (
        rule.provider in _SELLERS.values()
        and rule.item in _ITEMS.values()
        and rule.mode == STANDARD
        and not rule.window
        and rule.status not in CLAIMS
    )
