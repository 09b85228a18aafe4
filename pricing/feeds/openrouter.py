"""OpenRouter: what it bills itself for each model that it routes, by the token or the call.

It cannot express: the past, a scheduled price, flex and priority, holidays, regions, whether a tier's threshold is
itself inside, and what the seller behind it asks of its own customers: all quotes are OpenRouter's. A price of -1
means that it depends on where the request is routed.
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from pricing.feeds.payload import (
    PER_CALLS,
    PER_TOKENS,
    RowSkipped,
    count,
    day,
    decode,
    digest,
    name,
    reading,
    rows,
    table,
    threshold,
    title,
    usd,
)
from pricing.feeds.values import FeedRefused, Listing, Quote, Reading
from pricing.feeds.week import DAYS, Stretch, by_hour
from pricing.values import CLAIMS, PriceRule, Status
from pricing.windows import Window

URL = "https://openrouter.ai/api/v1/models"
SELLER = "openrouter"

_ITEMS = {
    "prompt": "input",
    "input_cache_read": "cache_read",
    "input_cache_write": "cache_write_5m",
    "input_cache_write_1h": "cache_write_1h",
    "completion": "output",
    "audio": "input_audio",
    "input_audio_cache": "cache_read_audio",
    "audio_output": "output_audio",
    "web_search": "web_search",
    "request": "request",
}
_FEES = frozenset({"web_search", "request"})
_CAN_BE_FREE = frozenset({"input", "output"})
_OTHER = frozenset({"image", "image_token", "image_output", "internal_reasoning", "discount", "overrides"})
_CONDITIONS = frozenset({"min_prompt_tokens", "utc_start", "utc_end", "utc_days"})
_DAYS = dict(zip(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), DAYS, strict=True))
_BATCH = ":batch"


def adapt(payload: bytes) -> Reading:
    """Read the JSON. Raises FeedRefused."""
    content = table(decode(payload), "the payload")
    if "error" in content:
        raise FeedRefused("the payload is an error message.")
    quotes: list[Quote] = []
    listings: list[Listing] = []
    skipped: list[str] = []
    for row in rows(content.get("data"), "data"):
        model = table(row, "a model")
        own = name(model.get("id"), "a model's id")
        try:
            quotes += _quotes(own, table(model.get("pricing"), f"{own}, pricing"))
        except RowSkipped as reason:
            skipped.append(f"{own}: {reason}")
            continue
        if not own.endswith(_BATCH):
            listings.append(_listing(own, model))
    return reading(digest(payload), quotes, listings, skipped)


def _listing(own: str, model: dict[str, object]) -> Listing:
    served = table(model.get("top_provider") or {}, f"{own}, top_provider")
    return Listing(
        SELLER,
        own,
        title(model.get("name"), own),
        count(model.get("context_length")),
        count(served.get("max_completion_tokens")),
        _day_of(model.get("created")),
        day(model.get("expiration_date")),
    )


def _day_of(seconds: object) -> date | None:
    """The UTC day of a Unix time."""
    if not isinstance(seconds, int) or not 0 < seconds < _YEAR_2200:
        return None
    return datetime.fromtimestamp(seconds, UTC).date()


_YEAR_2200 = int(datetime(2200, 1, 1, tzinfo=UTC).timestamp())


@dataclass(frozen=True)
class _Override:
    """Prices of requests above a size, or at some hours; None is at all hours."""

    prices: Mapping[str, object]
    tokens: int
    hours: Stretch | None


def _quotes(own: str, pricing: dict[str, object]) -> Iterator[Quote]:
    """The prices of one row, each with its tiers and hours."""
    if own.startswith("~"):
        raise RowSkipped("it is another name of a model listed beside it.")
    if any(str(price) in ("-1", "-1.0") for price in pricing.values()):
        raise RowSkipped("its price depends on where a request is routed.")
    overrides = [_override(own, table(row, own)) for row in rows(pricing.get("overrides") or [], f"{own}, overrides")]
    _check_units(own, pricing, _ITEMS.keys() | _OTHER)
    for key, item in _ITEMS.items():
        for tokens in sorted({0, *(override.tokens for override in overrides if key in override.prices)}):
            for window, amount in _week(own, key, pricing, [o for o in overrides if o.tokens <= tokens]):
                if amount or item in _CAN_BE_FREE:
                    yield Quote(
                        SELLER,
                        own.removesuffix(_BATCH),
                        item,
                        amount,
                        _per(item),
                        tokens,
                        processing="batch" if own.endswith(_BATCH) else "",
                        window=window,
                    )


def _week(
    own: str, key: str, pricing: Mapping[str, object], overrides: list[_Override]
) -> list[tuple[Window | None, Decimal]]:
    """The price under `key` and its windows; a later override goes before an earlier one."""
    base, stretches = pricing.get(key), list[tuple[Stretch, Decimal]]()
    for override in overrides:
        if key not in override.prices:
            continue
        if override.hours:
            stretches.append((override.hours, _usd(own, key, override.prices[key])))
        else:
            base, stretches = override.prices[key], []
    if base is None:
        return []
    plain = _usd(own, key, base)
    return by_hour(plain, stretches, plain) if stretches else [(None, plain)]


def _usd(own: str, key: str, value: object) -> Decimal:
    return usd(value, f"{own}, {key}", _per(_ITEMS[key]))


def _per(item: str) -> int:
    return PER_CALLS if item in _FEES else PER_TOKENS


def _override(own: str, row: dict[str, object]) -> _Override:
    prices = {key: value for key, value in row.items() if key not in _CONDITIONS}
    _check_units(own, prices, _ITEMS.keys() | _OTHER)
    tokens = row.get("min_prompt_tokens")
    timed = row.keys() & _CONDITIONS - {"min_prompt_tokens"}
    return _Override(
        prices,
        0 if tokens is None else threshold(tokens, f"{own}, min_prompt_tokens"),
        Stretch(_weekdays(own, row), _minute(own, row.get("utc_start")), _minute(own, row.get("utc_end")))
        if timed
        else None,
    )


def _weekdays(own: str, row: dict[str, object]) -> str:
    days = rows(row.get("utc_days", [*_DAYS]), f"{own}, utc_days")
    if unknown := [day for day in days if str(day) not in _DAYS]:
        raise FeedRefused(f"{own}: {str(unknown[0])[:40]!r} is no day of the week.")
    return "".join(_DAYS[str(day)] for day in days)


def _minute(own: str, clock: object) -> int:
    """The minute of the day of a clock written as a number: 1630 is half past four."""
    if clock is None:
        return 0
    if isinstance(clock, bool) or not isinstance(clock, int) or not 0 <= clock <= 2400 or clock % 100 >= 60:
        raise FeedRefused(f"{own}: {str(clock)[:40]!r} is no time of day.")
    return clock // 100 * 60 + clock % 100


def _check_units(own: str, prices: Mapping[str, object], known: Set[str]) -> None:
    if unknown := sorted(prices.keys() - known):
        raise FeedRefused(f"{own}: {unknown[0][:60]!r} has a unit that is not known.")


def expresses(rule: PriceRule) -> bool:
    """Whether the feed could state such a price."""
    return (
        rule.provider == SELLER
        and rule.item in _ITEMS.values()
        and not (rule.service_tier or rule.speed or rule.region)
        and rule.status not in CLAIMS | {Status.SCHEDULED, Status.CANCELLED}
    )
